"""A connection that breaks while a commit is made: the state and the outbox end as without that."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, make_url, text
from support import states
from support.cutting_proxy import Cut, CuttingProxy, to_unix_socket

from portalcrawl.items import Observation
from portalcrawl.runs.run_names import feed_name
from portalcrawl.storage.database import StateBusyError, open_database
from portalcrawl.storage.discovered import DocumentRecord, EntryRecord
from portalcrawl.storage.leases import PortalLeases
from portalcrawl.storage.outbox import Outbox, OutboxFeed
from portalcrawl.storage.records import Record
from portalcrawl.storage.unit_of_work import UnitOfWork
from portalcrawl.text.fingerprints import Fingerprint, bands_of

PAGE = "https://a.example/"
COLUMNS = {
    "articles": "*",
    "addresses": "*",
    "teasers": "*",
    "feeds": "*",
    "documents": "*",
    "entries": "*",
    "page_pictures": "*",
    "signatures": "signature, cluster_id, portal, article",  # not their numbers and times
    "bands": "band, (SELECT article FROM signatures WHERE signatures.text = bands.text)",
    "meta": "key, value",
}


class Gatherer:
    """Notes one thing of every kind at a time, as a crawl does."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        leases = PortalLeases(engine, ["a"], 60.0)
        leases.acquire(0)
        self.unit_of_work = UnitOfWork(engine, leases)
        self.feeds = {kind: OutboxFeed("run", kind, self.unit_of_work) for kind in ("articles", "teasers")}

    def note(self, number: int) -> None:
        """Note what is new, and the change of what was there before."""
        work, article, url = self.unit_of_work, f"a:{number}", f"{PAGE}{number}"
        work.note(Record("a", article, url, url, revision=1))
        work.note(Record("a", "a:0", PAGE, PAGE, revision=number))
        work.note_addresses("a", [url], article)
        work.note_token("a", str(number), article)
        work.note_teaser(f"a:t{number}")
        signature = random.Random(number).randbytes(256)
        work.near_copies.note(Fingerprint(signature, bands_of(signature)), article, "a", article)
        work.browser_needs.record("a", "article", needed=True)
        work.page_pictures.apply(
            Observation(
                id=f"a:o{number}",
                portal="a",
                page=PAGE,
                teaser_id=f"a:t{number}",
                article_id=article,
                block="main",
                position=number,
                run="run",
            )
        )
        for each in (url, PAGE):
            work.discovered.note_document(DocumentRecord("a", each, links=number))
        work.discovered.note_entry(EntryRecord("a", article, "feed", title=str(number)))
        work.discovered.settle("a", f"a:{number - 1}")
        for kind, feed in self.feeds.items():
            feed.append(f"{kind} {number}\n".encode())

    def commit(self) -> None:
        """Commit what was noted."""
        of_run = [(feed_name(kind, "run"), kind, feed) for kind, feed in self.feeds.items()]
        lengths = [
            {"file": name, "run": "run", "kind": kind, "bytes": feed.bytes, "records": feed.records}
            for name, kind, feed in of_run
        ]
        self.unit_of_work.commit(lengths)

    def fail_to_commit(self, proxy: CuttingProxy, moment: Cut) -> None:
        """Commit over a connection that is cut."""
        with self.engine.connect():  # a new connection is set up with a COMMIT of its own
            pass
        proxy.cut_at(b"COMMIT\0", moment)
        with pytest.raises(StateBusyError):
            self.commit()


@pytest.fixture
def url() -> str:
    return states.server().new_database()


@pytest.fixture
def proxy() -> Iterator[CuttingProxy]:
    server = states.server()
    with CuttingProxy(to_unix_socket(f"{server.folder}/.s.PGSQL.{server.port}")) as running:
        yield running


def through(proxy: CuttingProxy, url: str) -> Engine:
    """Return an engine on the database at *url* whose connections go through *proxy*."""
    open_database(url).dispose()
    return open_database(f"postgresql+psycopg://portalcrawl@127.0.0.1:{proxy.port}/{make_url(url).database}")


def content(url: str) -> dict[str, list[str]]:
    """Return the rows of the tables, and the lines of the outbox."""
    engine = open_database(url)
    with engine.connect() as connection:
        found = {
            table: sorted(map(repr, connection.execute(text(f"SELECT {columns} FROM {table}"))))
            for table, columns in COLUMNS.items()
        }
    for kind in ("articles", "teasers"):
        found[f"lines of {kind}"] = b"".join(Outbox(engine).lines("run", kind)).decode().splitlines()
    engine.dispose()
    return found


@pytest.fixture
def undisturbed() -> dict[str, list[str]]:
    """What a run leaves that nothing disturbs."""
    url = states.server().new_database()
    engine = open_database(url)
    gatherer = Gatherer(engine)
    for number in (1, 2, 3, 4):
        gatherer.note(number)
    gatherer.commit()
    engine.dispose()
    return content(url)


@pytest.mark.parametrize("is_first", [True, False], ids=["first-commit", "later-commit"])
@pytest.mark.parametrize(
    "moments", [["before"], ["after"], ["after", "after"], ["before", "after"], ["after", "before"]], ids="-".join
)
def test_all_that_is_noted_around_a_broken_commit_is_written_once(
    url: str, proxy: CuttingProxy, undisturbed: dict[str, list[str]], moments: list[Cut], is_first: bool
) -> None:
    engine = through(proxy, url)
    gatherer = Gatherer(engine)
    gatherer.note(1)
    if not is_first:
        gatherer.commit()
    for number, moment in enumerate(moments, 2):
        gatherer.note(number)
        gatherer.fail_to_commit(proxy, moment)
    for number in range(2 + len(moments), 5):
        gatherer.note(number)
    gatherer.commit()
    assert proxy.cuts == len(moments)
    engine.dispose()
    assert content(url) == undisturbed


def test_a_commit_that_was_made_unheard_is_not_made_again(url: str, proxy: CuttingProxy) -> None:
    engine = through(proxy, url)
    gatherer = Gatherer(engine)
    gatherer.note(1)
    gatherer.fail_to_commit(proxy, "after")
    before = content(url)
    assert before["articles"]
    gatherer.commit()
    engine.dispose()
    assert content(url) == before
