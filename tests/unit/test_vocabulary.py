"""The vocabulary: whole, no word in two roles by accident, and one list for one thing."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

import pytest

import portalcrawl.vocabulary
from portalcrawl.dates import parse_date
from portalcrawl.extraction.article import boilerplate
from portalcrawl.extraction.article.boilerplate import is_note, note_reason
from portalcrawl.extraction.teasers.line_forms import form_of, is_block_name, is_date
from portalcrawl.vocabulary import date_words as dates
from portalcrawl.vocabulary import either, languages, phrases, words
from portalcrawl.vocabulary.expressions import expression
from portalcrawl.vocabulary.phrase_search import may_open, openings, starts_of, unspaced, word_starts

FOLDER = Path(portalcrawl.vocabulary.__file__).parent
FILES = sorted(FOLDER.rglob("*.toml"))
ROLES = sorted(
    {f"{name}.{role}" for tables in languages().values() for name, table in tables.items() for role in table}
)
NOW = datetime(2025, 12, 5, 19, 3, 27, tzinfo=UTC)

APART = (
    ("dates.published", "dates.modified"),
    ("dates.today", "dates.yesterday", "dates.day_before_yesterday"),
    ("dates.seconds", "dates.minutes", "dates.hours", "dates.days", "dates.weeks", "dates.months", "dates.years"),
    ("ads.words", "calls.words"),
    ("ads.words", "labels.media", "labels.live", "labels.genres"),
    ("pointers.whole", "pointers.open", "pointers.calls", "ads.phrases", "services.names"),
    ("calls.words", "labels.media", "labels.live", "labels.paid"),
    ("calls.words", "calls.others"),
    ("comments.words", "labels.media", "labels.live", "labels.paid"),
)
"""Roles of which no word may have two; elsewhere a word may mean two things (``kommentar``: a comment, a genre)."""
BOTH = {"anzeigen"}
"""A noun in one role, a verb in the other."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_files_are_sound(path: Path) -> None:
    tables = tomllib.loads(path.read_text("utf-8"))
    for name, table in tables.items():
        for role, value in table.items() if path.parent.name == "languages" else ():
            found = value.split() if isinstance(value, str) else value
            assert all(isinstance(text, str) for text in found), f"{name}.{role}"
            assert len(found) == len(set(found)) or role == "numbers", f"{name}.{role} names a word twice"
            assert [text for text in found if text != text.lower() or text != text.strip(" ")] in ([], ["sendung: "])


@pytest.mark.parametrize("role", ROLES)
def test_every_role_is_an_expression(role: str) -> None:
    assert re.compile(either(role))
    assert words(role) == frozenset(phrases(role))


@pytest.mark.parametrize("roles", APART, ids=" ".join)
def test_no_word_has_two_roles(roles: tuple[str, ...]) -> None:
    for one, other in combinations(roles, 2):
        assert not words(one) & words(other) - BOTH, f"{one} and {other}"


def test_unknown_roles_are_refused() -> None:
    with pytest.raises(LookupError, match=r"no language has dates\.nothing"):
        phrases("dates.nothing")


@pytest.mark.parametrize(
    ("phrase", "yes", "no"),
    [
        ("mehr [lesen|erfahren]", ["mehr lesen", "mehr erfahren"], ["mehr", "mehr wissen"]),
        ("(bitte )warten", ["warten", "bitte warten"], ["bitte"]),
        ("halb(en|e)", ["halb", "halbe", "halben"], ["halber"]),
        ("abonnier*", ["abonnieren", "abonniert"], ["abo"]),
        ("cookie … erlauben", ["cookie erlauben", "cookies hier erlauben"], ["erlauben"]),
        ("v. l.", ["v. l."], ["vx lx"]),
    ],
)
def test_phrases_become_expressions(phrase: str, yes: list[str], no: list[str]) -> None:
    pattern = re.compile(expression(phrase))
    assert all(pattern.fullmatch(text) for text in yes)
    assert not any(pattern.fullmatch(text) for text in no)


SEARCHED = ("offers.phrases", "offers.letters", "consent.phrases", "rights.phrases", "comments.asked")
"""Roles whose phrases are searched for anywhere in a line that contains a word or substring of a phrase."""


@pytest.mark.parametrize("role", SEARCHED)
def test_each_phrase_is_found_by_its_words_or_a_substring(role: str) -> None:
    parts = unspaced(role)
    for phrase in phrases(role):
        for shown in shown_as(phrase):
            assert re.search(expression(phrase), shown), phrase
            told = any(starts <= starts_of(shown) for starts in word_starts(phrase))
            assert told or any(part in shown for part in parts), (phrase, shown)


@pytest.mark.parametrize("role", boilerplate._OPENING_ROLES)
def test_each_opening_is_found_by_its_first_letters(role: str) -> None:
    known = openings(phrases(role))
    for phrase in phrases(role):
        assert all(may_open(shown, known) for shown in shown_as(phrase)), phrase
        assert not may_open("", known)


def shown_as(phrase: str) -> tuple[str, str]:
    """What a phrase looks like with the first of all alternatives, and with the last and without what is optional."""
    first, last = phrase, phrase
    while (plain := re.sub(r"[\[(]([^\[\]()|]*)[^\[\]()]*[\])]", r"\1", first)) != first:
        first = plain
    while (plain := re.sub(r"\([^\[\]()]*\)|\[(?:[^\[\]()]*\|)?([^\[\]()|]*)\]", r"\1", last)) != last:
        last = plain
    return first.replace("*", "").replace("…", " "), last.replace("*", "en").replace("…", " x ")


def test_a_phrase_without_a_word_is_refused() -> None:
    with pytest.raises(ValueError, match="no words that always stand in it"):
        word_starts("(ab|cd)ef*")
    with pytest.raises(ValueError, match="begins with no letter"):
        openings(["*ab"])


@pytest.mark.parametrize("role", [role for role in ROLES if not role.startswith("dates.")])
def test_no_phrase_is_optional_as_a_whole(role: str) -> None:
    assert [phrase for phrase in phrases(role) if re.compile(expression(phrase)).fullmatch("")] == []


def test_names_of_months_and_days_are_dateparsers() -> None:
    assert dates.MONTHS["dezember"] == dates.MONTHS["décembre"] == dates.MONTHS["aralık"] == 12
    assert dates.WEEKDAYS["montag"] == dates.WEEKDAYS["lunes"] == 0
    known = {word for tag in languages() for word, _ in dates.calendar_names(tag, dates.MONTH_KEYS)}
    for tag, tables in languages().items():
        for month in dates.MONTH_KEYS:
            for word in tables.get("dates", {}).get(month, "").split():
                assert word not in {each for each, _ in dates.calendar_names(tag, dates.MONTH_KEYS)}, (
                    f"{tag}: {word} is known"
                )
    assert "января" in known


DATES = (
    *("vor 12 Minuten", "vor 2 Stunden", "vor 3 Tagen", "vor einer Stunde", "vor 1 Std.", "gerade eben", "vor kurzem"),
    *("2 hours ago", "1 HR ago", "just now", "a few minutes ago", "il y a 3 heures", "hace 2 horas", "2 uur geleden"),
    *("för 2 timmar sedan", "2 timer siden", "53 minuty temu", "3 saat önce", "2 jam yang lalu", "há 2 horas"),
    *("heute, 11:07 Uhr", "gestern", "Yesterday at 2:45 PM", "dzisiaj, 00:44", "aujourd'hui à 10h30", "oggi, 09:15"),
    *("02.12.2025", "2. Dezember 2025, 18:15 Uhr", "Stand: 02.12.2025, 18:15 Uhr", "Aktualisiert am 2. Dez. 2025"),
    *("Dec 2, 2025", "Updated December 2, 2025 at 5:01 a.m. ET", "2 décembre 2025", "2 de diciembre de 2025"),
    *("2 dicembre 2025", "2 december 2025", "2 grudnia 2025", "2 Aralık 2025", "2 Desember 2025", "2. desember 2025"),
    *("28 ноября 2011", "7 апреля 2013, 17:26", "2. prosince 2025", "Montag, 14:03 Uhr", "Wto 22:05", "2025-12-02"),
    *(
        "2025. november 9., 15:30",
        "πριν από 5 ώρες",
        "Χθες, 09:05",
        "I går, 09:05",
        "I dag kl. 12:00",
        "Kemarin, 09:05",
    ),
    *("před 5 hodinami", "3 tuntia sitten", "prieš 7 val.", "pirms 5 stundām", "5 часов назад", "24 päivää sitten"),
    *("Ab Montag, 6. November", "Ergänzt: 4. November, 13:30 Uhr", "Published Nov 9, 2023 at 5:01 a.m. ET"),
)
NO_DATES = (
    *(
        "Dezember-Hilfe 2025 kommt",
        "3 Minuten",
        "Heute ist alles anders",
        "und jetzt?",
        "Montag",
        "hier",
        "Vor dem Spiel",
    ),
    *("12 Tipps für den Garten", "Der Mai ist gekommen", "5 августа в Москве начался съезд", "Vor 2 Toren"),
)


@pytest.mark.parametrize("text", DATES)
def test_dates_of_teasers_are_dates_of_articles(text: str) -> None:
    assert is_date(text)
    assert parse_date(text, now=NOW, zone=UTC) is not None


@pytest.mark.parametrize("text", NO_DATES)
def test_lines_without_a_date_have_none_in_teasers_and_articles(text: str) -> None:
    assert not is_date(text)
    assert parse_date(text, now=NOW, zone=UTC) is None


POINTERS = (
    *(
        "Lesen Sie auch",
        "Mehr zum Thema",
        "Siehe auch",
        "Zum Thema",
        "Weitere Artikel",
        "Das könnte Sie auch interessieren",
    ),
    *("Ähnliche Beiträge", "Auch interessant", "Passend dazu", "Weitere Nachrichten", "Mehr dazu", "Related coverage"),
    *("Read more", "Read also", "See also", "Related stories", "Recommended for you", "You may also like", "Up next"),
    *("Trending", "More stories", "Most read", "À lire aussi", "Voir aussi", "Sur le même sujet", "Leggi anche"),
    *(
        "Te puede interesar",
        "Lea también",
        "Leia também",
        "Lees ook",
        "Läs också",
        "Les også",
        "Læs også",
        "Zobacz także",
    ),
    *("Czytaj również", "Čtěte také", "ilgili haberler", "Baca juga", "Читайте также"),
    *("Artículos relacionados", "Pour aller plus loin", "Per approfondire", "Veja também", "Relaterade artiklar"),
    *("Lue myös", "Mohlo by vás také zajímat", "Prečítajte si tiež", "Povezane vijesti", "Може да ви хареса"),
    *("Вас може зацікавити", "Διαβάστε επίσης", "Bunu da oku", "Kapcsolódó cikkek", "Citește și", "Llegeix també"),
    *(
        "Xem thêm",
        "相关阅读",
        "延伸閱讀",
        "関連記事",
        "관련 기사",
        "اقرأ أيضا",
        "קראו גם",
        "यह भी पढ़ें",
        "Loe ka",
        "Lasi arī",
    ),
)


@pytest.mark.parametrize("text", POINTERS)
def test_pointers_of_teasers_are_pointers_within_articles(text: str) -> None:
    assert is_block_name(text)
    assert is_note(text, len(text))
    assert is_note(f"{text}: Der Hafen wird ausgebaut")


@pytest.mark.parametrize(
    "text",
    [
        "Alle Meldungen vom Deich finden Sie hier.",
        "Was sonst noch war, lesen Sie hier",
        "Die Bilder dazu gibt es hier.",
        "Read more of this here",
    ],
)
def test_a_line_that_ends_in_a_pointer_is_one_if_it_has_a_link(text: str) -> None:
    assert is_note(text, 4)
    assert not is_note(f"{text} Und der Rat stimmt morgen darüber ab", 4)


ADS = (
    *(
        "Anzeige",
        "Anzeigen",
        "Werbung",
        "Advertisement",
        "Sponsored",
        "Advertorial",
        "Reklame",
        "Publicité",
        "Publicidad",
    ),
    *("Publicidade", "Advertentie", "Mainos", "Inzerce", "Реклама", "Διαφήμιση", "Hirdetés", "広告", "광고", "إعلان"),
    *("Pubblicità", "Annonse", "Annonce", "Reklam", "Reklama", "Bezahlter Inhalt", "Partner Content", "Publireportage"),
)


@pytest.mark.parametrize("text", ADS)
def test_labels_of_advertisements_are_the_same_everywhere(text: str) -> None:
    assert form_of(text) == "ad"
    assert is_note(text)


NOTES = {
    "consent": (
        *("Pour afficher ce contenu, vous devez accepter les cookies.", "Usamos cookies para mejorar el servicio."),
        *("Per visualizzare questo contenuto accetta i cookie.", "Para ver este conteúdo, aceite os cookies."),
        *("Om deze inhoud te tonen, vragen we je toestemming.", "Aby wyświetlić tę treść, zaakceptuj pliki cookies."),
        *("Мы используем файлы cookie.", "Weboldalunk sütiket használ.", "本网站使用cookie以改善服务。"),
        *("An dieser Stelle finden Sie einen Beitrag von einem anderen Dienst.", "我們使用Cookie。"),
    ),
    "offer": (
        *("Suscríbete a nuestro boletín de cada mañana", "Abonnez-vous pour lire la suite", "Iscriviti al canale"),
        *("Schrijf je in voor de nieuwsbrief", "Zapisz się do newslettera", "Anmäl dig till nyhetsbrevet"),
        *("Tilmeld dig og få avisen i din indbakke", "Meld deg på nyhetsbrevet", "Tilaa uutiskirje"),
        *("Подписывайтесь на наш канал", "Підтримайте нас", "Iratkozz fel a hírlevélre", "Abonează-te la ziar"),
        *("立即订阅", "有料会員登録はこちら", "뉴스레터 구독하기", "تابعونا على الشبكات", "Ακολουθήστε μας στο δίκτυο"),
    ),
    "rights": (
        *("Todos los derechos reservados", "Tous droits de reproduction et de traduction", "Riproduzione riservata"),
        *("Wszelkie prawa zastrzeżone", "Все права защищены", "Tüm hakları saklıdır", "Minden jog fenntartva"),
        *("免责声明：本文仅供参考", "版权所有", "無断転載を禁じます", "무단 전재 및 재배포 금지", "جميع الحقوق محفوظة"),
        "Copyright © 2025 Seenbote",
    ),
    "talk": (
        *("Deja tu comentario sobre esta obra", "Laissez un commentaire ici", "Lascia un commento qui sotto"),
        *(
            "Skriv en kommentar til artiklen",
            "Dodaj komentarz pod tekstem",
            "Оставьте свой комментарий",
            "Szólj hozzá a cikkhez",
        ),
    ),
    "about-itself": (
        *("Noticia en desarrollo", "Articolo in aggiornamento", "Cet article a été initialement publié ailleurs"),
        *("Dit artikel verscheen eerder in De Bode", "Saken oppdateres", "Новость дополняется", "本文首发于湖畔周刊"),
    ),
    "stamp": (
        *("Última actualización: 5 de diciembre de 2025, 10:00", "Dernière mise à jour : 5 décembre 2025 à 10h00"),
        *("Опубликовано: 05.12.2025 10:00", "Data publikacji: 5.12.2025, 10:00", "Temps de lecture : 5 minutes"),
    ),
    "credit": (
        "Fot. Ada Kowalska / Bodega",
        "Foto: Ada Muster",
        "图：阿达",
        "Фото: Ада",
        "写真：湖畔新聞",
        "Φωτό: Άντα",
    ),
}
"""Reason -> lines of other languages that are not article text."""


@pytest.mark.parametrize(("reason", "text"), [(reason, text) for reason, texts in NOTES.items() for text in texts])
def test_boilerplate_in_every_language(reason: str, text: str) -> None:
    assert note_reason(text) == reason


PROSE = (
    "Las cookies seguirán en la web: el Parlamento aplaza la ley que obligaba a pedir permiso a los lectores.",
    "La autora cedió todos los derechos de la novela a una fundación que ayuda a escuelas de la comarca.",
    "Recibe cada año a miles de visitantes, pero el museo no publica cuántos se suscriben a su boletín.",
    "Les abonnés du journal ont reçu un courriel qui annonce la fin de la lettre du matin.",
    "Les internautes peuvent refuser les cookies, a rappelé la commission dans son rapport.",
    "Pour soutenir les producteurs, la commune achète désormais le lait de la vallée.",
    "Les droits d'auteur sur la chanson reviennent aux héritiers, a jugé le tribunal.",
    "Abbonati in aumento: il giornale della valle ha superato le ventimila copie.",
    "Il governo vuole sostenere il lavoro dei giovani con una donazione di un imprenditore.",
    "Sverige ska bli medlem i förbundet och delta i debatten om de nya reglerna.",
    "Kommunen får alla rättigheter till bilderna från den gamla varvsområdet.",
    "Uživatelé mohou přijmout cookies jedním kliknutím, ukázala studie univerzity.",
    "Prawa autorskie do piosenki wracają do rodziny, orzekł sąd w Gdańsku.",
    "Жители могут подписаться на рассылку города, сообщила мэрия.",
    "Депутаты обещали поддержать нашу инициативу о защите авторских прав.",
    "Susține că nu a știut de contract și că a donat banii unei școli din oraș.",
    "Telif hakkı davası sonuçlandı: mahkeme şarkının sahibini belirledi.",
    "未经授权进入工地的三名男子被警方带走，工程方表示将加强管理。",
    "クッキーを焼く教室が人気を集め、週末の予約は来月まで埋まっている。",
    "카카오톡 이용자가 늘면서 회사는 개인정보 보호를 강화하겠다고 밝혔다.",
    "Hak cipta lagu itu dimiliki keluarga sang penyanyi, kata hakim.",
    "Copyright law has not kept up with machines, the committee wrote in its report.",
    "The council accepts that its cookies broke the rules, and has paid the fine.",
)
"""Sentences of news about subscriptions, cookies, rights and donations."""


@pytest.mark.parametrize("text", PROSE)
def test_news_about_such_matters_is_text(text: str) -> None:
    assert note_reason(text) == ""
