"""What processes cost, read from /proc: processor time and memory of a process and all that it started."""

import os
from collections.abc import Iterable
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def processor_seconds(*roots: int) -> float:
    """Return how long processes and all their descendants have worked so far, in seconds of one processor."""
    ticks = 0
    for process in _trees(roots):
        try:
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += sum(int(field) for field in fields[11:15])  # own, and that of children that have ended
    return ticks / TICKS


def memory_mib(*roots: int) -> float:
    """Return the memory of processes and all their descendants in MiB, shared pages divided among their users."""
    kib = 0
    for process in _trees(roots):
        try:
            lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        kib += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kib / 1024


def _trees(roots: Iterable[int]) -> list[int]:
    found = list(roots)
    for process in found:
        try:
            tasks = list(Path(f"/proc/{process}/task").iterdir())
        except OSError:  # it has ended meanwhile
            continue
        for task in tasks:
            try:
                found += [int(child) for child in (task / "children").read_text().split()]
            except OSError:
                continue
    return found
