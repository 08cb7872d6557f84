"""`teruji rubric import` and `export` as a script sees them; the same over the pages."""

import io
import json
from pathlib import Path

import pytest
from sqlalchemy import select

from assessment.database import db
from assessment.domain.roles import Role
from assessment.practicals.tables_drafts import TaskDraft
from tests.factories.accounts import make_actor, make_body
from tests.factories.practicals import a_document, make_task
from tests.factories.visitors import signed_in, writing_on
from tests.fixtures.sites import Site


@pytest.fixture
def task(site: Site) -> str:
    """A task of a body with one author; returns its id."""
    with writing_on(site) as session:
        make_body(session)
        make_actor(session, "las", Role.ITEM_AUTHOR, login="one")
        return make_task(session, "las").task_id


def drafts(site: Site) -> list[TaskDraft]:
    with site.app.app_context():
        return list(db.session.scalars(select(TaskDraft).order_by(TaskDraft.changed_at)))


def test_a_rubric_goes_out_and_comes_in_again(site: Site, task: str, tmp_path: Path) -> None:
    out = tmp_path / "rubric.json"
    told = site.run("rubric", "export", "CONTOH-P1", "-o", str(out), "--json")
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout) == {"task": task, "criteria": 3, "file": str(out)}
    came = site.run("rubric", "import", str(out), "--author", "one", "--json")
    assert came.returncode == 0, came.stderr
    report = json.loads(came.stdout)
    assert (report["code"], report["criteria"], report["to_mend"]) == ("CONTOH-P1", 3, [])
    (draft,) = drafts(site)
    assert (draft.id, draft.content) == (report["draft"], a_document())


def test_what_is_broken_is_refused_and_leaves_nothing(site: Site, task: str, tmp_path: Path) -> None:
    file = tmp_path / "rubric.json"
    file.write_text('{"CFRubrics": []}')
    told = site.run("rubric", "import", str(file), "--author", "one")
    assert told.returncode == 1
    assert "$.CFRubrics: expected one rubric, got 0." in told.stderr
    assert site.run("rubric", "import", str(file), "--author", "nobody").returncode == 2
    assert site.run("rubric", "export", "NOTHING").returncode == 1
    assert drafts(site) == []


def test_the_pages_do_the_same(site: Site, task: str) -> None:
    author = signed_in(site, "one")
    package = author.get(f"/tasks/{task}/rubric.json")
    assert package.mimetype == "application/json"
    page = author.get("/tasks/drafts/new?lang=en").get_data(as_text=True)
    scheme = page[page.index('name="scheme"') :].split('value="')[1].split('"')[0]
    for content, status in ((b"{", 422), (package.data, 303)):
        sent = {"scheme": scheme, "source": "", "package": (io.BytesIO(content), "rubric.json")}
        reply = author.post("/tasks/drafts/new", sent, content_type="multipart/form-data")
        assert reply.status_code == status
    assert [draft.content for draft in drafts(site)] == [a_document()]
