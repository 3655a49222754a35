"""The words of dates: months, weekdays, units, labels and zones, in lower case and in the languages of many sites."""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _numbered(*lines: str) -> dict[str, int]:
    return {word: number for number, line in enumerate(lines) for word in line.split()}


MONTHS = {
    word: number + 1
    for word, number in _numbered(
        "januar jan jänner jaenner jän january janvier janv enero ene gennaio gen janeiro januari stycznia "
        "sty ocak oca",
        "februar feb feber february février fevrier févr fév febrero febbraio fevereiro fev februari lutego "
        "lut şubat şub",
        "märz maerz mär mrz mar march mars marzo março maart mrt mart marca maret",
        "april apr avril avr abril abr aprile aprilis kwietnia kwi nisan nis",
        "mai may mayo maggio mag maio mei maj maja mayıs mayis",
        "juni jun june juin junio giugno giu junho czerwca cze haziran haz",
        "juli jul july juillet juil julio luglio lug julho lipca lip temmuz tem",
        "august aug augusti août aout aoû agosto ago augustus sierpnia sie ağustos ağu agustus agu",
        "september sept sep septembre septiembre setiembre settembre set setembro wrzesień września wrz eylül eyl",
        "oktober okt october oct octobre octubre ottobre ott outubro out października paź ekim eki",
        "november nov novembre noviembre novembro listopada lis kasım kas nopember",
        "dezember dez december dec décembre déc diciembre dic dicembre dezembro desember des grudnia gru "
        "aralık ara desemb",
    ).items()
}
"""Word (without a dot at its end) to month, 1 to 12."""

WEEKDAYS = _numbered(
    "montag mo mon monday lundi lun lunes lunedì segunda maandag måndag mandag poniedziałek pazartesi senin",
    "dienstag di tue tues tuesday mardi mar martes martedì terça dinsdag tisdag tirsdag wtorek salı selasa",
    "mittwoch mi wed weds wednesday mercredi mer miércoles mercoledì quarta woensdag onsdag środa çarşamba rabu",
    "donnerstag do thu thur thurs thursday jeudi jeu jueves giovedì quinta donderdag torsdag czwartek perşembe kamis",
    "freitag fr fri friday vendredi ven viernes venerdì sexta vrijdag fredag piątek cuma jumat",
    "samstag sonnabend sa sat saturday samedi sam sábado sabato zaterdag lördag lørdag sobota cumartesi sabtu",
    "sonntag so sun sunday dimanche dim domingo domenica zondag söndag søndag niedziela pazar minggu",
)
"""Word to weekday, 0 for Monday."""

DAY_WORDS = {
    **dict.fromkeys(_words("heute today aujourd'hui hoy oggi hoje vandaag idag dzisiaj dziś bugün"), 0),
    **dict.fromkeys(_words("gestern yesterday hier ayer ieri ontem gisteren igår wczoraj dün"), 1),
    **dict.fromkeys(_words("vorgestern anteayer eergisteren avant-hier"), 2),
}
"""Word to days back."""

NOW_WORDS = re.compile(
    r"\b(?:gerade eben|soeben|eben gerade|eben erst|gerade|eben|jetzt|just now|right now|now|moments? ago|a moment ago"
    r"|vor (?:wenigen|einigen|ein paar) (?:augenblicken|momenten|sekunden|minuten)|vor kurzem|vor (?:einem )?moment"
    r"|(?:a )?few (?:seconds|minutes|moments) ago|less than a minute ago|weniger als (?:eine|1) minute"
    r"|vor weniger als (?:einer|1) minute|à l'instant|ahora(?: mismo)?|adesso|agora|zojuist|just nu|akkurat nå)\b"
)
"""Phrases that mean the time of reading."""

AGE_WORDS = frozenset(
    {"vor", "il", "hace", "há", "ago", "geleden", "sedan", "siden", "fa", "atrás", "temu", "önce", "lalu"}
)
"""Words of which every age has one."""

SECOND, MINUTE, HOUR, DAY, WEEK, MONTH, YEAR = range(7)
UNITS = _numbered(
    "s sec secs sek sekunde sekunden second seconds seconde secondes secondi segundo segundos sekund "
    "sekunder saniye detik",
    "m min mins minute minutes minuten minuto minuti minutos minuut minut minuter minutt minutter minuty "
    "dakika dk menit",
    "h hr hrs std stdn stunde stunden hour hours heure heures hora horas ora ore uur uren timme timmar "
    "tim time timer godz godzin godziny godzinę saat sa jam",
    "d tag tage tagen day days jour jours j día días dia dias giorno giorni dag dagen dagar dager dage "
    "dni dzień gün hari",
    "w wk wks woche wochen week weeks semaine semaines semana semanas settimana settimane weken vecka "
    "veckor uke uker uge uger tydzień tygodnie tygodni hafta minggu",
    "mo mos mth monat monate monaten month months mois mes meses mese mesi mês maand maanden månad "
    "månader måned måneder miesiąc miesiące miesięcy ay bulan",
    "y yr yrs jahr jahre jahren year years an ans année années año años anno anni ano anos jaar jaren år "
    "rok lata lat yıl tahun",
)
"""Word (without a dot at its end) to unit."""

NUMBERS = {
    **_numbered(
        "null zero",
        "ein eine einem einen einer eines a an one un une una uno um uma een en et ett én",
        "zwei two",
        "drei three",
        "vier four",
        "fünf five",
        "sechs six",
        "sieben seven",
        "acht eight",
        "neun nine",
        "zehn ten",
        "elf eleven",
        "zwölf twelve",
    ),
}

PUBLISHED = _words(
    """
    veröffentlicht veröffentlichung erstveröffentlichung publiziert publikation erschienen erscheinungsdatum
    erstellt geschrieben verfasst online seit datum date published posted publication first publié publiée
    publicado publicada pubblicato publicerad publisert offentliggjort gepubliceerd geplaatst opublikowano
    data yayınlanma yayinlanma eklenme giriş created issued zuerst ursprünglich erstmals freigegeben
    eingestellt ausgabe
    """
)
"""Words beside the time of publication."""

MODIFIED = _words(
    """
    stand aktualisiert aktualisierung akt update updated upd zuletzt editiert geändert änderung bearbeitet überarbeitet
    ergänzt nachtrag modified edited revised changed modifié modifiée actualizado actualizada actualización aggiornato
    aggiornamento atualizado atualizada bijgewerkt gewijzigd oppdatert uppdaterad opdateret zaktualizowano
    güncelleme güncellenme güncellendi diperbarui jour à-jour modifica modificato
    """
)
"""Words beside the time of the last change."""

FILLERS = _words(
    """
    am um im den der dem das die vom ab gegen uhr h t at on the of last letzte letzter letztes letzten le la à
    a el las los de del di alle ore il em às kl klo klokken klockan om o godz saat pukul hrs hours horas heures
    local time ortszeit lokalzeit r dnia tarihi tarih morgen früh vormittag mittag nachmittag abend nacht it
    in is was this artikel article story beitrag nachricht meldung text mis mise sist ultima ultimo
    última ultimi
    """
)
"""Words that say nothing beside a date."""

LABELS = PUBLISHED | MODIFIED
DAY_NAMES = frozenset(DAY_WORDS) | frozenset(WEEKDAYS)
KNOWN = FILLERS | LABELS | DAY_NAMES
"""Words that may stand beside a date without making its line more than a date line."""

ZONES: dict[str, int | str] = {
    **dict.fromkeys(("utc", "gmt", "z", "wet"), 0),
    **dict.fromkeys(("mez", "cet", "bst", "west", "wat"), 60),
    **dict.fromkeys(("mesz", "cest", "eet", "sast", "cat"), 120),
    **dict.fromkeys(("eest", "msk", "trt", "eat"), 180),
    "ist": 330,
    "wib": 420,
    **dict.fromkeys(("awst", "hkt", "sgt"), 480),
    **dict.fromkeys(("jst", "kst"), 540),
    "acst": 570,
    "aest": 600,
    "acdt": 630,
    "aedt": 660,
    "nzst": 720,
    "nzdt": 780,
    "edt": -240,
    **dict.fromkeys(("est", "cdt"), -300),
    **dict.fromkeys(("cst", "mdt"), -360),
    **dict.fromkeys(("mst", "pdt"), -420),
    **dict.fromkeys(("pst", "akdt"), -480),
    "akst": -540,
    "hst": -600,
    "et": "America/New_York",
    "ct": "America/Chicago",
    "mt": "America/Denver",
    "pt": "America/Los_Angeles",
}
"""Abbreviation to minutes east of UTC, or to the zone whose clock it means."""
