"""A browser with a profile on disk, which reaches the site over a wire that a test cuts, and which may be killed."""

import os
import shutil
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Error, Page, Playwright

from tests.fixtures.browser import ARGUMENTS, PATIENCE
from tests.journeys.wire import Wire


class Device:
    """A browser with a profile on disk, which may be killed and started again."""

    def __init__(self, playwright: Playwright, folder: Path, port: int) -> None:
        program = shutil.which("chromium")
        assert program is not None, "Expected the command 'chromium'."
        self._playwright, self._program = playwright, program
        self.folder, self.wire = folder, Wire(port)
        self.address = self.wire.address
        self.context: BrowserContext | None = None

    def open(self, path: str = "/", width: int = 400, height: int = 760, **options: Any) -> Page:
        """Start the browser and open an address of the site; the options are those of Playwright."""
        self.context = self._playwright.chromium.launch_persistent_context(
            self.folder,
            executable_path=self._program,
            args=[*ARGUMENTS, "--hide-crash-restore-bubble"],
            viewport={"width": width, "height": height},
            accept_downloads=True,
            **options,
        )
        self.context.set_default_timeout(PATIENCE)
        page = self.context.pages[0]
        page.goto(self.address + path)
        return page

    def kill(self) -> None:
        """Kill the browser as a power cut does to a process: nothing is said goodbye to."""
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and f"--user-data-dir={self.folder}" in _command(entry):
                os.kill(int(entry.name), signal.SIGKILL)
        self.close()

    def close(self) -> None:
        if self.context is not None:
            with suppress(Error):  # whose browser was killed is gone already
                self.context.close()
            self.context = None


def _command(entry: Path) -> str:
    try:
        return (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""
