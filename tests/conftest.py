"""The list of fixtures; each lives in `tests/fixtures/` beside what it starts.

`session` is a database session that is rolled back after the test, `site` a whole installation of its own.
Both run on each database: `--database sqlite`, `--database postgresql`, or both. `page` is a real browser.
"""

# Lowest first: each imports only what stands above it.
pytest_plugins = [
    "tests.fixtures.run",
    "tests.fixtures.network",
    "tests.fixtures.measuring",
    "tests.fixtures.databases",
    "tests.fixtures.sites",
    "tests.fixtures.demos",
    "tests.fixtures.browser",
]
