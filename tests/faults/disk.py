"""A disk whose power can be cut: a file system in an image file, mounted by a loop device.

What a process wrote and did not flush is in memory alone, so a copy of the image is what a power cut leaves (the
writers are frozen while it is copied). What strace injects is a disk that fails.
"""

import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

SIZE_MIB = 1024


class Disk:
    """A file system in an image file, mounted at a folder."""

    def __init__(self, folder: Path) -> None:
        self.image = folder / "disk.img"
        self.place = folder / "disk"
        self._copy = folder / "after.img"
        self._copied = folder / "after"

    def __enter__(self) -> "Disk":
        with self.image.open("wb") as image:
            image.truncate(SIZE_MIB * 2**20)
        command("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0", str(self.image))
        self.place.mkdir()
        self._copied.mkdir()
        command("mount", "-o", "loop", str(self.image), str(self.place))
        self.place.chmod(0o755)
        return self

    def __exit__(self, *_: object) -> None:
        command("umount", "--lazy", str(self.place))

    def cut(self) -> None:
        """Keep what a power cut at this moment leaves; the writers must be frozen."""
        command("cp", "--sparse=always", str(self.image), str(self._copy))

    @contextmanager
    def after_the_cut(self) -> Iterator[Path]:
        """Give the disk as it comes back after the cut, mounted."""
        command("mount", "-o", "loop", str(self._copy), str(self._copied))
        try:
            yield self._copied
        finally:
            _unmount(self._copied)
            self._copy.unlink()


def _unmount(place: Path) -> None:
    for _ in range(100):
        if subprocess.run(["umount", str(place)], check=False, capture_output=True).returncode == 0:
            return
        time.sleep(0.05)
    command("umount", str(place))


def command(*words: str) -> None:
    """Run a program of the system. Raises CalledProcessError with what it said."""
    subprocess.run(words, check=True, capture_output=True)


@contextmanager
def failing(processes: Sequence[int], call: str, fault: str, nth: int) -> Iterator[None]:
    """Let the nth `call` (a system call) of each thread of these processes meet a `fault` of strace's inject."""
    words = ["strace", "-f", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:{fault}:when={nth}"]
    for process in processes:
        words += ["-p", str(process)]
    tracer = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        assert tracer.stderr is not None
        for _ in processes:  # "Process N attached"
            tracer.stderr.readline()
        yield
    finally:
        tracer.terminate()
        tracer.wait()
        if tracer.stderr is not None:
            tracer.stderr.close()
