"""`teruji bench start`: thousands open their exam in a minute and hand it in within half of one; what a step costs."""

from collections.abc import Sequence
from dataclasses import asdict

from assessment.bench.answers import BARE, PROCESSES, Ground, Tally, Tell, counted, grounds, load, lost
from assessment.bench.figures import Figure, percentile
from assessment.bench.processes import memory_mib
from assessment.bench.service import Service, served
from assessment.bench.world import Seat

WARMING = 100  # candidates who go first, so that templates are read and statements prepared as on any busy day
IN_STEP = 100  # candidates whose steps are measured one after the other
COUNTED = 1  # a candidate whose statements are counted
OPEN_WITHIN = 50.0
ENDS_FROM = 100.0
END_WITHIN = 25.0
SAVES_EVERY = 10.0
LOOKS_FOR = 20.0
SECONDS_OF_BARE = 5.0
STEPS = {"start": "starting an exam", "question": "a question's page", "save": "a saved answer", "submit": "handing in"}


def measure(*, candidates: int, tell: Tell) -> list[Figure]:
    """Measure the rush on each kind of database."""
    figures: list[Figure] = []
    with grounds(candidates=candidates + WARMING + IN_STEP + COUNTED, started=False, tell=tell) as each:
        for ground in each:
            seats = ground.world.seats
            with served(ground.settings, processes=PROCESSES) as service:
                at_rest = memory_mib(service.process)
                first, one = seats[: WARMING + IN_STEP], seats[WARMING + IN_STEP]
                figures += _steps(ground, service, first, one, tell)
                figures += _rush(ground, service, seats[WARMING + IN_STEP + COUNTED :], tell)
                figures += [
                    Figure(name="memory of the server at rest", database=ground.place.kind, ours=at_rest, unit="MiB"),
                    Figure(
                        name="memory of the server after it",
                        database=ground.place.kind,
                        ours=memory_mib(service.process),
                        unit="MiB",
                    ),
                ]
    return figures


def _steps(ground: Ground, service: Service, seats: Sequence[Seat], one: Seat, tell: Tell) -> list[Figure]:
    """Measure what each step costs, against a bare route of the same server."""
    tell(f"{ground.place.kind}: {IN_STEP} candidates, step by step")
    bare, walked = Tally(), Tally()
    roots = [service.process, *([ground.place.postmaster] if ground.place.postmaster else [])]
    load(ground, service, Tally(), name="warm", script="asks", seconds=1.0, clients=8, path=BARE, kind="bare")
    load(ground, service, bare, name="bare", script="asks", seconds=SECONDS_OF_BARE, clients=8, path=BARE, kind="bare")
    early, late = ([asdict(seat) for seat in part] for part in (seats[:WARMING], seats[WARMING:]))
    load(ground, service, Tally(), name="early", script="steps", roots=roots, seats=early)
    found = load(ground, service, walked, name="steps", script="steps", roots=roots, seats=late)
    for kind, times in walked.failures.items():
        tell(f"{ground.place.kind}: {times} times {kind}")
    statements = _statements(ground, one)
    return [
        Figure(
            name=f"{said} against a bare route",
            database=ground.place.kind,
            ours=1000 * found["costs"][step],
            floor=bare.cpu_ms,
            unit="cpu ms",
            p50_ms=percentile(found["latencies"][step], 50),
            p95_ms=percentile(found["latencies"][step], 95),
            p99_ms=percentile(found["latencies"][step], 99),
            statements=statements[step],
            lost=sum(times for kind, times in walked.failures.items() if kind.startswith(step)),
        )
        for step, said in STEPS.items()
    ]


def _rush(ground: Ground, service: Service, seats: Sequence[Seat], tell: Tell) -> list[Figure]:
    tell(f"{ground.place.kind}: {len(seats)} candidates open within {OPEN_WITHIN:.0f} s, and hand in")
    tally = Tally()
    found = load(
        ground,
        service,
        tally,
        name="rush",
        script="exams",
        seats=[asdict(seat) for seat in seats],
        open_within=OPEN_WITHIN,
        ends_from=ENDS_FROM,
        end_within=END_WITHIN,
        saves_every=SAVES_EVERY,
        looks_for=LOOKS_FOR,
    )
    for kind, times in found["failures"].items():
        tell(f"{ground.place.kind}: {times} times {kind}")
    missing = lost(ground, tally.acknowledged)
    saves = found["latencies"].get("save", [])
    figures = []
    for mark, name in (("opened", "exams opened, all in"), ("submitted", "exams handed in, all in")):
        times = found["marks"][mark]
        took = [until - since for since, until in times]
        figures.append(
            Figure(
                name=name,
                database=ground.place.kind,
                ours=max(until for _, until in times) - min(since for since, _ in times),
                unit="s",
                p50_ms=percentile(took, 50),
                p95_ms=percentile(took, 95),
                p99_ms=percentile(took, 99),
                acknowledged=len(times),
                lost=len(seats) - len(times),
            )
        )
    figures.append(
        Figure(
            name="saves meanwhile",
            database=ground.place.kind,
            ours=float(len(saves)),
            unit="requests",
            p50_ms=percentile(saves, 50),
            p95_ms=percentile(saves, 95),
            p99_ms=percentile(saves, 99),
            acknowledged=len(tally.acknowledged),
            lost=missing + sum(found["failures"].values()),
        )
    )
    return figures


def _statements(ground: Ground, seat: Seat) -> dict[str, int]:
    """Count the statements of each step in this process, for one candidate."""
    client = ground.app.test_client()
    name, _, value = seat.cookie.partition("=")
    client.set_cookie(name, value)
    home = f"/exam/{seat.attempt_id}"
    page = client.get(home).text
    fields = {"csrf_token": page.partition('name="csrf_token" value="')[2].partition('"')[0]}
    answers = list(ground.world.answers.items())
    found: dict[str, int] = {}
    with counted(ground.app) as statements:

        def step(kind: str, path: str, **sent: object) -> str:
            statements.clear()
            answer = client.open(path, method="POST" if sent else "GET", **sent)  # type: ignore[arg-type]  # the fields go through by name
            found[kind] = len(statements)
            return answer.text

        step("start", f"{home}/start", data=fields)
        step("question", f"{home}/1")
        page = step("question", f"{home}/1")
        token = {"Teruji-Attempt": page.partition('name="token" value="')[2].partition('"')[0]}
        for number, (item, response) in enumerate(answers):
            event = {"client": "counted", "seq": number, "item": item, "response": response, "lang": "id", "elapsed": 1}
            step("save", "/answers", json={"v": 1, "events": [event]}, headers=token)
        step("submit", f"{home}/submit", data=fields)
    return found
