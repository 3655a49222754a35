"""Queries on the articles of published feeds, run by DuckDB in bounded memory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

IN_PERIOD = """
    CREATE TEMP VIEW articles AS SELECT * FROM all_articles
    WHERE file >= getvariable('first_file') AND (getvariable('portal') IS NULL OR portal = getvariable('portal'))
"""
IS_DATED = "revision = 1 AND cluster_id IS NOT NULL AND is_exact AND published IS NOT NULL"
COPIES = f"""
    CREATE TEMP TABLE copies AS
    WITH frequent AS (SELECT hash(cluster_id) AS key FROM articles WHERE {IS_DATED} GROUP BY key HAVING count(*) > 1),
    dated AS (SELECT * FROM articles SEMI JOIN frequent ON hash(articles.cluster_id) = frequent.key WHERE {IS_DATED}),
    groups AS (
        SELECT cluster_id, min(published) AS first, count(DISTINCT id) AS members FROM dated
        GROUP BY cluster_id HAVING count(DISTINCT id) > 1)
    SELECT cluster_id, first, members, portal, id, headline, url, coalesce(source, portal) AS source, agency, published
    FROM dated JOIN groups USING (cluster_id)
"""
"""Most articles are alone in their group; filtering them out first by ``frequent`` takes a third of the cost."""
LAGS = (5, 15, 60, 360, 1440, 10080)
"""Minutes between publication and fetch: upper bounds of the histogram's bins."""
CHANGES = "(SELECT portal, revision, unnest(changed_fields) AS field FROM articles)"
LAG = "date_diff('second', published, found) / 60.0"
ALL = ""
"""Key for all portals together in results by portal."""


@dataclass(frozen=True, slots=True)
class LinkedArticle:
    """An article that the report links to. Times are UTC."""

    portal: str
    headline: str
    url: str
    source: str
    agency: str
    published: datetime | None
    number: int = 0
    """Number of its revisions, or of copies of its text."""


@dataclass(frozen=True, slots=True)
class FirstSource:
    """How often a source was the first to publish an agency's text, among all sources that published it."""

    source: str
    portal: str
    first: int
    later: int
    minutes: float | None
    """Median delay after the first source, of the texts for which it was not first."""


class ArticleTable:
    """Queries on the articles. Results by portal have all portals together under the key ALL."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    @classmethod
    def of_period(cls, connection: duckdb.DuckDBPyConnection, first_file: str, portal: str | None) -> ArticleTable:
        """Return the articles in the table ``all_articles`` from feeds whose names sort at or after *first_file*.

        :param portal: only articles of this portal; None for all portals.
        """
        connection.execute("SET VARIABLE first_file = $1", [first_file])
        connection.execute("SET VARIABLE portal = CAST($1 AS VARCHAR)", [portal])
        connection.execute(IN_PERIOD)
        connection.execute(COPIES)
        return cls(connection)

    def numbers(self) -> dict[str, tuple[int, int]]:
        """Return, by portal, the numbers of new articles and of later revisions."""
        query = """SELECT portal, count(*) FILTER (revision = 1), count(*) FILTER (revision > 1) FROM articles
                   GROUP BY GROUPING SETS ((portal), ())"""
        return {portal or ALL: (new, revised) for portal, new, revised in self._rows(query)}

    def by(self, column: str) -> dict[str, dict[str, int]]:
        """Return, by portal, the number of new articles for each value of *column*; "" stands for no value."""
        return self._by(f"coalesce({column}, '')", "revision = 1")

    def by_hour(self) -> dict[str, dict[str, int]]:
        """Return, by portal, the number of new articles published in each hour of the day, in local time."""
        return self._by("substr(published_text, 12, 2)", "revision = 1 AND is_exact")

    def by_day(self) -> dict[str, dict[str, int]]:
        """Return, by portal, the number of new articles published on each day (``2025-12-02``), in local time."""
        return self._by("substr(published_text, 1, 10)", "revision = 1 AND published_text IS NOT NULL")

    def by_changed_field(self) -> dict[str, dict[str, int]]:
        """Return, by portal, the number of revisions that changed each field."""
        return self._by("field", "revision > 1", CHANGES)

    def lags(self) -> dict[str, list[int]]:
        """Return, by portal, the number of new articles in each bin of LAGS, and of those later than the last bound."""
        bounds = " + ".join(f"CAST({LAG} >= {bound} AS INTEGER)" for bound in LAGS)
        found: dict[str, list[int]] = {}
        where = "revision = 1 AND is_exact AND found >= published"
        for portal, groups in self._by(f"CAST({bounds} AS VARCHAR)", where).items():
            found[portal] = [groups.get(str(number), 0) for number in range(len(LAGS) + 1)]
        return found

    def lag_quantiles(self) -> dict[str, tuple[float, float]]:
        """Return, by portal, the median and the 90th percentile of the minutes from publication to fetch."""
        query = f"""SELECT portal, approx_quantile({LAG}, 0.5), approx_quantile({LAG}, 0.9) FROM articles
                    WHERE revision = 1 AND is_exact AND found >= published GROUP BY GROUPING SETS ((portal), ())"""
        return {portal or ALL: (median, late) for portal, median, late in self._rows(query) if median is not None}

    def newest(self, limit: int) -> list[LinkedArticle]:
        """Return up to *limit* new articles, the ones published last."""
        return self._linked(
            f"""SELECT portal, headline, url, source, agency, published, 1 FROM articles WHERE revision = 1
                ORDER BY published DESC NULLS LAST, id LIMIT {limit}"""
        )

    def most_revised(self, limit: int) -> list[LinkedArticle]:
        """Return up to *limit* articles, those with most revisions in the period."""
        return self._linked(
            f"""SELECT portal, arg_max(headline, revision), arg_max(url, revision), any_value(source),
                       any_value(agency), any_value(published), count(*) AS number
                FROM articles WHERE revision > 1 GROUP BY portal, id ORDER BY number DESC, id LIMIT {limit}"""
        )

    def most_copied(self, limit: int) -> list[LinkedArticle]:
        """Return the first published article of each of the largest groups of near copies."""
        return self._linked(
            f"""SELECT arg_min(portal, published), arg_min(headline, published), arg_min(url, published),
                       arg_min(source, published), any_value(agency), min(published), any_value(members) AS number
                FROM copies GROUP BY cluster_id ORDER BY number DESC, min(published) DESC LIMIT {limit}"""
        )

    def copies(self) -> dict[str, tuple[int, int]]:
        """Return, by portal, the number of groups of near copies with its articles, and of its articles in them."""
        query = """SELECT portal, count(DISTINCT cluster_id), count(*) FROM copies
                   GROUP BY GROUPING SETS ((portal), ())"""
        return {portal or ALL: (groups, number) for portal, groups, number in self._rows(query)}

    def first_sources(self, limit: int) -> list[FirstSource]:
        """Return up to *limit* sources, those that were most often first with agencies' texts."""
        query = f"""
            WITH agency_groups AS (SELECT DISTINCT cluster_id FROM copies WHERE agency IS NOT NULL)
            SELECT source, portal, count(*) FILTER (published = first) AS had_first,
                   count(*) FILTER (published > first),
                   median(date_diff('second', first, published) / 60.0) FILTER (published > first)
            FROM copies JOIN agency_groups USING (cluster_id)
            GROUP BY source, portal ORDER BY had_first DESC, source LIMIT {limit}"""
        return [FirstSource(*row) for row in self._rows(query)]

    def _by(self, value: str, where: str, table: str = "articles") -> dict[str, dict[str, int]]:
        query = f"""SELECT portal, {value} AS value, count(*) FROM {table} WHERE {where}
                    GROUP BY GROUPING SETS ((portal, value), (value))"""
        found: dict[str, dict[str, int]] = {}
        for portal, label, number in self._rows(query):
            if label is not None:
                found.setdefault(portal or ALL, {})[str(label)] = number
        return found

    def _linked(self, query: str) -> list[LinkedArticle]:
        return [
            LinkedArticle(portal, headline or url, url, source or "", agency or "", published, number)
            for portal, headline, url, source, agency, published, number in self._rows(query)
        ]

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(query).fetchall()
