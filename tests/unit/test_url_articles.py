"""What a URL says about its page, and whether two URLs are of one article."""

from __future__ import annotations

import pytest

from portalcrawl import urls

ARTICLES = [
    "/politik/minister-stellt-neuen-haushalt-vor-4711001.html",
    "/news/rat-beschliesst-plan-fuer-die-innenstadt",
    "/2025/12/02/bruecke-gesperrt/",
    "/2019/11/opening-night-review.html",
    "/article/3000000218734",
    "/news,142489.html",
    "/story/123456/wer-hat-das-gebaut",
    "/doc/7715044",
    "/inhalt.turm-im-park.e4f07910-3c72-4551-a37d-96207f2c9b02.html",
    "/articles/d41586-025-03571-x",
    "/autoren/erika-muster/was-die-stadt-jetzt-aus-dem-hochwasser-lernt",
    "/deportes/2024/12/02/674cdc8a21efa004028b45a8.html",
    "/nachrichten/wasserstand,pegel146.html",
    "/inland/hafen-streik-100.html",
    "/wer-hat-die-alte-bruecke-gebaut-1019241/artikel",
    "/kultur/theater-feiert-grosse-premiere-in-kiel/s/5-95-2070077",
    "/%D8%B4%D8%B9%D8%B1-%D9%88%D8%B1%D8%AF%D9%8A-%D9%8A%D9%8F%D8%B4%D8%B9%D9%84-%D8%A7%D9%84/898682/ar",
    "/?p=1725228",
    "/karriere/wie-lotsen-heute-ausgebildet-werden-94190036.html",
    "/meinung/kommentare/der-hafen-braucht-mehr-ruhe-94190136.html",
    "/about/2025/11/04/neuer-anleger-fuer-die-insel/",
    "/reise/article263974926/Strand.html",
    "/news_lang.php?ArtNr=335614",
    "/termine/veranstaltung.html?tx_news_pi1%5Bnews%5D=4711&tx_news_pi1%5Baction%5D=detail",
    "/aktuelles?tx_ttnews[tt_news]=815&cHash=0a1b2c",
]
OTHERS = [
    "/karriere/bootsbauer-123456",
    "/meinung/kommentare/4711223",
    "/aktie/reederei-nord-kurs-840400.html",
    "/kursinfo/papier.aspx?InstrumentId=526900",
    "/list.aspx?categoryId=4711",
    "/",
    "/politik/",
    "/sport/fussball/bundesliga",
    "/wirtschaft/boerse-und-finanzen/",
    "/2025/12/",
    "/2025/12/02/",
    "/sport/bundesliga-100.html",
    "/politik/bundestagswahl-2025.html",
    "/tag/krieg-und-frieden/",
    "/tags/70451/neues-aus-der-kueche",
    "/thema/wahl-in-nordrhein-westfalen-2025",
    "/autoren/erika-muster-20889740",
    "/author/erika-muster",
    "/suche?q=haushalt+der+stadt",
    "/aktuelles?tx_news_pi1[overwriteDemand][categories]=7",
    "/aktuelles?tx_ttnews[backPid]=12",
    "/page/2",
    "/politik/seite-3/",
    "/login?redirect=/politik/minister-stellt-neuen-haushalt-vor-4711001.html",
    "/shop/das-grosse-buch-der-bruecken-4711001",
    "/abo/jetzt-vier-wochen-lang-kostenlos-testen-4711001",
    "/impressum.html",
    "/service/datenschutz-4541848.html",
    "/allgemeine-geschaeftsbedingungen-der-zeitung",
    "/kontakt",
    "/newsletter",
    "/bilder/minister-stellt-neuen-haushalt-vor-4711001.jpg",
    "/minister-stellt-neuen-haushalt-vor-4711001.pdf",
    "/feed/minister-stellt-neuen-haushalt-vor-4711001.xml",
    "/sport/startseite-sport-15479124.html",
    "/wp-content/uploads/2025/12/02/minister-stellt-neuen-haushalt-vor",
]


@pytest.mark.parametrize("path", ARTICLES)
def test_articles_are_known(path: str) -> None:
    assert urls.looks_like_article("https://www.example.org" + path)


@pytest.mark.parametrize("path", OTHERS)
def test_others_are_no_articles(path: str) -> None:
    assert not urls.looks_like_article("https://www.example.org" + path)


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("http://example.org/a/", "https://www.example.org/a", True),
        (
            "https://m.example.org/neuer-haushalt-4711001.html",
            "https://example.org/neuer-haushalt-4711001.html#x",
            True,
        ),
        (
            "https://example.org/x/alter-titel-4711001.html",
            "https://example.org/y/neuer-titel-4711001.html",
            True,
        ),
        (
            "https://example.org/neuer-haushalt-4711001.html",
            "https://example.org/neuer-haushalt-4711002.html",
            False,
        ),
        (
            "https://example.org/neuer-haushalt-4711001/seite-2",
            "https://example.org/neuer-haushalt-4711001",
            True,
        ),
        ("https://example.org/neuer-haushalt?page=2", "https://example.org/neuer-haushalt", True),
        ("https://example.org/?p=120", "https://example.org/?p=121", False),
        ("https://example.org/?p=120", "https://example.org/", False),
        ("https://example.org/neuer-haushalt?id=2", "https://example.org/neuer-haushalt?id=3", False),
        ("https://example.org/neuer-haushalt?id=2", "https://example.org/neuer-haushalt", False),
        ("https://example.org/neuer-haushalt-4711001?channel=2", "https://example.org/neuer-haushalt-4711001", True),
        ("https://example.org/bergsport/51490/alter-titel", "https://example.org/bergsport/51490/neuer-titel", True),
        (
            "https://example.org/a/der-lange-titel-der-geschichte",
            "https://example.org/b/der-lange-titel-der-geschichte",
            True,
        ),
        (
            "https://example.org/2025/12/01/wetter-heute-im-ganzen-land",
            "https://example.org/2025/12/02/wetter-heute-im-ganzen-land",
            False,
        ),
        ("https://example.org/de/titel-4711001", "https://example.org/en/titel-4711001", False),
        ("https://example.org/a/kurzer-titel", "https://example.org/b/kurzer-titel", False),
        (
            "https://example.org/news/x-70N692f1ec7225c.html",
            "https://example.org/news/y-z-70N692f1ec7225c.html",
            True,
        ),
        ("https://example.org/titel-4711001", "https://example.com/titel-4711001", False),
        ("https://example.org/", "https://example.org/index.html", True),
        ("https://example.org/titel-4711001", "https://example.org/", False),
        ("nothing", "nothing", False),
    ],
)
def test_same_article(a: str, b: str, same: bool) -> None:
    assert urls.same_article(a, b) is same
    assert urls.same_article(b, a) is same
