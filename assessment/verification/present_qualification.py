"""How the page says what a welder is qualified for: ranges in plain words, each with its rule. Pure."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from assessment.domain.certification.qualification import (
    Basis,
    Product,
    Quantity,
    Range,
    Weld,
    last_day,
    qualified_ranges,
)
from assessment.domain.errors import N_
from assessment.verification.beside import Qualified
from assessment.verification.page import Language, QualifiedPage, RangeLine
from assessment.verification.present import visible

QUANTITIES: Mapping[Quantity, str] = {
    Quantity.WELD: N_("Kind of weld"),
    Quantity.DIAMETER: N_("Pipe diameter"),
    Quantity.POSITION: N_("Positions"),
}
PRODUCTS: Mapping[Product, str] = {Product.PLATE: N_("plate"), Product.PIPE: N_("pipe")}
WELDS: Mapping[Weld, str] = {Weld.BUTT: N_("butt weld"), Weld.FILLET: N_("fillet weld")}
POSITIONS: Mapping[str, str] = {
    "PA": N_("flat"),
    "PB": N_("horizontal vertical"),
    "PC": N_("horizontal"),
    "PD": N_("horizontal overhead"),
    "PE": N_("overhead"),
    "PF": N_("vertical upwards"),
    "PG": N_("vertical downwards"),
    "PH": N_("pipe, upwards"),
    "PJ": N_("pipe, downwards"),
    "H-L045": N_("inclined pipe, upwards"),
    "J-L045": N_("inclined pipe, downwards"),
}
BASES: Mapping[Basis, str] = {
    Basis.RETEST: N_("a new test every three years (%(clause)s)"),
    Basis.REVALIDATION: N_("two welds looked at every two years (%(clause)s)"),
    Basis.CONFIRMATION: N_("as long as it is confirmed (%(clause)s)"),
}


def present_qualified(qualified: Qualified, *, today: date, language: Language) -> QualifiedPage:
    """Prepare the record of a qualification."""
    say, until = language.say, last_day(qualified.welded_on, qualified.basis)
    ranges = qualified_ranges(qualified.weld)
    return QualifiedPage(
        lead=say(
            N_(
                "The certificate itself is a national one, not an ISO 9606-1 qualification. Beside it stands this "
                "record, which two people confirmed."
            )
        ),
        ended=say(N_("This qualification has ended.")) if until[0] is not None and until[0] < today else "",
        lines=(
            *(_range(each, qualified.weld.product, language) for each in ranges),
            RangeLine(label=say(N_("Tested with")), value=language.kept(visible(qualified.weld.process))),
            RangeLine(label=say(N_("Edition")), value=_edition(qualified, language)),
            RangeLine(label=say(N_("Date welded")), value=language.day(qualified.welded_on)),
            _until(until, qualified.basis, language),
        ),
        note=say(N_("Filler material, backing and layers are not covered: ask the issuer for the test record.")),
    )


def _edition(qualified: Qualified, language: Language) -> str:
    values = {"edition": language.kept(qualified.edition), "number": language.kept(qualified.rules)}
    return language.say(N_("%(edition)s, rule set %(number)s")) % values


def _range(found: Range, product: Product, language: Language) -> RangeLine:
    if found.quantity is Quantity.THICKNESS:
        label = language.say(N_("Qualified range: %(product)s")) % {"product": language.say(PRODUCTS[product])}
    else:
        label = language.say(QUANTITIES[found.quantity])
    return RangeLine(
        label=label,
        value=_codes(found, language) if found.codes else _limits(found, language),
        rule=visible(found.rule),
        review="" if found.confirmed else language.say(N_("manual review")),
    )


def _codes(found: Range, language: Language) -> str:
    """Positions and kinds of weld in words, their codes behind them; what has no words stands as it was written."""
    words: Mapping[str, str] = (
        POSITIONS if found.quantity is Quantity.POSITION else {str(k): v for k, v in WELDS.items()}
    )
    return ", ".join(
        f"{language.say(words[code])} ({language.kept(code)})" if code in words else language.kept(visible(code))
        for code in found.codes
    )


def _limits(found: Range, language: Language) -> str:
    values = {"lower": language.kept(_number(found.lower)), "upper": language.kept(_number(found.upper))}
    text = N_("%(lower)s mm and more") if found.upper is None else N_("%(lower)s to %(upper)s mm")
    return language.say(text) % values


def _number(value: Decimal | None) -> str:
    return "" if value is None else format(value.normalize(), "f")


def _until(until: tuple[date | None, bool], basis: Basis, language: Language) -> RangeLine:
    day, confirmed = until
    says = language.say(BASES[basis]) % {"clause": language.kept(basis.value)}
    return RangeLine(
        label=language.say(N_("Valid until")),
        value=says if day is None else f"{language.day(day)}: {says}",
        review="" if confirmed else language.say(N_("manual review")),
    )
