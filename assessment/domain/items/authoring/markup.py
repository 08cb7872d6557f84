"""The plain writing of item authors and the HTML of an item, either way.

    an empty line       begins a paragraph; a line end is a line break
    - milk / 1. milk    a list, with points or numbered
    **bold**            bold
    m^2^ and H~2~O      raised and lowered
    ![NAME]             a picture that was uploaded to the item
    \\*                  the sign itself

A text that begins with an element (`<table>…`) or with `<>` is HTML and passes through the cleaning as it is.
So every fragment can be opened: what the plain writing cannot say comes out as HTML and goes in unchanged.
"""

import re
from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr

from lxml import etree  # type: ignore[import-untyped]  # lxml has no types

from assessment.domain.items.qti.fragment import clean_fragment, inline

HTML_MARK = "<>"

_HTML = re.compile(r"\s*<(?:>|[A-Za-z])")
_POINT = re.compile(r"- +(.*)")
_NUMBER = re.compile(r"[0-9]{1,3}\. +(.*)")
_INLINE = re.compile(
    r"\\(?P<sign>[\\*^~!<\-.])"
    r"|\*\*(?=\S)(?P<strong>.+?)(?<=\S)\*\*"
    r"|\^(?P<sup>[^\s^~]{1,40})\^"
    r"|~(?P<sub>[^\s^~]{1,40})~"
    r"|!\[(?P<picture>[\w.\-]{1,80})\]",
    re.DOTALL,
)
_SIGNS = re.compile(r"\\(?=[\\*^~!<\-.])|\*\*|[\^~]|!(?=\[)")
_LEADS = re.compile(r"- |<(?=[A-Za-z>])")
_COUNTED = re.compile(r"([0-9]{1,3})\.(?= )")
_PICTURE = "file:"


def to_html(source: str, pictures: Mapping[str, str] | None = None) -> str:
    """Return the clean HTML of a written text as blocks; `pictures` is name -> words for who cannot see it."""
    source = source.replace("\r\n", "\n").strip()
    if _HTML.match(source):
        return clean_fragment(source.removeprefix(HTML_MARK).strip())
    return clean_fragment("".join(_blocks(source, pictures or {})))


def to_line(source: str, pictures: Mapping[str, str] | None = None) -> str:
    """Return the clean HTML of a short text: one paragraph stands inside a line, more are blocks."""
    html = to_html(source, pictures)
    if _HTML.match(source):
        return html
    inner = html.removeprefix("<p>").removesuffix("</p>")
    return inner if html.startswith("<p>") and html.endswith("</p>") and inline(inner) else html


def to_source(html: str, *, line: bool = False) -> str:
    """Return the writing that gives this HTML back, plain where that can say it, else the HTML itself.

    `line`: read it as `to_line` would write it.
    """
    if not html:
        return ""
    if (plain := _plain(html)) is not None:
        pictures = {name: "" for name in picture_names(plain)}
        if (to_line if line else to_html)(plain, pictures) == _without_alternatives(html):
            return plain
    return html if re.match(r"<[A-Za-z]", html) else HTML_MARK + html


def picture_names(source: str) -> list[str]:
    """Return the names of the pictures that a text shows, each once."""
    if _HTML.match(source):
        return list(dict.fromkeys(re.findall(r'src="file:([^"]+)"', source)))
    return list(dict.fromkeys(found["picture"] for found in _INLINE.finditer(source) if found["picture"]))


def alternatives(html: str) -> dict[str, str]:
    """Return picture name -> its words for who cannot see it, as the HTML has them."""
    try:
        root = _parsed(html)
    except etree.XMLSyntaxError:
        return {}
    return {
        str(each.get("src", "")).removeprefix(_PICTURE): str(each.get("alt", ""))
        for each in root.iter("img")
        if str(each.get("src", "")).startswith(_PICTURE)
    }


def visible(html: str) -> str:
    """Return the words of a fragment as they are read, blocks apart by a space."""
    spaced = re.sub(r"<(?:/(?:p|li|div|td|th|tr|h[2-6])|br ?/)>", " ", html)
    text = re.sub(r"<[^>]*>", "", spaced)
    for entity, sign in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        text = text.replace(entity, sign)
    return " ".join(text.split())


# --- writing to HTML ------------------------------------------------------------------------------------


def _blocks(source: str, pictures: Mapping[str, str]) -> list[str]:
    made: list[str] = []
    for block in re.split(r"\n[ \t]*\n\s*", source):
        kind, lines = "", list[str]()
        for line in block.split("\n"):
            found, text = _kind_of(line.strip())
            if found != kind and lines:
                made.append(_block(kind, lines, pictures))
                lines = []
            kind = found
            lines.append(text)
        if lines != [""]:
            made.append(_block(kind, lines, pictures))
    return made


def _kind_of(line: str) -> tuple[str, str]:
    if point := _POINT.fullmatch(line):
        return "ul", point[1]
    if number := _NUMBER.fullmatch(line):
        return "ol", number[1]
    return "p", line


def _block(kind: str, lines: list[str], pictures: Mapping[str, str]) -> str:
    if kind == "p":
        return f"<p>{'<br/>'.join(_line(line, pictures) for line in lines)}</p>"
    return f"<{kind}>{''.join(f'<li>{_line(line, pictures)}</li>' for line in lines)}</{kind}>"


def _line(text: str, pictures: Mapping[str, str]) -> str:
    made: list[str] = []
    at = 0
    for found in _INLINE.finditer(text):
        made.append(escape(text[at : found.start()]))
        at = found.end()
        name, inner = found.lastgroup or "", found[found.lastgroup or 0]
        if name == "sign":
            made.append(escape(inner))
        elif name == "picture":
            made.append(
                f"<img alt={quoteattr(pictures[inner])} src={quoteattr(_PICTURE + inner)}/>"
                if inner in pictures
                else escape(found[0])
            )
        else:
            made.append(f"<{name}>{_line(inner, pictures)}</{name}>")
    made.append(escape(text[at:]))
    return "".join(made)


# --- HTML to writing ------------------------------------------------------------------------------------


def _parsed(html: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return etree.fromstring(f"<body>{html}</body>".encode(), parser)


def _plain(html: str) -> str | None:
    """Return a fragment in the plain writing, or None where it has no words for what is in it."""
    try:
        root = _parsed(html)
    except etree.XMLSyntaxError:
        return None
    blocks: list[str | None] = []
    if root.text or any(child.tag not in ("p", "ul", "ol") for child in root):
        return _words(root)
    for child in root:
        if child.tail:
            return None
        if child.tag == "p":
            blocks.append(_words(child))
        else:
            lines = [_words(item) if item.tag == "li" and not item.tail else None for item in child]
            if any(line is None or "\n" in line for line in lines):
                return None
            signs = ["- " if child.tag == "ul" else f"{place}. " for place in range(1, len(lines) + 1)]
            blocks.append("\n".join(sign + str(line) for sign, line in zip(signs, lines, strict=True)))
    return None if any(block is None for block in blocks) else "\n\n".join(str(block) for block in blocks)


def _words(element: etree._Element) -> str | None:
    parts = [_escaped(element.text)]
    for child in element:
        match child.tag:
            case "br":
                parts.append("\n")
            case "strong" | "sup" | "sub":
                sign = {"strong": "**", "sup": "^", "sub": "~"}[str(child.tag)]
                inner = _words(child)
                if inner is None or child.attrib:
                    return None
                parts.append(f"{sign}{inner}{sign}")
            case "img":
                parts.append(f"![{str(child.get('src', '')).removeprefix(_PICTURE)}]")
            case _:
                return None
        parts.append(_escaped(child.tail))
    return _lead("".join(parts))


def _escaped(text: str | None) -> str:
    return _SIGNS.sub(lambda found: "".join(f"\\{sign}" for sign in found[0]), text or "")


def _lead(text: str) -> str:
    """Escape what would begin a list or HTML at the start of a line."""
    lines = []
    for line in text.split("\n"):
        line = _COUNTED.sub(r"\1\\.", line, count=1) if _COUNTED.match(line) else line
        lines.append("\\" + line if _LEADS.match(line) else line)
    return "\n".join(lines)


def _without_alternatives(html: str) -> str:
    return re.sub(r'<img alt="[^"]*"', '<img alt=""', html)
