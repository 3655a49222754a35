"""Plots of the report: SVG without scripts, whose bars have titles."""

from __future__ import annotations

from lxml import etree

from portalcrawl.report.charts import bar_chart


def test_each_bar_has_its_title_and_nothing_for_a_script() -> None:
    found = etree.fromstring(
        f"<div>{bar_chart('a & b', ['Mon', 'Tue'], {'articles': [1, 2], 'teasers': [30, 1]})}</div>"
    )
    assert {element.tag for element in found.iter()} == {"div", "svg", "g", "rect", "title", "path", "text"}
    for plot in found:
        titles = [bar.findtext("title") for bar in plot.iterfind(".//g[@class='bar']")]
        assert titles == ["Mon: 1 article", "Tue: 2 articles", "Mon: 30 teasers", "Tue: 1 teaser"]
        assert len(plot.findall(".//title")) == 4
    alone = etree.fromstring(f"<div>{bar_chart('a', ['Mon'], {'articles': [1]})}</div>")
    assert {title.text for title in alone.iter("title")} == {"Mon: 1"}
