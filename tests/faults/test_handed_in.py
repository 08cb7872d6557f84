"""One exam is handed in many times at the same moment: it ends once, with one result and one receipt."""

import http.client
import re
import threading
from urllib.parse import urlencode

from sqlalchemy import func, select

from assessment.bench.world import ITEMS, Seat
from assessment.domain.exams.attempt_states import AttemptState
from assessment.exams.tables import Attempt, ExamResult, ItemScore
from tests.faults.conftest import Judge
from tests.faults.crowd import Crowd
from tests.faults.installation import Installation, Web
from tests.fixtures.faults import Effort

ANSWERS = 100
CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')


def test_handing_in_many_times_at_once(installation: Installation, effort: Effort, judge: Judge) -> None:
    web = Web(installation.settings, processes=2)
    web.start()
    with Crowd(installation.world, web.address, seed=8) as crowd:
        assert crowd.await_more(ANSWERS)
    for seat in installation.world.seats:
        answered = hand_in(web, seat, times=effort.doubles)
        assert {status for status, _place in answered} == {303}
        assert {place for _status, place in answered} == {f"/exam/{seat.attempt_id}/receipt"}
    web.kill()
    with installation.engine() as engine, engine.connect() as connection:
        states = connection.execute(select(Attempt.state, Attempt.receipt.is_not(None))).all()
        results = connection.execute(
            select(func.count()).select_from(ExamResult).group_by(ExamResult.attempt_id)
        ).scalars()
        scores = connection.execute(
            select(func.count()).select_from(ItemScore).group_by(ItemScore.attempt_id)
        ).scalars()
        assert {tuple(row) for row in states} == {(AttemptState.SUBMITTED, True)}
        assert list(results) == [1] * len(installation.world.seats)
        assert list(scores) == [ITEMS] * len(installation.world.seats)
    judge(f"handed in {effort.doubles} times at once", len(installation.world.seats), installation, crowd.ledger)


def hand_in(web: Web, seat: Seat, *, times: int) -> list[tuple[int, str]]:
    """Send the same form so many times at once; returns status and new address of each answer."""
    headers = {"Cookie": seat.cookie, "Accept": "text/html"}
    connection = http.client.HTTPConnection(*web.address())
    connection.request("GET", f"/exam/{seat.attempt_id}/review", headers=headers)
    found = CSRF.search(connection.getresponse().read().decode())
    assert found is not None
    connection.close()
    form = urlencode({"csrf_token": found[1]})
    together, answered = threading.Barrier(times), []

    def send() -> None:
        own = http.client.HTTPConnection(*web.address(), timeout=120)
        own.connect()
        together.wait()
        own.request(
            "POST",
            f"/exam/{seat.attempt_id}/submit",
            form,
            {**headers, "Content-Type": "application/x-www-form-urlencoded"},
        )
        answer = own.getresponse()
        answer.read()
        answered.append((answer.status, answer.headers.get("Location", "")))
        own.close()

    threads = [threading.Thread(target=send) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answered
