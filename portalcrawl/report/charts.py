"""Charts as SVG without scripts or styles; the page's style sheet sets their colours, light and dark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pygal
from lxml import etree

WIDE, HALF, NARROW = (1000, 250), (500, 230), (330, 200)
"""Sizes of a chart on the full page, on half of it, and on a phone, where scaled-down text would be unreadable."""
LEAST_ROOM, CHARACTER, GAP = 48, 7, 14
"""Pixels for labels of the horizontal axis: minimum width of a label, width of a character, space between labels."""
LEFT_OUT = ("defs", "title")
NO_CLASSES = ("titles", "legends", "plot overlay", "plot text-overlay", "plot tooltip-overlay")


class Bar(pygal.Bar):  # type: ignore[misc]  # pygal has no types
    """A pygal bar chart whose attribute access takes a third of the time.

    While drawing, pygal keeps attribute values in ``state`` and looks there first, with three slow look-ups each.
    """

    def __getattribute__(self, name: str) -> Any:
        if name != "state" and not name.startswith("__"):
            state = object.__getattribute__(self, "__dict__").get("state")
            if state is not None and name in state.__dict__:
                return state.__dict__[name]
        return object.__getattribute__(self, name)

    def _tooltip_and_print_values(self, _: Any, serie: Any, bar: etree._Element, at: int, value: str, *__: Any) -> None:
        """Describe *bar* in its ``title`` element, instead of the four elements that pygal writes for its script."""
        what = f" {noun_of(serie.title, value)}" if len(self.series) > 1 else ""
        etree.SubElement(bar, "title").text = f"{self._get_x_label(at)}: {value}{what}"


def noun_of(title: str, value: str) -> str:
    """Return *title*, the plural noun that names a series, in the right number for *value*."""
    return title.removesuffix("s") if value == "1" else title


def bar_chart(name: str, labels: Sequence[str], series: Mapping[str, Sequence[int]], *, is_half: bool = False) -> str:
    """Return a bar chart as HTML, in two sizes; the style sheet shows one of them. Each bar has a title with its value.

    :param name: accessible name of the chart.
    :param series: name -> one value per label.
    :param is_half: whether the chart takes half of the page's width on a screen.
    """
    return "".join(
        f'<div class="plot-{size}">{_svg(name, labels, series, *measures)}</div>'
        for size, measures in (("wide", HALF if is_half else WIDE), ("narrow", NARROW))
    )


def _svg(name: str, labels: Sequence[str], series: Mapping[str, Sequence[int]], width: int, height: int) -> str:
    chart = Bar(
        js=[],
        css=[],
        no_prefix=True,
        disable_xml_declaration=True,
        show_legend=False,
        width=width,
        height=height,
        margin=4,
        spacing=6,
        max_scale=5,
        order_min=0,
        include_x_axis=True,
        x_labels_major=_few(labels, width),
        show_minor_x_labels=False,
        truncate_label=-1,
        value_formatter=lambda number: f"{number:,.0f}",
    )
    chart.x_labels = list(labels)
    for title, values in series.items():
        chart.add(title, list(values))
    return _plain(chart.render_tree(), name)


def _few(labels: Sequence[str], width: int) -> list[str]:
    """Return as many evenly spaced labels as fit in *width* pixels."""
    room = max(LEAST_ROOM, CHARACTER * max(map(len, labels), default=0) + GAP)
    step = -(-len(labels) * room // width) or 1
    return list(labels[::step])


def _plain(root: etree._Element, name: str) -> str:
    """Return an SVG without scripts, styles and comments, and with no titles except those of bars."""
    for element in [*root.iter()]:
        parent = element.getparent()
        if parent is None or (element.tag == "title" and parent.get("class") == "bar"):
            continue
        if not isinstance(element.tag, str) or element.tag in LEFT_OUT or element.get("class") in NO_CLASSES:
            parent.remove(element)
    del root.attrib["id"]
    root.set("role", "img")
    root.set("aria-label", name)
    etree.cleanup_namespaces(root)
    return etree.tostring(root, encoding="unicode")
