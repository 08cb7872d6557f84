"""How the page says whether the skill is in use: what an employer stated, or since when nobody did. Pure."""

from datetime import date

from assessment.domain.certification.confirmation import holds_until
from assessment.domain.errors import N_
from assessment.verification.beside import Stated
from assessment.verification.page import ConfirmedPage, Language
from assessment.verification.present import visible


def present_confirmation(stated: Stated | None, *, begins: date, today: date, language: Language) -> ConfirmedPage:
    """Prepare the regular confirmation; without a statement nothing is confirmed since the certificate begins."""
    say = language.say
    since = begins if stated is None else stated.statement.last_day
    lapsed = stated is None or today > holds_until(since)
    lines: tuple[tuple[str, str], ...] = ()
    if stated is not None:
        said = stated.statement
        values = {
            "name": language.kept(visible(said.name)),
            "function": language.kept(visible(said.function)),
            "company": language.kept(visible(said.company)),
            "day": language.day(stated.stated_on),
        }
        days = {"start": language.day(said.first_day), "until": language.day(said.last_day)}
        lines = (
            (
                say(N_("Worked in this scope")),
                say(N_("stated by %(name)s (%(function)s) of %(company)s on %(day)s, unchecked")) % values,
            ),
            (say(N_("Period")), say(N_("from %(start)s until %(until)s")) % days),
        )
    return ConfirmedPage(
        lapsed=say(N_("not confirmed since %(day)s")) % {"day": language.day(since)} if lapsed else "",
        lines=lines,
        note=say(N_("An employer states it every six months by a link from the holder. Nobody here checks it.")),
    )
