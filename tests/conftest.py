"""Marks slow tests, orders and spreads them, and skips tests whose files are missing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support import states, warm_start
from support.distribution import TOGETHER, LongestFirstScheduling
from support.memory_disk import use_memory_disk
from support.shared import SHARED

FAST_FOLDERS = {"unit", "pages"}
"""Their tests start no process; all others run crawls, browsers or Scrapyd."""
SAYS_SLOW = ("mark.slow", "each_state")
"""A module of these folders that has slow tests as well says one of these."""


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)],
)
def each_state(request: pytest.FixtureRequest) -> Iterator[str]:
    """Run the test with its states in SQLite, and again with them on PostgreSQL."""
    states.use(request.param)
    yield request.param
    states.use("sqlite")


def pytest_configure(config: pytest.Config) -> None:
    """Set up what all processes of the tests share."""
    use_memory_disk()
    if getattr(config.option, "numprocesses", None) and config.option.markexpr == "slow":
        warm_start.share_server(Path(__file__).parents[1])


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out modules of which no test is to run: each process would import them for nothing."""
    folder = collection_path.relative_to(Path(__file__).parent).parts[:1]
    if collection_path.suffix != ".py" or config.option.markexpr not in ("slow", "not slow"):
        return None
    if not FAST_FOLDERS.issuperset(folder):
        return True if config.option.markexpr == "not slow" else None
    if config.option.markexpr == "not slow":
        return None
    text = collection_path.read_text(encoding="utf-8")
    return None if any(word in text for word in SAYS_SLOW) else True


def pytest_sessionfinish() -> None:
    states.stop_servers()


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LongestFirstScheduling | None:
    if config.getvalue("dist") != "loadgroup":
        return None
    config.option.loadscopereorder = False  # it would begin with the modules of most tests
    return LongestFirstScheduling(config, log)  # type: ignore[arg-type]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    skip = pytest.mark.skip(reason=f"no saved pages at {SHARED}: PORTALCRAWL_SHARED names their folder")
    for item in items:
        if item.path.relative_to(Path(__file__).parent).parts[0] not in FAST_FOLDERS:
            item.add_marker(pytest.mark.slow)
        if item.get_closest_marker("shared") and not SHARED.is_dir():
            item.add_marker(skip)
    # Whoever gets a long one last, or a whole module, keeps all others waiting.
    items.sort(key=lambda item: (item.get_closest_marker("long") is None, module_of(item) not in TOGETHER))


def module_of(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]
