"""The cost of many small Parquet files for readers, and the cost of merging them.

    python benchmarks/merging.py [--files N] [--write]

A dataset of small files is made from articles of the embedded portal under new ids, as if an export had followed each
run and none had merged files. Then an export that finds nothing new merges them. Each command runs in a process of its
own.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from datetime import UTC, datetime, timedelta
from multiprocessing import Process
from pathlib import Path

from places import machine, write_section
from report import crawled, measured, measured_python

FILES = 10_000
A_FILE = 20
PERIOD = timedelta(days=365)
KIND = "articles"
ALL = "sys.argv[1] + '/kind=articles/**/*.parquet'"
READERS = {
    "DuckDB": f"import duckdb, sys; duckdb.sql(f\"SELECT agency, count(*) FROM read_parquet('{{{ALL}}}') GROUP BY 1\")",
    "polars": f"import polars, sys; polars.scan_parquet({ALL}).group_by('agency').len().collect()",
    "pandas": "import pandas, sys; pandas.read_parquet(sys.argv[1] + '/kind=articles', columns=['agency'])",
}
READERS["DuckDB"] += ".fetchall()"


def generate(dataset: Path, number: int) -> None:
    """Write *number* files of A_FILE articles over a year into *dataset*, and the manifest that names them.

    It is to run in a process of its own: the memory of others is that of this one at least, which starts them.
    """
    from portalcrawl.export.columns import checked, columns_of
    from portalcrawl.export.exporting import Row
    from portalcrawl.export.merging import VERSION, write_manifest
    from portalcrawl.export.parquet_format import ParquetFormat

    samples, columns, file_format = crawled(), columns_of(KIND), ParquetFormat()
    begin, entries = datetime(2025, 1, 1, tzinfo=UTC), []
    for at in range(1, number + 1):
        seen = begin + PERIOD * (at - 1) / number
        month = f"{seen:%Y-%m}"
        name = f"kind={KIND}/month={month}/part-{at:06d}.parquet"
        (dataset / name).parent.mkdir(parents=True, exist_ok=True)
        with (dataset / name).open("wb") as file:
            writer = file_format.writer(KIND, file)
            for row in range(A_FILE):
                sample = samples[(at * A_FILE + row) % len(samples)]
                own = {"id": f"portal.example:{at * A_FILE + row:016x}", "date_fetched": seen.isoformat()}
                record = {**sample, **own}
                writer.write(Row(KIND, checked(columns, record), record, seen))
            writer.finish()
        size = (dataset / name).stat().st_size
        entries.append({"file": name, "kind": KIND, "month": month, "records": A_FILE, "bytes": size})
    manifest = {"version": VERSION, "format": "parquet", "batches": number, "files": entries, "runs": [], "feeds": {}}
    write_manifest(dataset, manifest)


def main() -> None:
    """Generate, measure, print, and write the section if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=FILES)
    parser.add_argument("--write", action="store_true", help="into docs/benchmarks.md")
    options = parser.parse_args()
    lines = ["| | files | seconds | CPU seconds | peak memory |", "|---|---|---|---|---|"]

    with tempfile.TemporaryDirectory() as folder:
        data, dataset = Path(folder) / "data", Path(folder) / "dataset"
        (data / "feeds").mkdir(parents=True)
        made = Process(target=generate, args=(dataset, options.files))
        made.start()
        made.join()
        commands = {f"{name} reads one column": ("-c", code, str(dataset)) for name, code in READERS.items()}
        for export in ("`scrapy export parquet`, which merges them", "`scrapy export parquet`, nothing to do"):
            lines += [_line(name, dataset, measured_python(*args, data=data)) for name, args in commands.items()]
            lines.append(_line(export, dataset, measured("export", "parquet", str(dataset), data=data)))
        print("\n".join(lines))
    text = (
        f"## Many small Parquet files: `python benchmarks/merging.py`\n\n{options.files:,} files of {A_FILE} articles "
        f"over a year. {machine('duckdb', 'polars', 'pandas', 'pyarrow')} Load average meanwhile: "
        f"{os.getloadavg()[2]:.0f}.\n\n"
    )
    if options.write:
        write_section("merging", text + "\n".join(lines))


def _line(name: str, dataset: Path, figures: tuple[float, float, int]) -> str:
    seconds, cpu, memory = figures
    files = sum(1 for _ in dataset.glob("kind=*/month=*/*.parquet"))
    return f"| {name} | {files:,} | {seconds:.1f} | {cpu:.1f} | {memory} MB |"


if __name__ == "__main__":
    main()
