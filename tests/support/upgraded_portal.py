"""The portal that a state of version 3 knows, served at the address at which that state was made.

``version_3.sqlite.sql`` and ``version_3.postgresql.sql`` are dumps of two states that commit 39aab2f, the last program
with version 3, made by two crawls of this portal (:func:`fill`).
"""

from __future__ import annotations

from pathlib import Path

from support.chain import TITLES, chain, link, path
from support.commandline import Ended, crawl, let_time_pass
from support.tinyportal import Answer, TinyPortal, article, listing

ADDRESS = ("127.14.0.3", 8014)
"""The keys of the state are hashes of addresses, so it can't be another one; no other server listens there."""
CHANGED = "Der Rat hat sich vertagt. Beraten wird nun erst im Sommer, wie die Verwaltung gestern mitteilte."
EVERYTHING = ("-s", "RECRAWL_AGES=" + ",".join(map(str, range(1, 600))), "-s", "RETRY_FAILED_AFTER=0")


def upgraded_portal() -> TinyPortal:
    """Return the portal as the first crawl found it: article 2 has a validator, 5 is missing, nothing leads to 6."""
    site = chain()
    site["/"] = listing("Nachrichten", link(1), link(2), link(5))
    site[path(2)] = Answer(article(TITLES[2]), headers={"ETag": '"zwei"'})
    return TinyPortal(site, ADDRESS)


def crawl_all(data: Path, portal: TinyPortal, *, depth: int) -> Ended:
    """Visit everything that is known, and what is new up to *depth*."""
    let_time_pass(data, 10)
    return crawl(*EVERYTHING, data=data, url=portal.url(), max_depth=depth)


def change(portal: TinyPortal) -> None:
    """Give article 1 another text."""
    portal.site[path(1)] = article(TITLES[1], link(3), text=CHANGED)


def fill(data: Path) -> None:
    """Make the state in *data*: articles 1 to 3, the first in its second revision; 4 is pending, 5 gone."""
    with upgraded_portal() as portal:
        for _ in range(2):
            ended = crawl_all(data, portal, depth=2)
            assert ended.code == 0, ended.err
            change(portal)
