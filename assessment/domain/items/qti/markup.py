"""The elements and attributes of HTML and MathML that an item may hold, as `fragment` allows them.

Follows the HTML subset of QTI 3.0 (Information Model, BodyElement) as far as it says something to a reader; what
only looks is left out, what acts or loads is refused.
"""

import re

BLOCKS = frozenset(
    re.findall(
        r"\S+",
        "blockquote caption colgroup dd div dl dt figcaption figure h2 h3 h4 h5 h6 hr li ol p pre table tbody td"
        " tfoot th thead tr ul",
    )
)
INLINES = frozenset(
    re.findall(
        r"\S+",
        "abbr audio b bdi bdo br cite code col del dfn em i img ins kbd q rb rp rt rtc ruby s samp small span"
        " strong sub sup u var video wbr",
    )
)
VOID = frozenset(("br", "col", "hr", "img", "wbr"))
RENAMED = {
    "acronym": "abbr",
    "address": "div",
    "article": "div",
    "aside": "div",
    "big": "span",
    "center": "div",
    "details": "div",
    "fieldset": "div",
    "font": "span",
    "footer": "div",
    "form": "div",
    "h1": "h2",
    "header": "div",
    "label": "span",
    "legend": "p",
    "main": "div",
    "mark": "em",
    "nav": "div",
    "section": "div",
    "strike": "s",
    "summary": "p",
    "time": "span",
    "tt": "code",
}
"""Elements whose words are kept under another name that says as much."""

DROPPED = frozenset(
    re.findall(
        r"\S+",
        "applet base button canvas embed frame frameset iframe input link meta noscript object param picture"
        " script select source style svg template textarea title track",
    )
)
ATTRIBUTES: dict[str, set[str]] = {
    "*": {"dir", "lang"},
    "abbr": {"title"},
    "audio": {"aria-label", "controls", "src"},
    "col": {"span"},
    "colgroup": {"span"},
    "div": {"data-feedback", "data-interaction"},
    "img": {"alt", "height", "src", "width"},
    "li": {"value"},
    "ol": {"reversed", "start", "type"},
    "span": {"data-feedback", "data-gap", "data-hottext", "data-interaction"},
    "td": {"colspan", "rowspan"},
    "th": {"abbr", "colspan", "rowspan", "scope"},
    "video": {"aria-label", "controls", "src"},
}
_PLACE = re.compile(r"[\w][\w.\-:]{0,254}")
_COUNT = re.compile(r"[1-9][0-9]{0,2}")
_WORDS = re.compile(r"[^\x00-\x1f]{0,1000}")
VALUES = {
    "abbr": _WORDS,
    "alt": _WORDS,
    "aria-label": _WORDS,
    "colspan": _COUNT,
    "controls": re.compile("controls"),
    "data-feedback": _PLACE,
    "data-gap": _PLACE,
    "data-hottext": _PLACE,
    "data-interaction": _PLACE,
    "dir": re.compile(r"ltr|rtl|auto"),
    "height": re.compile(r"[1-9][0-9]{0,4}"),
    "lang": re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}"),
    "reversed": re.compile("reversed"),
    "rowspan": _COUNT,
    "scope": re.compile(r"row|col|rowgroup|colgroup"),
    "span": _COUNT,
    "src": re.compile(r"file:[\w.\-]{1,100}"),
    "start": re.compile(r"-?[0-9]{1,5}"),
    "title": _WORDS,
    "type": re.compile(r"[1aAiI]"),
    "value": re.compile(r"-?[0-9]{1,5}"),
    "width": re.compile(r"[1-9][0-9]{0,4}"),
}
SILENT = frozenset(
    re.findall(
        r"\S+",
        "class id label for align valign border cellpadding cellspacing bgcolor color face size nowrap summary headers"
        " axis char charoff hspace vspace frame rules clear compact tabindex role longdesc xmlns",
    )
)
"""Attributes that only style, name or help a program: leaving them out loses nothing that a candidate reads."""

MATH = frozenset(
    re.findall(
        r"\S+",
        "math maction menclose merror mfenced mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot"
        " mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none semantics",
    )
)
MATH_SILENT = frozenset(("annotation", "annotation-xml"))
"""Parts of a formula that no browser shows: the same formula in another notation."""

MATH_ATTRIBUTES = frozenset(
    re.findall(
        r"\S+",
        "accent accentunder align close columnalign columnlines columnspacing columnspan denomalign depth dir display"
        " displaystyle fence form height largeop linethickness lspace mathsize mathvariant maxsize minsize"
        " movablelimits notation numalign open rowalign rowlines rowspacing rowspan rspace scriptlevel separator"
        " separators stretchy subscriptshift superscriptshift symmetric voffset width",
    )
)
