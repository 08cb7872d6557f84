"""The benchmark of issuing in its shortest form: every figure is there, and everything that was issued holds."""

import pytest

from assessment.bench.issue import INDEPENDENT, measure
from tests.fixtures import node

pytestmark = pytest.mark.long_lock("the content of an installation is loaded in one go")


def test_every_figure_is_measured_and_nothing_issued_is_lost() -> None:
    node.install(INDEPENDENT)
    said: list[str] = []
    figures = {figure.name: figure for figure in measure(seconds=0.2, pages=1, tell=said.append)}
    ours = figures["credentials against raw signatures"]
    assert ours.lost == 0
    assert ours.acknowledged == 200
    assert ours.floor is not None
    assert ours.floor > ours.ours > 0
    assert set(figures) == {
        "credentials against raw signatures",
        "credentials against @digitalbazaar/vc",
        "each held against the published key",
        "with their code, by the signer's process",
        "a certified PDF against the bare page",
    }
    assert all(figure.ratio for figure in figures.values())
    assert sum("wanted" in line for line in said) == 3
