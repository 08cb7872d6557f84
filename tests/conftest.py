"""The list of fixtures; each lives in `tests/fixtures/` beside what it starts.

`session` is a database session that is rolled back after the test, `site` a whole installation of its own.
Both run on each database: `--database sqlite`, `--database postgresql`, or both. `page` is a real browser.
"""

from hypothesis import HealthCheck, settings

# No test is judged by the clock: a busy machine draws and runs examples slowly.
settings.register_profile("teruji", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("teruji")

# Lowest first: each imports only what stands above it.
pytest_plugins = [
    "tests.fixtures.run",
    "tests.fixtures.network",
    "tests.fixtures.routes",
    "tests.fixtures.measuring",
    "tests.fixtures.databases",
    "tests.fixtures.sites",
    "tests.fixtures.demos",
    "tests.fixtures.browser",
    "tests.fixtures.faults",
]
