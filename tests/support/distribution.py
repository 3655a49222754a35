"""How slow tests are spread over the processes of pytest-xdist: ``-n 6 --dist loadgroup``.

Each process takes the next test when it is done with its last, in the order in which they were collected. The tests of
some modules go to one process, since they share what takes seconds to make.
"""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

TOGETHER = {
    "tests/crawl/test_discovery.py",
    "tests/crawl/test_embedded.py",
    "tests/crawl/test_observation_queries.py",
    "tests/crawl/test_upgrade.py",
    "tests/export/test_export_command.py",
    "tests/export/test_export_kills.py",
    "tests/rendering/test_page_view.py",
    "tests/rendering/test_rendering_crawl.py",
    "tests/rendering/test_screens.py",
    "tests/report/test_report.py",
}
"""Modules with fixtures of the scope ``module`` that crawl or start a browser, or with a server at a fixed address."""


class LongestFirstScheduling(LoadScopeScheduling):
    """Spreads tests one by one, but for those that stay together.

    It takes the place of pytest-xdist's own groups, which need marks to be seen by the process that spreads the tests.
    """

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        return module if module in TOGETHER else nodeid
