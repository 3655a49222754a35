"""``scrapy export`` as users run it: what is stored, what is left out, and what is answered in one line."""

from __future__ import annotations

import csv
import json
import secrets
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from filelock import FileLock
from support.commandline import crawl, files, records, scrapy, scrapy_in, scrapy_without
from support.export_kills import export_to
from support.feeds import article, publish, teaser
from support.postgres import PostgresServer
from support.surroundings import Surroundings
from support.terminal import on_terminal

from portalcrawl.demo import SamplePortal
from portalcrawl.export.cursor import Selection
from portalcrawl.items import Observation

FIRST, SECOND, OF_TWO = "20251202T101500Z-aaaaaa", "20251203T101500Z-bbbbbb", "20251204T101500Z-cccccc"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with three runs, the last over two portals."""
    feeds = tmp_path / "data" / "feeds"
    publish(feeds, FIRST, {"articles": [article(1), article(2)], "teasers": [teaser(1)]})
    publish(feeds, SECOND, {"articles": [article(1, revision=2, changed_fields=["headline"])]})
    publish(feeds, OF_TWO, {"articles": [article(3), article(1, "b.example")]}, portal="a.example b.example")
    return tmp_path / "data"


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with TemporaryDirectory(prefix="pg") as folder:
        Path(folder).chmod(0o755)
        with PostgresServer(Path(folder) / "server") as running:
            yield running


def exported(folder: Path, kind: str) -> list[dict[str, str]]:
    """Return the rows of a CSV export."""
    found: list[dict[str, str]] = []
    for path in sorted(folder.glob(f"kind={kind}/month=*/*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found.extend(csv.DictReader(file))
    return found


def ids(folder: Path) -> list[tuple[str, str]]:
    return sorted((row["id"], row["revision"]) for row in exported(folder, "articles"))


def rows_of(url: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        return connection.execute(statement).fetchall()  # type: ignore[call-overload, no-any-return]


def test_a_crawl_of_the_embedded_portal_to_each_target(tmp_path: Path, server: PostgresServer) -> None:
    data, url = tmp_path / "data", server.new_database()
    with SamplePortal() as portal:
        for number in (5, 20):
            assert crawl(data=data, portal="sample", url=portal.url, max_articles=number).code == 0
            for name, where in (("parquet", tmp_path / "parquet"), ("csv", tmp_path / "csv"), ("postgres", url)):
                ended = scrapy("export", name, str(where), data=data)
                assert (ended.code, ended.err) == (0, ""), name
                assert "articles" in ended.out
                assert "nothing new" in scrapy("export", name, str(where), data=data).out
    import pyarrow.dataset as ds  # imports pandas, too: half a second in each process that only collects tests

    for kind in ("articles", "teasers"):
        expected = sorted(record["id"] for record in records(data, kind))
        dataset = ds.dataset(tmp_path / "parquet" / f"kind={kind}", partitioning="hive")
        assert sorted(dataset.to_table().column("id").to_pylist()) == expected
        assert sorted(row["id"] for row in exported(tmp_path / "csv", kind)) == expected
        assert sorted(key for (key,) in rows_of(url, f"SELECT id FROM portalcrawl_export.{kind}")) == expected


def test_types_are_those_of_the_item_classes(tmp_path: Path, data: Path, server: PostgresServer) -> None:
    where, url = tmp_path / "target", server.new_database()
    export_to("parquet", str(where), data / "feeds")
    table = pq.ParquetFile(next(where.glob("kind=articles/month=2025-12/*.parquet"))).read()
    schema = table.schema
    assert schema.field("date_published").type == pa.timestamp("us", tz="UTC")
    assert schema.field("keywords").type == pa.list_(pa.string())
    assert schema.field("comment_count").type == pa.int64()
    assert schema.field("is_accessible_for_free").type == pa.bool_()
    image = schema.field("images").type.value_type
    assert [image.field(at).name for at in range(image.num_fields)] == ["url", "caption", "credit"]
    row = table.to_pylist()[0]
    assert row["date_published"] == datetime(2025, 12, 2, 17, 15, tzinfo=UTC)
    assert row["images"][0]["caption"] == "Ein Bild"
    assert json.loads(row["rights"]) == {"robots": "noai"}
    export_to("postgres", url, data / "feeds")
    found = rows_of(
        url,
        "SELECT keywords, date_published AT TIME ZONE 'UTC', images->0->>'caption', rights->>'robots', comment_count "
        "FROM portalcrawl_export.articles WHERE id = 'a.example:0000000000000002'",
    )
    assert found == [(["Politik", "Europa"], datetime(2025, 12, 2, 17, 15), "Ein Bild", "noai", 2)]  # noqa: DTZ001
    export_to("csv", str(tmp_path / "csv"), data / "feeds")
    line = exported(tmp_path / "csv", "articles")[0]
    assert line["headline"] == article(1)["headline"]
    assert (line["date_published"], line["rendered"], line["kicker"]) == ("2025-12-02T18:15:00+01:00", "false", "")


def test_selections_add_up_to_each_record_once(tmp_path: Path, data: Path, server: PostgresServer) -> None:
    where, url = tmp_path / "csv", server.new_database()
    for name, target in (("csv", str(where)), ("postgres", url)):
        only_b = export_to(name, target, data / "feeds", Selection(portal="b.example"))
        assert only_b.records == {"articles": 1}
        late = export_to(name, target, data / "feeds", Selection(since=datetime(2025, 12, 3, tzinfo=UTC)))
        assert late.records == {"articles": 2}
        assert export_to(name, target, data / "feeds").records == {"articles": 2, "teasers": 1}
        assert export_to(name, target, data / "feeds").feeds == 0
    expected = sorted((record["id"], str(record["revision"])) for record in records(data, "articles"))
    assert ids(where) == expected
    assert sorted(rows_of(url, "SELECT id, revision::text FROM portalcrawl_export.articles")) == expected


@pytest.mark.parametrize("harm", ["missing", "cut", "changed", "no JSON", "wrong type", "no manifest"])
def test_a_damaged_feed_is_named_and_left_out_until_it_is_whole(tmp_path: Path, data: Path, harm: str) -> None:
    feed = data / "feeds" / f"articles-{SECOND}.jsonl"
    if harm in ("no JSON", "wrong type"):
        publish(data / "feeds", SECOND, {"articles": [article(1, revision=2), article(9, comment_count="many")]})
        named = "comment_count"
    elif harm == "no manifest":
        feed, named = data / "feeds" / f"manifest-{SECOND}.json", "is not a manifest"
    else:
        named = {"missing": "is missing", "cut": "manifest says", "changed": "SHA-256"}[harm]
    whole = feed.read_bytes()
    if harm == "missing":
        feed.unlink()
    elif harm == "cut":
        feed.write_bytes(whole[: whole.rindex(b"\n", 0, -1) + 1 if whole.count(b"\n") > 1 else 0])
    elif harm == "changed":
        feed.write_bytes(whole.replace(b"Politik", b"Politok"))
    elif harm == "no JSON":
        feed.write_bytes(whole[:-9])
        named = "not a JSON object"
    elif harm == "no manifest":
        feed.write_bytes(b"{}")
    ended = scrapy("export", "csv", str(tmp_path / "csv"), data=data)
    assert (ended.code, len(ended.lines)) == (1, 1), ended.err
    assert feed.name in ended.err
    assert named in ended.err
    assert len(ids(tmp_path / "csv")) == 4
    if harm not in ("no JSON", "wrong type"):
        feed.write_bytes(whole)
        assert scrapy("export", "csv", str(tmp_path / "csv"), data=data).code == 0
        assert len(set(ids(tmp_path / "csv"))) == len(ids(tmp_path / "csv")) == 5


@pytest.mark.parametrize(
    ("args", "code", "named"),
    [
        (("parquet",), 2, "scrapy export takes one of"),
        (("xml", "DIR"), 2, "scrapy export takes one of"),
        (("csv", "DIR", "--since", "yesterday"), 2, "--since"),
        (("csv", "DIR", "--since", "2999-01-01"), 2, "is in the future"),
        (("csv", "DIR", "--portal", "c.example"), 2, "c.example"),
        (("postgres", "mysql://a/b"), 2, "not a PostgreSQL URL"),
        (("postgres", "postgresql://me:secret@127.0.0.1:1/news"), 1, "refused"),
        (("parquet", "OTHER"), 1, "holds an export as csv"),
        (("csv", "LOCKED"), 75, "another export"),
        (("csv", "FILE"), 1, "is a file"),
        (("csv", "LOST"), 1, "no _export.json"),
        (("csv", "DAMAGED"), 1, "is damaged"),
    ],
)
def test_wrong_use_is_answered_in_one_line(
    tmp_path: Path, data: Path, args: tuple[str, ...], code: int, named: str
) -> None:
    export_to("csv", str(tmp_path / "OTHER"), data / "feeds")
    export_to("csv", str(tmp_path / "LOST"), data / "feeds")
    (tmp_path / "LOST" / "_export.json").unlink()
    (tmp_path / "DAMAGED").mkdir()
    (tmp_path / "DAMAGED" / "_export.json").write_text('{"format": "csv"')
    (tmp_path / "FILE").write_text("")
    (tmp_path / "LOCKED").mkdir()
    before = files(tmp_path)
    with FileLock(tmp_path / "LOCKED" / "_export.lock"):
        places = [str(tmp_path / word) if word.isupper() else word for word in args]
        ended = scrapy("export", *places, data=data)
    assert (ended.code, len(ended.lines)) == (code, 1), ended.err
    assert named in ended.err
    assert "secret" not in ended.err
    after = files(tmp_path)
    assert {name: after[name] for name in before} == before


@pytest.mark.parametrize("name", ["parquet", "csv"])
def test_a_full_disk_gets_one_line_and_damages_nothing(tmp_path: Path, data: Path, name: str) -> None:
    where = tmp_path / "target"
    export_to(name, str(where), data / "feeds")
    before = files(where)
    more = [article(number, article_body=secrets.token_hex(3_000)) for number in range(100, 400)]
    publish(data / "feeds", "20251205T101500Z-dddddd", {"articles": more})
    ended = scrapy_in(Surroundings(limits={"FSIZE": 20_000}), "export", name, str(where), data=data)
    assert (ended.code, len(ended.lines)) == (1, 1), ended.err
    assert "File too large" in ended.err
    assert files(where) == before
    assert export_to(name, str(where), data / "feeds").records == {"articles": 300}


@pytest.mark.parametrize("name", ["parquet", "csv"])
def test_a_missing_file_is_reported_until_it_is_restored_or_unlisted(tmp_path: Path, data: Path, name: str) -> None:
    where = tmp_path / "target"
    export_to(name, str(where), data / "feeds")
    gone = where / f"kind=teasers/month=2025-12/part-000001.{name}"
    content, there = gone.read_bytes(), {*files(where)}
    gone.unlink()
    publish(data / "feeds", "20251205T101500Z-dddddd", {"articles": [article(9)]})
    for printed in ("1 article: ", "nothing new: "):
        ended = scrapy("export", name, str(where), data=data)
        assert (ended.code, len(ended.lines), ended.out.startswith(printed)) == (1, 1, True), ended.err
        told = f"kind=teasers/month=2025-12/part-000001.{name} is gone from {where}, and no record is exported twice"
        assert told in ended.err
    new = f"kind=articles/month=2025-12/part-000002.{name}"
    assert {*files(where)} == there - {gone.relative_to(where).as_posix()} | {new}
    gone.write_bytes(content)
    ended = scrapy("export", name, str(where), data=data)
    assert (ended.code, ended.err) == (0, "")
    gone.unlink()
    manifest = json.loads((where / "_export.json").read_bytes())
    manifest["files"] = [each for each in manifest["files"] if each["kind"] != "teasers"]
    (where / "_export.json").write_text(json.dumps(manifest), encoding="utf-8")
    ended = scrapy("export", name, str(where), data=data)
    assert (ended.code, ended.err, ended.out.startswith("nothing new")) == (0, "", True)


@pytest.mark.parametrize(("name", "package"), [("parquet", "pyarrow"), ("postgres", "psycopg")])
def test_a_missing_extra_is_named(tmp_path: Path, data: Path, name: str, package: str) -> None:
    ended = scrapy_without(package, "export", name, str(tmp_path / "target"), data=data)
    wanted = f"portalcrawl: this needs the package {package}, which is not installed: pip install 'portalcrawl[export]'"
    assert (ended.code, ended.lines) == (1, [wanted])
    assert not (tmp_path / "target").exists()


def test_a_table_of_an_older_version_gets_new_columns(tmp_path: Path, data: Path, server: PostgresServer) -> None:
    url = server.new_database()
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute("CREATE SCHEMA portalcrawl_export")
        connection.execute(
            "CREATE TABLE portalcrawl_export.articles (id text, revision bigint, mine text, PRIMARY KEY (id, revision))"
        )
    export_to("postgres", url, data / "feeds")
    assert rows_of(url, "SELECT count(headline), count(mine) FROM portalcrawl_export.articles") == [(5, 0)]


def test_observations_are_exported_too(tmp_path: Path, server: PostgresServer) -> None:
    seen = {"id": "a.example:o1", "portal": "a.example", "page": "https://a.example/", "teaser_id": "a.example:t1"}
    seen |= {"article_id": "a.example:1", "event": "moved", "date_observed": "2025-12-02T17:20:00+00:00"}
    publish(tmp_path / "feeds", FIRST, {"observations": [asdict(Observation(**seen))], "teasers": [teaser(1)]})
    url = server.new_database()
    for name, where in (("csv", str(tmp_path / "csv")), ("parquet", str(tmp_path / "parquet")), ("postgres", url)):
        assert export_to(name, where, tmp_path / "feeds").records == {"observations": 1, "teasers": 1}
    assert [row["event"] for row in exported(tmp_path / "csv", "observations")] == ["moved"]
    assert rows_of(url, "SELECT id, event FROM portalcrawl_export.observations") == [("a.example:o1", "moved")]


def test_a_terminal_shows_progress_and_a_pipe_does_not(tmp_path: Path, data: Path) -> None:
    shown = on_terminal(["export", "csv", str(tmp_path / "csv")], data, 80)
    assert "━" in shown
    ended = scrapy("export", "csv", str(tmp_path / "other"), data=data)
    assert "━" not in ended.out + ended.err
