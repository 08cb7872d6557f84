"""Every text that a person reads is in every language, with the same places for values, and nothing is left over."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import werkzeug.exceptions
import wtforms
from babel.messages.catalog import Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po

from assessment.domain.language import LANGUAGES, PUBLIC_LANGUAGES
from assessment.web.language import is_reviewed
from assessment.web.refusals import HEADINGS

CHECKOUT = Path(__file__).parents[1]
FOLDERS = sorted(folder for folder in (CHECKOUT / "assessment" / "translations").iterdir() if folder.is_dir())
WHOLE = [folder for folder in FOLDERS if folder.name in LANGUAGES]
CATALOGUES = [file for folder in FOLDERS for file in sorted(folder.glob("*.po"))]

# A message is one text, or the two forms of a number.
Text = str | tuple[str, ...]

KEYWORDS = {
    "_": None,
    "_l": None,
    "N_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
}
# Of the public pages: modules whose words no page shows, the reasons a reader sees in words of their own, the statuses
# that their own page is shown for, and what comes from other modules. A document that no standard knows is told about
# in technical English (docs/decisions/0042-nine-languages-on-the-public-pages.md).
UNSEEN = {
    "commands.py",
    "published.py",
    "unpack.py",
    "views_vc_api.py",
    "log_checking.py",
    "log_commands.py",
    "log_recovery.py",
    "witness.py",
}
REASONS = ("verify.py", "trust.py", "status_check.py", "check_log.py", "log_proof.py")
REFUSED = (400, 404, 405, 413, 422, 429, 500, 503)
FROM_ELSEWHERE: set[Text] = {
    "Expected the address and digits of a certificate's code.",
    "The digits are not in the format of a certificate's code.",
    "This is not readable JSON.",
    "Expected a JSON object.",
    "The first day lies before the certificate begins.",
    "The last day lies before the first day.",
    "The last day lies in the future.",
    "The last day lies more than six months back.",
    "This field is required.",
    "Not a valid date value.",
    "The issuer has withdrawn this key, so its signature alone proves nothing.",
    "The issuer withdrew this key on %(removed)s, and the certificate came into the log only later.",
    "The issuer withdrew this key on %(removed)s; the log proves that the certificate is older.",
    "The issuer does not list the key of this PDF.",
    "The issuer has withdrawn the key of this PDF, and the list of files that it sealed is not at hand.",
    "The issuer withdrew the key of this PDF on %(removed)s, and the file is none that was issued before.",
    "The issuer withdrew the key of this PDF on %(removed)s; the file is one that was issued before.",
}

# The terms of the field in the readers' languages, as the project's glossary gives them.
NATIVE = {
    "ja": {
        "Scheme": "認証スキーム",
        "Valid until": "有効期限",
        "Revoked": "取消",
        "Competent": "合格(能力あり)",
        "Not yet competent": "未達",
        "Results of the units": "能力単位",
    },
    "ko": {
        "Scheme": "인증스킴",
        "Valid until": "유효기한",
        "Revoked": "취소",
        "Competent": "적격",
        "Not yet competent": "미적격",
        "Results of the units": "능력단위",
    },
    "zh-Hans": {
        "Scheme": "认证方案",
        "Valid until": "有效期至",
        "Revoked": "已撤销",
        "Competent": "合格",
        "Not yet competent": "尚未合格",
        "Results of the units": "能力单元",
    },
    "de": {
        "Scheme": "Zertifizierungsprogramm",
        "Valid until": "gültig bis",
        "Revoked": "widerrufen",
        "Competent": "kompetent",
        "Not yet competent": "noch nicht kompetent",
        "Results of the units": "Kompetenzeinheit",
    },
}

PLACES = re.compile(r"%\((\w+)\)[sd]")


def texts_in(file: Path, method: str) -> Iterator[Text]:
    with file.open("rb") as handle:
        options = {"encoding": "utf-8", "silent": "false", "trimmed": "true"}
        for _line, text, _comments, _context in extract(method, handle, KEYWORDS, options=options):
            yield text


def source_texts() -> dict[Text, set[str]]:
    """Every text in our own sources, with the features that use it."""
    found: dict[Text, set[str]] = {}
    for root, pattern, method in (
        ("assessment", "*.py", "python"),
        ("templates", "*.html", "jinja2.ext.babel_extract"),
    ):
        for file in sorted((CHECKOUT / root).rglob(pattern)):
            inside = file.relative_to(CHECKOUT / root)
            for text in texts_in(file, method):
                found.setdefault(text, set()).add(f"{root}/{inside.parts[0]}")
    return found


def library_texts() -> set[Text]:
    """What WTForms says of a field, and what Werkzeug says of the statuses that we show a page for."""
    folder = Path(wtforms.__file__).parent
    fields = {text for file in folder.rglob("*.py") for text in texts_in(file, "python")}
    return fields | status_texts()


def status_texts() -> set[Text]:
    errors = werkzeug.exceptions.default_exceptions
    return {errors[code].description for code in HEADINGS if code in errors and errors[code].description}


def public_texts() -> set[Text]:
    """What the pages that check a certificate can say to a stranger; a program's or an office's words are not in it."""
    modules = {file for file in (CHECKOUT / "assessment" / "verification").glob("*.py") if file.name not in UNSEEN}
    modules |= {CHECKOUT / "assessment" / "domain" / "credentials" / name for name in REASONS}
    templates = set((CHECKOUT / "templates" / "verification").glob("*.html"))
    templates |= {CHECKOUT / "templates" / name for name in ("layout/bare.html", "macros/seal.html")}
    read = [(file, "python") for file in modules] + [(file, "jinja2.ext.babel_extract") for file in templates]
    seen = {text for file, method in read if not file.name.startswith("own") for text in texts_in(file, method)}
    return seen | {HEADINGS[status] for status in REFUSED} | FROM_ELSEWHERE


def entries(file: Path) -> list[Message]:
    with file.open("rb") as handle:
        return [entry for entry in read_po(handle, locale=file.parent.name.replace("-", "_")) if entry.id]


def translated(folder: Path) -> dict[Text, list[tuple[str, Message]]]:
    found: dict[Text, list[tuple[str, Message]]] = {}
    for file in sorted(folder.glob("*.po")):
        for entry in entries(file):
            found.setdefault(entry.id, []).append((file.name, entry))
    return found


def test_every_language_of_the_public_pages_has_its_folder() -> None:
    assert {folder.name for folder in FOLDERS} == PUBLIC_LANGUAGES.keys() - {"en"}


@pytest.mark.parametrize("code", sorted(PUBLIC_LANGUAGES.keys() - LANGUAGES.keys()))
def test_every_public_text_is_in_every_language(code: str) -> None:
    found = translated(CHECKOUT / "assessment" / "translations" / code)
    there = {text for text, said in found.items() if any(is_whole(entry) for _, entry in said)}
    assert sorted(map(str, public_texts() - there)) == []
    assert sorted(map(str, there - public_texts())) == []


@pytest.mark.parametrize("code", sorted(NATIVE))
def test_the_terms_of_the_glossary_are_used(code: str) -> None:
    found = translated(CHECKOUT / "assessment" / "translations" / code)
    for text, term in NATIVE[code].items():
        [(_, entry)] = found[text]
        assert term.casefold() in str(entry.string).casefold(), text


def test_what_no_native_speaker_has_read_is_marked() -> None:
    assert not is_reviewed("ja")
    assert is_reviewed("id")
    assert is_reviewed("en")


def is_whole(entry: Message) -> bool:
    strings = [entry.string] if isinstance(entry.string, str) else list(entry.string)
    return not entry.fuzzy and bool(strings) and all(strings)


@pytest.mark.parametrize("folder", WHOLE, ids=lambda folder: folder.name)
def test_every_text_is_translated(folder: Path) -> None:
    there = {text for text, found in translated(folder).items() if any(is_whole(entry) for _, entry in found)}
    sources = source_texts() | {text: {"werkzeug"} for text in status_texts()}
    missing: dict[str, list[Text]] = {}
    for text, features in sources.items():
        if text not in there:
            missing.setdefault(", ".join(sorted(features)), []).append(text)
    said = "\n".join(
        f"{feature}: {len(texts)} missing\n" + "\n".join(f"    {text!r}" for text in sorted(texts, key=str))
        for feature, texts in sorted(missing.items())
    )
    assert not missing, f"Expected a translation of every text, got none for:\n{said}"


def test_no_catalogue_holds_a_text_that_nothing_uses() -> None:
    used = source_texts().keys() | library_texts()
    left = {
        f"{file.parent.name}/{file.name}": [entry.id for entry in entries(file) if entry.id not in used]
        for file in CATALOGUES
    }
    stale = {name: texts for name, texts in left.items() if texts}
    assert not stale, f"Expected only texts in use, got {stale}."


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: f"{file.parent.name}-{file.name}")
def test_a_translation_has_the_places_of_its_text(file: Path) -> None:
    wrong = []
    for entry in entries(file):
        ids = [entry.id] if isinstance(entry.id, str) else list(entry.id)
        strings = [entry.string] if isinstance(entry.string, str) else list(entry.string)
        wanted = {place for text in ids for place in PLACES.findall(text)}
        wrong += [(entry.id, string) for string in strings if string and set(PLACES.findall(string)) != wanted]
    assert not wrong


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_one_text_is_said_in_one_way(folder: Path) -> None:
    differing = {
        text: [(name, entry.string) for name, entry in found]
        for text, found in translated(folder).items()
        if len({str(entry.string) for _, entry in found}) > 1
    }
    assert not differing, f"Expected one translation of a text, got several: {differing}"


def test_a_text_that_is_missing_is_found(tmp_path: Path) -> None:
    file = tmp_path / "views.py"
    file.write_text('N_("One"), _l("Two"), ngettext("%(num)s item", "%(num)s items", 2)\n')
    assert list(texts_in(file, "python")) == ["One", "Two", ("%(num)s item", "%(num)s items")]
