"""Plots as SVG without scripts or styles of their own: the page's style sheet gives their colours, light and dark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pygal
from lxml import etree

WIDE, HALF, NARROW = (1000, 250), (500, 230), (330, 200)
"""Sizes of a plot over the whole page, over half of it, and on a phone: text that is scaled down can't be read."""
LEAST_ROOM, CHARACTER, GAP = 48, 7, 14
"""Pixels that a label of the horizontal axis takes: at least, for a character, between two."""
LEFT_OUT = ("defs", "title")
NO_CLASSES = ("titles", "legends", "plot overlay", "plot text-overlay", "plot tooltip-overlay")


class Bar(pygal.Bar):  # type: ignore[misc]  # pygal has no types
    """A bar chart of pygal, which finds its attributes in a third of the time.

    While it draws, pygal keeps values of attributes in ``state``, and looks there first: by three slow look-ups each.
    """

    def __getattribute__(self, name: str) -> Any:
        if name != "state" and not name.startswith("__"):
            state = object.__getattribute__(self, "__dict__").get("state")
            if state is not None and name in state.__dict__:
                return state.__dict__[name]
        return object.__getattribute__(self, name)

    def _tooltip_and_print_values(self, _: Any, serie: Any, bar: etree._Element, at: int, value: str, *__: Any) -> None:
        """Say what *bar* is in its title, where pygal writes four elements for its script."""
        what = f" {noun_of(serie.title, value)}" if len(self.series) > 1 else ""
        etree.SubElement(bar, "title").text = f"{self._get_x_label(at)}: {value}{what}"


def noun_of(title: str, value: str) -> str:
    """Return the title of a series, a noun in the plural, for so many."""
    return title.removesuffix("s") if value == "1" else title


def bar_chart(name: str, labels: Sequence[str], series: Mapping[str, Sequence[int]], *, is_half: bool = False) -> str:
    """Return a bar chart as HTML, in two sizes of which the style sheet shows one; the bars tell their values.

    :param name: what the plot shows, for those who do not see it.
    :param series: name -> one value a label.
    :param is_half: whether it takes half of the page's width on a screen.
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
    """Return as many labels, evenly spread, as have room in *width* pixels."""
    room = max(LEAST_ROOM, CHARACTER * max(map(len, labels), default=0) + GAP)
    step = -(-len(labels) * room // width) or 1
    return list(labels[::step])


def _plain(root: etree._Element, name: str) -> str:
    """Return an SVG without scripts, styles and comments, and without all titles but those of bars."""
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
