"""A state that the last program with version 3 made: it is migrated, and nothing that it knows is written again."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import DatabaseError
from support import states
from support.chain import TITLES, link, path
from support.commandline import ROOT, environment, records
from support.old_states import make_version_3
from support.tinyportal import TinyPortal, article, listing
from support.upgraded_portal import CHANGED, change, crawl_all, upgraded_portal

from portalcrawl.storage import migrations, tables
from portalcrawl.storage.database import open_database

pytestmark = pytest.mark.usefixtures("each_state")

KILLED = """
import os, signal, sys
from portalcrawl.storage import migrations, tables
from portalcrawl.storage.database import open_database

def die(connection):
    os.kill(os.getpid(), signal.SIGKILL)

steps = list(migrations.MIGRATIONS[3])
steps.insert(int(sys.argv[2]), die)
migrations.MIGRATIONS[3] = tuple(steps)
open_database(sys.argv[1])
"""
COPY = "/rathaus/stadtrat-sagt-sitzung-ab-200999.html"
"""URL with a copy of article 1 that has nothing in common with the article's URL."""
VERSION = "SELECT value FROM meta WHERE key = 'version'"
STEPS = len(migrations.MIGRATIONS[3])


@pytest.fixture
def portal() -> Iterator[TinyPortal]:
    with upgraded_portal() as portal:
        change(portal)  # as it was when the state's last run read it
        yield portal


def test_nothing_that_is_known_is_written_again(tmp_path: Path, portal: TinyPortal) -> None:
    make_version_3(states.state_url(tmp_path))
    ended = crawl_all(tmp_path, portal, depth=2)
    assert ended.code == 0 and "finished, ok" in ended.err, ended.err
    assert records(tmp_path, "articles") + records(tmp_path, "teasers") == []
    assert states.rows(tmp_path, VERSION) == [{"value": str(tables.VERSION)}]
    assert set(portal.log) >= {path(number) for number in (1, 2, 3, 5)}
    assert [headers.get("If-None-Match") for asked, headers in portal.headers if asked == path(2)] in (
        ['"zwei"'],
        [None],  # every other visit asks for the whole page
    )


def test_new_runs_continue_the_migrated_state(tmp_path: Path, portal: TinyPortal) -> None:
    make_version_3(states.state_url(tmp_path))
    portal.site[path(3)] = article(TITLES[3], link(4), text="Der Lesesaal schließt am Samstag nun erst um acht Uhr.")
    portal.site[COPY] = article(TITLES[1], text=CHANGED)
    portal.site["/"] = listing("Nachrichten", link(1), link(2), link(5), f"{COPY}|{TITLES[1]}")
    ended = crawl_all(tmp_path, portal, depth=3)
    assert ended.code == 0 and "finished, ok" in ended.err, ended.err
    found = {record["canonical_url"].rpartition("/")[2]: record for record in records(tmp_path, "articles")}
    third, fourth, copied = (each.rpartition("/")[2] for each in (path(3), path(4), COPY))
    assert set(found) == {third, fourth, copied}  # 4 was pending
    assert (found[third]["revision"], found[third]["changed_fields"]) == (2, ["article_body"])
    ids = {row["url"]: row["id"] for row in states.rows(tmp_path, "SELECT url, id FROM articles")}
    assert found[third]["id"] == ids[portal.url(path(3))]
    assert found[copied]["duplicate_of"] == ids[portal.url(path(1))]


@pytest.mark.parametrize("step", [0, 3, 7, STEPS])
def test_a_migration_that_is_killed_leaves_the_state_as_it_was(tmp_path: Path, portal: TinyPortal, step: int) -> None:
    url = states.state_url(tmp_path)
    make_version_3(url)
    before = content(tmp_path)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, url, str(step)], cwd=ROOT, env=environment(tmp_path), check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert content(tmp_path) == before
    ended = crawl_all(tmp_path, portal, depth=2)
    assert ended.code == 0 and "finished, ok" in ended.err, ended.err
    assert records(tmp_path, "articles") + records(tmp_path, "teasers") == []


def test_a_program_of_version_3_can_write_nothing_any_more(tmp_path: Path) -> None:
    make_version_3(states.state_url(tmp_path))
    names = list(states.rows(tmp_path, "SELECT * FROM articles")[0])
    open_database(states.state_url(tmp_path)).dispose()
    its_insert = f"INSERT INTO articles ({', '.join(names)}) SELECT {', '.join('NULL' for _ in names)}"
    with pytest.raises(DatabaseError, match="sketch"):
        states.rows(tmp_path, its_insert)


def content(folder: Path) -> list[object]:
    """Return the rows of the state's tables."""
    tables = ("articles", "addresses", "teasers", "signatures", "bands", "runs", "meta")
    return [sorted(map(str, states.rows(folder, f"SELECT * FROM {table}"))) for table in tables]
