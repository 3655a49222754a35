"""The tables of the scheduler's database.

``jobs`` is the history. ``entries`` has one row per entry with the data that is read often, so that no query gets
slower with the number of jobs.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Connection, Float, Index, Integer, MetaData, String, Table, Text, inspect

VERSION = 2

metadata = MetaData()
jobs = Table(
    "jobs",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("job", String, nullable=False, unique=True),
    Column("entry", String, nullable=False),
    Column("by_hand", Boolean, nullable=False),
    Column("portals", Text, nullable=False),
    Column("due", Float, nullable=False),
    Column("status", String, nullable=False),
    Column("node", String),
    Column("posted", Float),
    Column("expires", Float),
    Column("longest", Float),
    Column("started", Float),
    Column("cancelled", Float),
    Column("ended", Float),
    Column("why", Text),
    Column("run", String),
    Column("verdict", String),
    Column("reasons", Text),
    Column("counts", Text),
    Index("jobs_by_status", "status"),
    Index("jobs_by_end", "ended"),
)
entries = Table(
    "entries",
    metadata,
    Column("entry", String, primary_key=True),
    Column("timing", Text),
    Column("slot", Float),
    Column("due", Float),
    Column("known_since", Float),
    Column("last_job", String),
    Column("last_good", Float),
    Column("last_news", Float),
    Column("level", String),
)
notices = Table(
    "notices",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("line", Text, nullable=False),
    Column("made", Float, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_try", Float, nullable=False),
)
marks = Table("marks", metadata, Column("name", String, primary_key=True), Column("value", Float, nullable=False))

BEFORE_CREATION = (
    "CREATE TEMP TABLE old AS SELECT * FROM jobs",
    "DROP TABLE jobs",
    "DROP TABLE IF EXISTS clock",
    "CREATE TEMP TABLE old_levels AS SELECT entry, level FROM levels",
    "DROP TABLE levels",
)
"""Version 1 stored the next times in a table of APScheduler and had no table ``entries``."""
AFTER_CREATION = (
    f"INSERT INTO jobs ({', '.join(column.name for column in jobs.columns)}) "
    f"SELECT {', '.join(column.name for column in jobs.columns)} FROM old",
    "CREATE INDEX old_by_entry ON old (entry, verdict, ended)",
    """INSERT INTO entries (entry, known_since, last_job, last_good, last_news, level)
       SELECT entry, min(due),
           (SELECT job FROM old WHERE entry = each.entry AND verdict IS NOT NULL ORDER BY ended DESC LIMIT 1),
           (SELECT max(ended) FROM old WHERE entry = each.entry AND verdict IN ('ok', 'warning')),
           (SELECT value FROM marks WHERE name = 'news ' || each.entry),
           (SELECT level FROM old_levels WHERE entry = each.entry)
       FROM old AS each GROUP BY entry""",
    "DELETE FROM marks WHERE name LIKE 'news %'",
    "DROP TABLE old",
    "DROP TABLE old_levels",
)


def migrate(connection: Connection) -> None:
    """Create or migrate the tables; raise ValueError if the database is another program's or of a newer version."""
    version = int(connection.exec_driver_sql("PRAGMA user_version").scalar() or 0)
    names = set(inspect(connection).get_table_names())
    if version > VERSION:
        raise ValueError(f"it was written by a newer portalcrawl (version {version})")
    is_version_1 = version == 0 and {"jobs", "levels", "notices", "marks"} <= names
    if names and not is_version_1 and version != VERSION:
        raise ValueError("it is the database of another program")
    if is_version_1:
        for statement in BEFORE_CREATION:
            connection.exec_driver_sql(statement)
    metadata.create_all(connection)
    if is_version_1:
        for statement in AFTER_CREATION:
            connection.exec_driver_sql(statement)
    for table in metadata.sorted_tables:
        found = {column["name"] for column in inspect(connection).get_columns(table.name)}
        if not {column.name for column in table.columns} <= found:
            raise ValueError("it is the database of another program")
    connection.exec_driver_sql(f"PRAGMA user_version = {VERSION}")
