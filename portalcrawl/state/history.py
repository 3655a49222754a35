"""The runs that were, and what they published."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Engine, select

from portalcrawl.state.tables import feeds, runs


@dataclass(frozen=True, slots=True)
class PastFeed:
    """A feed file of a run, with the bytes and lines of it that are committed."""

    file: str
    kind: str
    bytes: int
    records: int


@dataclass(frozen=True, slots=True)
class PastRun:
    """A run in the state; ``finished`` is None while it lasts, and stays so when it dies."""

    run: str
    portals: tuple[str, ...]
    arguments: Mapping[str, str]
    started: str
    finished: str | None
    verdict: str | None
    counts: Mapping[str, int]


class History:
    """The state's tables of runs and feeds."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def is_known(self, run: str) -> bool:
        """Tell whether a run with this id exists."""
        with self._engine.connect() as connection:
            return connection.scalar(select(runs.c.run).where(runs.c.run == run)) is not None

    def is_empty(self) -> bool:
        """Tell whether no run was ever recorded."""
        with self._engine.connect() as connection:
            return connection.scalar(select(runs.c.run).limit(1)) is None

    def begin(self, run: str, portals: Collection[str], arguments: Mapping[str, str], started: str) -> None:
        """Record that *run* has begun."""
        row = {"run": run, "portals": json.dumps(sorted(portals)), "arguments": json.dumps(dict(arguments))}
        with self._engine.begin() as connection:
            connection.execute(runs.insert().values(**row, started=started))

    def end(self, run: str, finished: str, reason: str, verdict: str, counts: Mapping[str, int]) -> None:
        """Record how *run* ended."""
        values = {"finished": finished, "finish_reason": reason, "verdict": verdict, "counts": json.dumps(counts)}
        with self._engine.begin() as connection:
            connection.execute(runs.update().where(runs.c.run == run).values(**values))

    def unfinished(self, portals: Collection[str]) -> list[PastRun]:
        """Return the runs over any of *portals* that began and have not ended, oldest first.

        Such a run is dead where the locks of all its portals are free, or held by who asks.
        """
        with self._engine.connect() as connection:
            rows = connection.execute(select(runs).where(runs.c.finished.is_(None)).order_by(runs.c.run)).all()
        past = [_past(row) for row in rows]
        return [run for run in past if set(run.portals) & set(portals)]

    def of_job(self, job: str) -> PastRun | None:
        """Return the last run of a job on Scrapyd."""
        query = select(runs).where(runs.c.run.endswith(f"Z-{job}", autoescape=True)).order_by(runs.c.run.desc())
        with self._engine.connect() as connection:
            row = connection.execute(query.limit(1)).first()
        return _past(row) if row is not None else None

    def feeds_of(self, run: str) -> list[PastFeed]:
        """Return the feeds of *run* with their committed lengths."""
        columns = (feeds.c.file, feeds.c.kind, feeds.c.bytes, feeds.c.records)
        with self._engine.connect() as connection:
            rows = connection.execute(select(*columns).where(feeds.c.run == run).order_by(feeds.c.file)).all()
        return [PastFeed(*row) for row in rows]

    def last_finished(self, portal: str, limit: int) -> list[PastRun]:
        """Return the last runs of *portal* alone that ended, newest first."""
        query = select(runs).where(runs.c.portals == json.dumps([portal]), runs.c.finished.is_not(None))
        with self._engine.connect() as connection:
            return [_past(row) for row in connection.execute(query.order_by(runs.c.run.desc()).limit(limit))]


def _past(row: object) -> PastRun:
    get = row._mapping  # type: ignore[attr-defined]
    return PastRun(
        run=get["run"],
        portals=tuple(json.loads(get["portals"])),
        arguments=json.loads(get["arguments"]),
        started=get["started"],
        finished=get["finished"],
        verdict=get["verdict"],
        counts=json.loads(get["counts"] or "{}"),
    )
