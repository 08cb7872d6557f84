"""How a reader wants the pages of an exam: size of the text, contrast, number keys. Kept on the device alone.

The cookie is read here so that a page comes as it is wanted, without a flash and without a script; the menu writes
it in the browser, or without a script by asking for the page again with the wishes in its address.
"""

from dataclasses import dataclass, replace

from flask import Flask, Response, g, request
from markupsafe import Markup

from assessment.web.pages import static_url

COOKIE = "comfort"
A_YEAR = 31_536_000

SIZES = ("1", "2", "3", "4")
CONTRASTS = ("normal", "high", "dark")


@dataclass(frozen=True, kw_only=True, slots=True)
class Comfort:
    """What a reader wants: one of four sizes, a contrast, and whether number keys choose options."""

    size: str = "1"
    contrast: str = "normal"
    keys: bool = True

    def text(self) -> str:
        """Return the wishes as the cookie keeps them: "2.high.1"."""
        return f"{self.size}.{self.contrast}.{int(self.keys)}"


def read_comfort(text: str) -> Comfort:
    """Return the wishes in a cookie; whatever is not understood is as if it were not there."""
    size, _, rest = text.partition(".")
    contrast, _, keys = rest.partition(".")
    return Comfort(
        size=size if size in SIZES else "1",
        contrast=contrast if contrast in CONTRASTS else "normal",
        keys=keys != "0",
    )


def comfort() -> Comfort:
    """Return what the reader of this page wants: from its address, else from the device's cookie.

    A page without cookies is the same for everybody.
    """
    if g.get("no_cookies"):
        return Comfort()
    if "comfort" not in g:
        g.comfort = _wished()
    wanted: Comfort = g.comfort
    return wanted


def _wished() -> Comfort:
    kept = read_comfort(request.cookies.get(COOKIE, ""))
    size, contrast = request.args.get("size"), request.args.get("contrast")
    return replace(
        kept,
        size=size if size in SIZES else kept.size,
        contrast=contrast if contrast in CONTRASTS else kept.contrast,
    )


def comfort_attributes() -> Markup:
    """Return the attributes of the page's root element; the style sheets know them."""
    wanted = comfort()
    return Markup('data-size="{}" data-contrast="{}"').format(wanted.size, wanted.contrast)


def comfort_style() -> Markup:
    """Return the link to the style sheet of the wishes, nothing where there are none."""
    wanted = comfort()
    if (wanted.size, wanted.contrast) == ("1", "normal"):
        return Markup()
    return Markup('<link rel="stylesheet" href="{}" data-comfort-style>').format(static_url("css/comfort.css"))


def make_comfortable(app: Flask) -> None:
    """Give templates the wishes, and keep those that came with an address."""
    app.jinja_env.globals.update(comfort=comfort, comfort_attributes=comfort_attributes, comfort_style=comfort_style)

    @app.after_request
    def remember(response: Response) -> Response:
        if g.get("no_cookies"):
            return response
        wanted = comfort()
        asked = "size" in request.args or "contrast" in request.args
        if asked and request.method == "GET" and wanted != read_comfort(request.cookies.get(COOKIE, "")):
            response.set_cookie(
                COOKIE, wanted.text(), max_age=A_YEAR, samesite="Lax", secure=app.config["SESSION_COOKIE_SECURE"]
            )
        return response
