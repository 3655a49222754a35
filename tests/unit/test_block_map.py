"""Owner and reason of each block of a page."""

from __future__ import annotations

from scrapy.http import HtmlResponse

from portalcrawl.extraction.page import Page
from portalcrawl.profiles.catalog import generic_profile

URL = "https://www.seenbote.example/hafen/deich-wird-erhoeht-4711223.html"
TEXT = (
    "Der Deich vor Kehlbach wird im Sommer erhöht, weil das Wasser dort jedes Jahr höher steht als im Jahr davor.",
    "Die Arbeiten kosten vier Millionen Euro und dauern bis zum Herbst, wie die Verwaltung am Montag mitteilte.",
)
BODY = f"""<nav><a href="/">Start</a></nav><main><h1>Deich wird erhöht</h1>
<p>{TEXT[0]}</p><h2>Kosten</h2><p>{TEXT[1]}</p>
<div class="comments"><p>Endlich tut sich etwas an unserem Deich, das hat ja lange genug gedauert.</p></div>
<p><a href="/mehr">Mehr zum Hafen</a></p></main>"""


def test_each_block_has_one_owner_and_a_reason() -> None:
    page = Page(HtmlResponse(URL, body=BODY.encode(), encoding="utf-8"), generic_profile(URL))
    reasons = [page.article_map[block.index] for block in page.walk.blocks if block.text]
    assert reasons == [
        ("other", "menu"),
        ("article", "headline"),
        ("article", "text"),
        ("article", "subhead"),
        ("article", "text"),
        ("other", "weight"),
        ("other", "link"),
    ]
