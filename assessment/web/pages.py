"""What every page gets: strict templates, static files with their hash, and the security headers."""

import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Hashable, Iterable
from functools import cache
from pathlib import Path

from flask import Flask, Response, g, has_request_context, request, send_from_directory, url_for
from flask_wtf.csrf import generate_csrf
from jinja2 import StrictUndefined, Template
from jinja2.environment import TemplateModule
from jinja2.runtime import Context
from markupsafe import Markup

from assessment.domain.language import LANGUAGES
from assessment.web.actor import actor
from assessment.web.language import spoken, switch_language_url

STATIC = Path(__file__).resolve().parent.parent / "static"

MOST_WRITTEN = 5_000

_written: dict[tuple[object, ...], Markup] = {}


class PageTemplate(Template):
    """A template whose macros are put together once a process.

    Jinja holds the globals of who imports against those of the template, at every import of every page, to see whether
    it must be put together anew. All templates have the application's globals and no others.
    """

    def _get_default_module(self, _ctx: Context | None = None) -> TemplateModule:
        return super()._get_default_module()


def dress(app: Flask) -> None:
    """Set templates, globals and headers up."""
    app.jinja_env.template_class = PageTemplate
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        csrf_field=csrf_field,
        once_field=once_field,
        static_url=static_url,
        inline_css=inline_css,
        inline_js=inline_js,
        import_map=import_map,
        written_once=written_once,
        switch_language_url=switch_language_url,
        languages=list(LANGUAGES.items()),
    )

    @app.context_processor
    def context() -> dict[str, object]:
        return {"me": actor(), "locale": spoken() or "id"}

    app.after_request(add_headers)


def csrf_field() -> Markup:
    """The hidden field that proves a form came from our own page."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())


def once_field() -> Markup:
    """The hidden one-time key of a form that creates something (rule 19)."""
    return Markup('<input type="hidden" name="once" value="{}">').format(secrets.token_urlsafe(12))


@cache
def _hash_of(path: str) -> str:
    return hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:12]


@cache
def hashed_files() -> frozenset[tuple[str, str]]:
    """Every static file as path and query of its hashed address."""
    names = (str(file.relative_to(STATIC)) for file in STATIC.rglob("*") if file.is_file())
    return frozenset((f"/static/{name}", f"v={_hash_of(name)}") for name in names)


def static_url(path: str) -> str:
    """The address of a static file, changed whenever its content changes."""
    return _static_url(script_root(), path)


@cache
def _static_url(_root: str, path: str) -> str:
    return url_for("static", filename=path, v=_hash_of(path))


def script_root() -> str:
    """Below which address the application lies; addresses are built once for each."""
    return request.script_root if has_request_context() else ""


@cache
def _inline(path: str) -> tuple[str, str]:
    content = (STATIC / path).read_text(encoding="utf-8")
    return content, base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


def inline_css(path: str) -> Markup:
    """A stylesheet inside the page; its hash goes into the page's policy."""
    content, digest = _inline(path)
    g.setdefault("style_hashes", []).append(digest)
    return Markup(f"<style>{content}</style>")


def inline_js(path: str) -> Markup:
    """A module inside the page; its hash goes into the page's policy."""
    content, digest = _inline(path)
    g.setdefault("script_hashes", []).append(digest)
    return Markup(f'<script type="module">{content}</script>')


@cache
def module_files(*folders: str) -> tuple[str, ...]:
    """Every module in folders of static files and below them, as paths for `static_url`."""
    found = (file for folder in folders for file in (STATIC / folder).rglob("*.js"))
    return tuple(sorted(str(file.relative_to(STATIC)) for file in found))


def import_map(*folders: str) -> Markup:
    """Tell the browser the hashed address of every module in folders, so that modules import each other by name.

    Stands before the first module of a page; its hash goes into the page's policy.
    """
    content, digest = _import_map(script_root(), *folders)
    g.setdefault("script_hashes", []).append(digest)
    return Markup(f'<script type="importmap">{content}</script>')


@cache
def _import_map(_root: str, *folders: str) -> tuple[str, str]:
    addresses = {url_for("static", filename=path): static_url(path) for path in module_files(*folders)}
    content = json.dumps({"imports": addresses}, separators=(",", ":"))
    return content, base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


def written_once(name: str, macro: Callable[..., Markup], *told: Hashable) -> Markup:
    """What a macro writes that is the same for everybody who reads a language and for whom it is told the same.

    `name` tells macros apart. The macro asks for nothing beside the language and what it is `told`, and puts nothing
    into the page's policy.
    """
    return next(iter(written_each(name, macro, [told])))


def written_each(name: str, macro: Callable[..., Markup], every: Iterable[tuple[Hashable, ...]]) -> list[Markup]:
    """As `written_once`, for many things that a macro is told one after the other."""
    where = (name, spoken(), script_root())
    return [_written.get((where, told)) or _write(macro, (where, told), told) for told in every]


def _write(macro: Callable[..., Markup], key: tuple[object, ...], told: tuple[Hashable, ...]) -> Markup:
    if len(_written) >= MOST_WRITTEN:
        _written.clear()
    text = _written[key] = macro(*told)
    return text


def worker_script(path: str, *, scope: str | None = None) -> Response:
    """Answer with a service worker, which browsers ask for anew each time.

    `scope` lets it cover more than what lies below its own address.
    """
    g.no_cookies = True
    response = send_from_directory(STATIC, path, mimetype="text/javascript", max_age=0)
    response.headers["Cache-Control"] = "no-cache"
    if scope is not None:
        response.headers["Service-Worker-Allowed"] = scope
    return response


def policy() -> str:
    """Return the content security policy of this response, with the hashes of what stands inside its pages."""
    styles = " ".join(f"'sha256-{digest}'" for digest in dict.fromkeys(g.get("style_hashes", ())))
    scripts = " ".join(f"'sha256-{digest}'" for digest in dict.fromkeys(g.get("script_hashes", ())))
    return (
        f"default-src 'none'; script-src 'self' {scripts}; style-src 'self' {styles}; img-src 'self' data: blob:; "
        "font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; media-src 'self' blob:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def add_headers(response: Response) -> Response:
    """Add the security headers that every response carries."""
    response.headers.setdefault("Content-Security-Policy", policy())
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    response.headers.setdefault("Permissions-Policy", "camera=(self), microphone=(), geolocation=()")
    if response.mimetype == "text/html":
        response.headers.setdefault("Cache-Control", "no-store")
    return response
