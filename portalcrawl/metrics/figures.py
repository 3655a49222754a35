"""A figure, as who knows it gives it: without knowledge of Prometheus' library."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(slots=True)
class Figure:
    """One metric with its samples, named as Prometheus' guide says (prometheus.io/docs/practices/naming)."""

    name: str
    """In base units; a counter's name ends in ``_total``."""
    help: str
    kind: Literal["gauge", "counter"]
    labels: tuple[str, ...] = ()
    samples: list[tuple[tuple[str, ...], float]] = field(default_factory=list)
    """Values of the labels, and the value."""

    def add(self, value: float, *labels: str) -> None:
        """Add a sample."""
        self.samples.append((labels, value))

    def add_all(self, values: Mapping[tuple[str, ...], float]) -> None:
        """Add a sample for each of *values*, by the values of the labels."""
        self.samples.extend(values.items())


Source = Callable[[], Iterable[Figure]]
"""Returns the present figures; called at each scrape, from a thread of its own. It may raise PortalcrawlError and
OSError, which are logged; the figures of other sources are served."""
