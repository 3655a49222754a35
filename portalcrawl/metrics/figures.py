"""Metrics as plain data, so that their sources don't depend on Prometheus' library."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(slots=True)
class Figure:
    """One metric with its samples, named by Prometheus' conventions (prometheus.io/docs/practices/naming)."""

    name: str
    """Name with the base unit; a counter's name ends in ``_total``."""
    help: str
    kind: Literal["gauge", "counter"]
    labels: tuple[str, ...] = ()
    samples: list[tuple[tuple[str, ...], float]] = field(default_factory=list)
    """Values of the labels, and the sample's value."""

    def add(self, value: float, *labels: str) -> None:
        """Add a sample."""
        self.samples.append((labels, value))

    def add_all(self, values: Mapping[tuple[str, ...], float]) -> None:
        """Add a sample for each item of *values*: values of the labels -> sample's value."""
        self.samples.extend(values.items())


Source = Callable[[], Iterable[Figure]]
"""Returns the current figures; called at each scrape, in a separate thread. It may raise PortalcrawlError and OSError,
which are logged; the figures of other sources are still served."""
