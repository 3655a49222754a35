"""Serves figures in Prometheus' text format, on loopback only."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from portalcrawl.errors import PortalcrawlError, SettingError
from portalcrawl.extras import require_extra
from portalcrawl.metrics.figures import Figure, Source

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric
    from scrapy.settings import BaseSettings

logger = logging.getLogger("portalcrawl.metrics")

LOOPBACK = "127.0.0.1"
PORTS = range(1, 65_536)


def metrics_port(settings: BaseSettings) -> int | None:
    """Return the setting METRICS_PORT, None if metrics are off; raise SettingError if it is not a port."""
    value = settings.get("METRICS_PORT")
    if value is None or value in ("", "None"):
        return None
    if not str(value).isdecimal() or int(value) not in PORTS:
        raise SettingError("METRICS_PORT", value, "a port from 1 to 65535, or None")
    return int(value)


@contextmanager
def serve_metrics(port: int | None, sources: Sequence[Source]) -> Iterator[None]:
    """Serve the figures of *sources* at ``http://127.0.0.1:<port>/metrics`` while the context lasts.

    Each scrape calls the sources again; nothing is cached between scrapes.

    :param port: if None, nothing is served.
    :raises MissingExtraError: if Prometheus' library is not installed.
    :raises PortalcrawlError: if the port is in use.
    """
    if port is None:
        yield
        return
    require_extra("report", "prometheus_client")
    from prometheus_client import CollectorRegistry, start_http_server
    from prometheus_client.registry import Collector

    class Sources(Collector):
        def collect(self) -> Iterator[Metric]:
            return _metrics(sources)

        def describe(self) -> list[Metric]:
            return []  # without this, registration would call the sources

    registry = CollectorRegistry()
    registry.register(Sources())
    try:
        server, thread = start_http_server(port, addr=LOOPBACK, registry=registry)
    except OSError as error:
        raise PortalcrawlError(f"METRICS_PORT {port}: {error.strerror}") from None
    logger.info("metrics are at http://%s:%s/metrics", LOOPBACK, port)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _metrics(sources: Sequence[Source]) -> Iterator[Metric]:
    from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily

    families = {"counter": CounterMetricFamily, "gauge": GaugeMetricFamily}
    failed = 0
    for source in sources:
        for figure in (found := _ask(source)) or ():
            family = families[figure.kind](figure.name, figure.help, labels=figure.labels)
            for labels, value in figure.samples:
                family.add_metric(labels, value)
            yield family
        failed += found is None
    yield GaugeMetricFamily("portalcrawl_metrics_failed", "Sources of metrics that could not be read", value=failed)


def _ask(source: Source) -> list[Figure] | None:
    """Return the figures of *source*; if it can't be read now, log that and return None."""
    try:
        return list(source())
    except (PortalcrawlError, OSError) as error:
        logger.warning("metrics: %s", error)
        return None
