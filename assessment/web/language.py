"""Languages: which one a reader gets, and the catalogues, read from plain .po files when the app starts.

A feature keeps its Indonesian texts in `translations/id/<feature>.po`; English is the text in the source. The other
languages have the texts of the public pages alone, in one `verification.po` each. There are no compiled catalogues to
keep in step.

A text that no native speaker has read bears the comment `# machine-made`; the page says so (`is_reviewed`).
"""

from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path

from babel.core import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, Response, g, request, url_for
from flask_babel import Babel, Domain, get_babel, get_locale, get_translations
from markupsafe import Markup

from assessment.domain.language import LANGUAGES
from assessment.web.actor import actor

DEFAULT = "id"
MACHINE_MADE = "machine-made"
MOST_TEXTS = 10_000
FOLDER = Path(__file__).resolve().parent.parent / "translations"


def speak(app: Flask) -> None:
    """Set the app's languages up."""
    Babel(app, default_locale=DEFAULT, default_timezone="UTC", locale_selector=_locale, timezone_selector=zone)
    with app.app_context():
        get_babel().instance.domain_instance = FolderDomain()
    # A page has a hundred texts and more: the extension's own functions look everything up anew for each.
    app.jinja_env.globals.update(gettext=in_page, _=in_page, ngettext=counted_in_page)

    @app.after_request
    def remember(response: Response) -> Response:
        chosen = request.args.get("lang")
        if chosen in LANGUAGES and not g.get("no_cookies"):
            response.set_cookie(
                "lang", chosen, max_age=31_536_000, samesite="Lax", secure=app.config["SESSION_COOKIE_SECURE"]
            )
        return response


def language() -> str:
    """The reader's language: chosen in the address, then in a cookie, then the account's, then the browser's."""
    if "language" not in g:
        somebody = actor()
        wished = (
            request.args.get("lang"),
            request.cookies.get("lang"),
            somebody.locale if somebody else None,
        )
        g.language = next((code for code in wished if code in LANGUAGES), None) or (
            request.accept_languages.best_match(list(LANGUAGES)) or DEFAULT
        )
    chosen: str = g.language
    return chosen


def _locale() -> str:
    """The reader's language as Babel writes it: zh_Hant."""
    return language().replace("-", "_")


def spoken() -> str:
    """The language that the page speaks at this place (BCP 47: zh-Hant); "" outside of a request."""
    chosen = getattr(g.get("_flask_babel"), "babel_locale", None) or get_locale()
    return _tag(chosen) if chosen is not None else ""


def _tag(locale: Locale) -> str:
    return str(locale).replace("_", "-")


@cache
def is_reviewed(code: str) -> bool:
    """Whether native speakers have read every text there is in a language."""
    return not any(MACHINE_MADE in message.user_comments for message in read_catalogue(FOLDER / code))


def zone() -> str:
    """The time zone of the page: the body's, or UTC for strangers."""
    somebody = actor()
    return somebody.zone if somebody else g.get("page_zone", "UTC")


def switch_language_url(code: str) -> str:
    """The address of this page in another language."""
    if request.endpoint is None or request.method not in ("GET", "HEAD"):
        return url_for("home.index", lang=code)
    arguments = {**request.args.to_dict(), **(request.view_args or {}), "lang": code}
    return url_for(request.endpoint, **arguments)


def in_page(text: str, **values: object) -> Markup:
    """A text for a template, with its values escaped."""
    if not values:
        return _plain(_translations(), text)
    return _markup(_translations(), text) % values


def counted_in_page(one: str, many: str, number: int, **values: object) -> Markup:
    """A text that depends on a number, which it knows as `num`."""
    return Markup(_translations().ungettext(one, many, number)) % {"num": number, **values}


@lru_cache(maxsize=MOST_TEXTS)
def _markup(translations: NullTranslations, text: str) -> Markup:
    return Markup(translations.ugettext(text))


@lru_cache(maxsize=MOST_TEXTS)
def _plain(translations: NullTranslations, text: str) -> Markup:
    return Markup(translations.ugettext(text)) % {}


def read_catalogue(folder: Path) -> Catalog:
    """Merge every .po file of a language's folder into one catalogue."""
    locale = folder.name.replace("-", "_")
    merged = Catalog(locale=locale)
    for file in sorted(folder.glob("*.po")):
        with file.open("rb") as handle:
            read = read_po(handle, locale=locale)
        merged.mime_headers = read.mime_headers  # the plural forms stand there
        for message in read:
            if message.id and message.string:
                merged[message.id] = message
    return merged


def _translations() -> NullTranslations:
    """The texts of the page that is made, looked up once for each language that it speaks."""
    here = g._get_current_object()  # asked by every text: to go through the proxy each time costs more than the answer
    chosen = getattr(here.get("_flask_babel"), "babel_locale", None)
    texts: NullTranslations
    if chosen is not None and here.get("texts_of") is chosen:
        texts = here.texts
        return texts
    texts = here.texts = get_translations()
    here.texts_of = getattr(here.get("_flask_babel"), "babel_locale", None)
    return texts


@cache
def _texts_in(code: str) -> NullTranslations:
    """The texts in a language, read once a process."""
    compiled = BytesIO()
    write_mo(compiled, read_catalogue(FOLDER / code))
    compiled.seek(0)
    return Translations(compiled)


class FolderDomain(Domain):
    """The texts of the app, from its folder of .po files."""

    def get_translations(self) -> NullTranslations:
        locale = get_locale()
        return _texts_in(_tag(locale) if locale else DEFAULT)
