"""Writes a new migration from the difference between the newest one and the tables in the code.

    .venv/bin/python migrations/environment/new.py "add a reason to the release"

Read what it wrote: it does not see a changed CHECK, and it takes a new name for a new column.
"""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command

from assessment.migrating import configuration, engine_for, load_tables
from assessment.settings import Settings


def main(message: str) -> None:
    """Write the migration beside the others."""
    with TemporaryDirectory() as folder:
        settings = Settings.from_environment({"TERUJI_HOME": folder})
        load_tables()
        engine = engine_for(settings)
        with engine.connect() as connection:
            config = configuration()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            script = command.revision(config, message, autogenerate=True)
        engine.dispose()
    file = Path(script.path)
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(line for line in lines if not line.lstrip().startswith("# ###")))
    for arguments in (["check", "--select", "I", "--fix"], ["format"]):
        subprocess.run([sys.executable, "-m", "ruff", *arguments, "--quiet", file], check=True)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit('Expected one argument, what the migration does: "add a reason to the release".')
    main(sys.argv[1])
