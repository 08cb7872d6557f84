"""Which mutations a run tries: each known attack, and random ones from a seed until the number is reached."""

from collections.abc import Collection, Iterator
from itertools import islice
from random import Random

from tests.faults.mutations import codes, jsons, lists, pdfs, presentations, proofs, tokens
from tests.faults.mutations.genuine import Genuine, Mutated

# How many of each module the full form tries at least; PDF files and pictures cost a process each.
FULL = {jsons: 1_800, tokens: 2_500, codes: 1_700, lists: 1_400, proofs: 1_600, presentations: 900, pdfs: 130}
SHORT = {jsons: 60, tokens: 60, codes: 60, lists: 25, proofs: 30, presentations: 25, pdfs: 14}


def drawn(genuine: Genuine, seed: int, *, full: bool, only: Collection[str] = ()) -> Iterator[Mutated]:
    """Return the mutations of a run: the full form tries every known attack, the short one some of each way.

    `only`: names of the modules here that are wanted; all of them without one.
    """
    for number, (module, wanted) in enumerate((FULL if full else SHORT).items()):
        if only and module.__name__.rpartition(".")[2] not in only:
            continue
        rng = Random(seed * 100 + number)
        known = list(module.special(genuine))
        if not full:
            known = _some_of_each(known, rng, wanted)
        yield from known
        yield from islice(module.drawn(genuine, rng), max(wanted // 5, wanted - len(known)))


def _some_of_each(known: list[Mutated], rng: Random, wanted: int) -> list[Mutated]:
    """Return one of each way of each kind, then others up to the number."""
    rng.shuffle(known)
    first = {(each.kind, each.way): each for each in known}
    chosen = list(first.values())[: wanted * 2]
    rest = [each for each in known if first[each.kind, each.way] is not each]
    return chosen + rest[: max(0, wanted - len(chosen))]
