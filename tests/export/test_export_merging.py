"""Small Parquet files are merged: killed at any step, and read meanwhile, with each record there once all the time."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.commandline import scrapy, scrapy_in
from support.export_kills import export_to, killed_at
from support.feeds import article, publish, teaser
from support.surroundings import Surroundings

from portalcrawl.export import exchange, merging

BATCH_BYTES = 20_000
FEW = 2
"""Most files that are not merged: three are."""
A_RUN = 4
SEEN = {"date_fetched": "2025-12-02T17:20:00+00:00"}


@pytest.fixture(autouse=True)
def few_files_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging, "MOST", FEW)
    monkeypatch.setattr(os, "fsync", lambda handle: None)


def publish_run(feeds: Path, number: int) -> None:
    """Publish a run with articles and teasers that no other run has."""
    numbers = range(number * A_RUN, (number + 1) * A_RUN)
    records = {
        "articles": [article(each, **SEEN) for each in numbers],
        "teasers": [teaser(each, **SEEN) for each in numbers],
    }
    publish(feeds, f"20251202T{number:06d}Z-aaaaaa", records)


def exported(feeds: Path, target: Path, runs: range) -> None:
    """Publish and export *runs*, one by one."""
    for number in runs:
        publish_run(feeds, number)
        export_to("parquet", str(target), feeds)


def ids_of(number: int) -> set[str]:
    """Return the ids of the articles and teasers of the first *number* runs."""
    records = range(number * A_RUN)
    return {record["id"] for each in records for record in (article(each), teaser(each))}


def files_in(target: Path) -> list[str]:
    return sorted(path.relative_to(target).as_posix() for path in target.glob("kind=*/month=*/*"))


def ids_by_glob(target: Path) -> Counter[str]:
    """Return how often each id is in files of the target, as readers find them."""
    return ids_in(list(target.glob("kind=*/*/*.parquet")))


def ids_in(paths: list[Path]) -> Counter[str]:
    tables = [pq.ParquetFile(path).read(columns=["id"], use_threads=False) for path in paths]
    return Counter(each for table in tables for each in table.column("id").to_pylist())


def ids_by_manifest(target: Path) -> Counter[str]:
    """Return how often each id is in files that the manifest names; FileNotFoundError while a folder changes places."""
    named = json.loads((target / "_export.json").read_bytes())["files"]
    return ids_in([target / each["file"] for each in named])


def rest_in(target: Path) -> set[str]:
    """Return the names of everything beside the files."""
    return {path.name for path in target.iterdir()} - {"kind=articles", "kind=teasers"}


def table_of(target: Path) -> pa.Table:
    """Return all articles of a target, as pyarrow's datasets read its folder."""
    import pyarrow.dataset as ds  # imports pandas, too: half a second in each process that only collects tests

    return ds.dataset(target / "kind=articles", partitioning="hive").to_table()


def test_many_exports_leave_few_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    feeds, target = tmp_path / "feeds", tmp_path / "target"
    exported(feeds, target, range(2))
    assert [name.rpartition("/")[2] for name in files_in(target)] == ["part-000001.parquet", "part-000002.parquet"] * 2
    exported(feeds, target, range(2, 20))
    assert ids_by_glob(target) == ids_by_manifest(target) == Counter(ids_of(20))
    for kind in ("articles", "teasers"):
        assert len(list(target.glob(f"kind={kind}/*/*"))) <= 3 * FEW
    manifest = json.loads((target / "_export.json").read_bytes())
    assert {each["file"] for each in manifest["files"]} == {*files_in(target)}
    assert (manifest["version"], max(each.get("level", 0) for each in manifest["files"])) == (1, 2)
    assert sum(each["records"] for each in manifest["files"]) == 20 * 2 * A_RUN
    monkeypatch.setattr(merging, "GRACE", -1)
    result = export_to("parquet", str(target), feeds)
    assert (result.feeds, result.lost) == (0, None)
    assert rest_in(target) == {"_export.json", "_export.lock"}
    table = table_of(target)
    whole = tmp_path / "whole"
    export_to("parquet", str(whole), feeds)
    expected = table_of(whole)
    assert table.sort_by("id").equals(expected.sort_by("id"))


def test_killed_at_every_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The killed export merges three files, and leaves a larger one."""
    feeds, before = tmp_path / "feeds", tmp_path / "before"
    exported(feeds, before, range(5))
    publish_run(feeds, 5)
    old, all_ids = Counter(ids_of(5)), Counter(ids_of(6))
    assert ids_by_glob(before) == old

    def copy(name: str) -> Path:
        return Path(shutil.copytree(before, tmp_path / name))

    steps = killed_at("parquet", str(copy("whole")), feeds, 0, BATCH_BYTES, FEW)
    assert steps is not None
    assert steps > 60
    assert len(files_in(tmp_path / "whole")) == 4
    between = 0
    for step in range(1, steps + 1):
        target = copy(f"target{step}")
        assert killed_at("parquet", str(target), feeds, step, BATCH_BYTES, FEW) is None
        seen = ids_by_glob(target)
        assert (max(seen.values()), old <= seen <= all_ids) == (1, True), step
        try:
            assert ids_by_manifest(target) in (old, all_ids), step
        except FileNotFoundError:
            between += 1
            manifest = json.loads((target / "_export.json").read_bytes())
            assert ("merging" in manifest, manifest["version"]) == (True, 2), "older versions would remove files"
        assert export_to("parquet", str(target), feeds).lost is None, step
        assert ids_by_glob(target) == ids_by_manifest(target) == all_ids, step
        assert len(files_in(target)) == 4, step
        assert not [*target.rglob("*.part")], step
        with monkeypatch.context() as later:
            later.setattr(merging, "GRACE", -1)
            assert export_to("parquet", str(target), feeds).feeds == 0
        assert rest_in(target) == {"_export.json", "_export.lock"}, step
        shutil.rmtree(target)
    assert between > 0


def test_concurrent_readers_see_each_record_once(tmp_path: Path) -> None:
    """Or learns that a file is gone, and reads again."""
    feeds, target = tmp_path / "feeds", tmp_path / "target"
    exported(feeds, target, range(1))
    child = os.fork()
    if not child:
        try:
            exported(feeds, target, range(1, 60))
        finally:
            os._exit(0)
    readers = readers_of(target / "kind=articles")
    seen: dict[str, set[str]] = {name: set() for name in readers}
    good, gone = Counter[str](), Counter[str]()
    try:
        while os.waitpid(child, os.WNOHANG) == (0, 0):
            for name, read in readers.items():
                try:
                    found = Counter(read())
                except (FileNotFoundError, duckdb.IOException):
                    gone[name] += 1
                    continue
                assert set(found.values()) == {1}, name
                assert {*found} >= seen[name], f"{name}: what was there is missing"
                seen[name] = {*found}
                good[name] += 1
    except BaseException:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        raise
    assert all(good[name] > gone[name] for name in readers), (good, gone)
    assert ids_by_glob(target) == Counter(ids_of(60))


def readers_of(folder: Path) -> dict[str, Callable[[], Iterable[str]]]:
    """Return the ways of reading that docs/export.md shows, and by the names of files; each returns the ids."""
    import pandas as pd
    import polars as pl  # starts threads, which no fork is to have

    files = f"{folder}/**/*.parquet"
    query = f"SELECT id FROM read_parquet('{files}', hive_partitioning = true)"
    return {
        "names": lambda: ids_in([*folder.glob("*/*.parquet")]).elements(),
        "DuckDB": lambda: [each for (each,) in duckdb.sql(query).fetchall()],
        "polars": lambda: pl.scan_parquet(files, hive_partitioning=True).select("id").collect()["id"].to_list(),
        "pandas": lambda: pd.read_parquet(folder, columns=["id"])["id"].tolist(),
    }


def test_a_reader_with_the_old_folder_open_lists_all_its_files_and_opens_none(tmp_path: Path) -> None:
    """Were it emptied at once, a reader could find it empty, or find only files that were not merged."""
    feeds, target = tmp_path / "feeds", tmp_path / "target"
    exported(feeds, target, range(5))
    month = target / "kind=articles/month=2025-12"
    names = {path.name for path in month.iterdir()}
    handle = os.open(month, os.O_RDONLY)
    try:
        exported(feeds, target, range(5, 6))
        export_to("parquet", str(target), feeds)
        with os.scandir(handle) as entries:
            listed = {entry.name for entry in entries}
    finally:
        os.close(handle)
    assert names < listed
    assert {name for name in listed if (month / name).exists()} == {"part-000004.parquet"}, "the larger one"


def test_a_month_with_files_of_others_is_not_merged(tmp_path: Path) -> None:
    feeds, target = tmp_path / "feeds", tmp_path / "target"
    exported(feeds, target, range(1))
    (target / "kind=articles/month=2025-12/notes.txt").write_text("mine")
    (target / "kind=articles/month=2025-12").chmod(0o750)
    (target / "kind=teasers/month=2025-12").chmod(0o750)
    exported(feeds, target, range(1, 4))
    assert len(list(target.glob("kind=articles/*/*.parquet"))) == 4
    assert len(list(target.glob("kind=teasers/*/*.parquet"))) == 2
    assert (target / "kind=articles/month=2025-12/notes.txt").read_text() == "mine"
    assert (target / "kind=teasers/month=2025-12").stat().st_mode & 0o777 == 0o750


def test_files_that_users_remove_stay_removed(tmp_path: Path) -> None:
    feeds, target = tmp_path / "feeds", tmp_path / "target"
    exported(feeds, target, range(2))
    next(target.glob("kind=articles/*/part-000001.parquet")).unlink()
    shutil.rmtree(target / "kind=teasers")
    exported(feeds, target, range(2, 3))
    assert len(files_in(target)) == 3
    publish_run(feeds, 3)
    result = export_to("parquet", str(target), feeds)
    assert (result.records, result.untidy) == ({"articles": A_RUN, "teasers": A_RUN}, None)
    assert str(result.lost).startswith("kind=articles/month=2025-12/part-000001.parquet and 2 more are gone")
    assert len(files_in(target)) == 3
    assert set(ids_by_glob(target).values()) == {1}


def test_nothing_is_merged_where_folders_can_not_change_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on file systems that do not know the flag: the kernel answers EINVAL."""
    monkeypatch.setattr(exchange, "RENAME_EXCHANGE", 1 << 20)
    feeds, target = tmp_path / "feeds", tmp_path / "target"
    exported(feeds, target, range(5))
    assert len(files_in(target)) == 10
    assert rest_in(target) == {"_export.json", "_export.lock"}


def test_files_of_other_columns_are_not_merged_with_these(tmp_path: Path) -> None:
    """An older version has written some."""
    feeds, target = tmp_path / "feeds", tmp_path / "target"
    exported(feeds, target, range(2))
    for path in target.glob("kind=articles/*/part-000001.parquet"):
        table = pq.ParquetFile(path).read()
        pq.write_table(table.append_column("older", pa.array(["x"] * table.num_rows)), path)
    exported(feeds, target, range(2, 3))
    assert len(list(target.glob("kind=articles/*/*.parquet"))) == 3
    exported(feeds, target, range(3, 4))
    assert len(list(target.glob("kind=articles/*/*.parquet"))) == 2
    query = (
        f"SELECT count(*), count(older) FROM read_parquet('{target}/kind=articles/**/*.parquet', union_by_name = true)"
    )
    assert duckdb.sql(query).fetchall() == [(4 * A_RUN, A_RUN)]


@pytest.mark.parametrize(("harm", "said"), [("damaged", "is damaged"), ("fewer rows", "they have 11 records")])
def test_files_that_cant_be_merged_are_reported_and_left(tmp_path: Path, harm: str, said: str) -> None:
    feeds, target = tmp_path / "feeds", tmp_path / "target"
    exported(feeds, target, range(2))
    path = next(target.glob("kind=articles/*/part-000001.parquet"))
    if harm == "damaged":
        path.write_bytes(path.read_bytes()[:-10])
    else:
        pq.write_table(pq.ParquetFile(path).read().slice(1), path)
    before = files_in(target)
    publish_run(feeds, 2)
    result = export_to("parquet", str(target), feeds)
    assert result.records == {"articles": A_RUN, "teasers": A_RUN}
    assert result.untidy is not None
    assert str(target) in result.untidy
    assert said in result.untidy
    assert {*before} < {*files_in(target)}
    assert rest_in(target) == {"_export.json", "_export.lock"}
    assert "merging" not in json.loads((target / "_export.json").read_bytes())


def test_a_full_disk_stops_merging_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging, "MOST", 32)
    feeds, target = tmp_path / "data" / "feeds", tmp_path / "target"
    for number in range(33):
        own = article(number, article_body=secrets.token_hex(3_000), **SEEN)
        publish(feeds, f"20251202T{number:06d}Z-aaaaaa", {"articles": [own]})
        if number < 32:
            export_to("parquet", str(target), feeds)
    full = Surroundings(limits={"FSIZE": 60_000})
    ended = scrapy_in(full, "export", "parquet", str(target), data=tmp_path / "data")
    assert (ended.code, len(ended.lines)) == (1, 1), ended.err
    assert "File too large" in ended.err
    assert len(files_in(target)) == 33
    assert rest_in(target) == {"_export.json", "_export.lock"}
    assert export_to("parquet", str(target), feeds).untidy is None
    assert len(files_in(target)) == 1
    assert ids_by_glob(target) == Counter(article(number)["id"] for number in range(33))


def test_the_command_merges_and_reports_in_one_line_what_it_cant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merging, "MOST", 32)
    feeds, target = tmp_path / "data" / "feeds", tmp_path / "target"
    exported(feeds, target, range(32))
    path = next(target.glob("kind=articles/*/part-000007.parquet"))
    whole = path.read_bytes()
    path.write_bytes(b"damaged")
    publish_run(feeds, 32)
    for _ in range(2):
        ended = scrapy("export", "parquet", str(target), data=tmp_path / "data")
        assert (ended.code, len(ended.lines)) == (1, 1), ended.err
        assert f"{path} is damaged" in ended.err
    path.write_bytes(whole)
    ended = scrapy("export", "parquet", str(target), data=tmp_path / "data")
    assert (ended.code, ended.err) == (0, "")
    assert "nothing new" in ended.out
    assert len(files_in(target)) == 2
    assert ids_by_glob(target) == Counter(ids_of(33))
