"""The public home page, and what machines ask: alive, ready, how busy."""

from flask import Blueprint, Response, current_app, jsonify, render_template
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from assessment.database import db
from assessment.web.observing import registry

home = Blueprint("home", __name__)
health = Blueprint("health", __name__)


@home.get("/")
def index() -> str:
    return render_template("home/index.html")


@health.get("/healthz")
def healthz() -> Response:
    return jsonify(alive=True)


@health.get("/readyz")
def readyz() -> tuple[Response, int]:
    checks: dict[str, str] = {}
    try:
        db.session.execute(text("SELECT 1"))
        checks["database"] = "ok"
    except Exception:
        current_app.logger.exception("the database does not answer")
        checks["database"] = "does not answer"
    checks.update({name: check() for name, check in current_app.extensions["readiness"].items()})
    ready = checks["database"] == "ok" and checks.get("signer", "ok") == "ok"
    return jsonify(ready=ready, checks=checks), 200 if ready else 503


@health.get("/metrics")
def metrics() -> Response:
    return Response(generate_latest(registry()), content_type=CONTENT_TYPE_LATEST)
