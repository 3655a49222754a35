"""Words and phrases that news pages of many portals use around their teasers; German first."""

from __future__ import annotations

import re

from portalcrawl.dates import words as dates


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MONTHS = frozenset(dates.MONTHS)
AGO = _words("vor ago hace fa geleden siden sedan temu")
NOW = _words("heute gestern vorgestern today yesterday aujourd hui hier oggi ieri hoy ayer jetzt")
UNITS = _words(
    """
    sekunde sekunden sek minute minuten min mins minutes hour hours hrs stunde stunden std tag tage tagen day days
    woche wochen week weeks monat monate monaten month months jahr jahre jahren year years second seconds ora ore
    minuto minuti giorno giorni jour jours heure heures hora horas día días h m d s
    uur uren minuut dagen timer timmar minutter minuter dager dagar godz godziny minut dni
    """
)
FILLERS = _words(
    """
    uhr am um der den vom seit stand aktualisiert veröffentlicht erschienen publiziert zuletzt geändert update updated
    published posted on at the pm a an il y le la el de du del alle à utc cet cest mez mesz gmt est edt pst z t
    ein eine einem einer wenigen einigen kurzem just now gerade eben und and knapp rund about
    montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so
    monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun lundi mardi mercredi jeudi
    vendredi samedi dimanche st nd rd th
    """
)
DATE_WORDS = MONTHS | AGO | NOW | UNITS | FILLERS
"""All that a date, a time or an age is made of, beside numbers."""
JUST_NOW = frozenset({"gerade eben", "soeben", "just now", "eben", "jetzt gerade", "vor kurzem", "vor kurzer zeit"})

LABELS = _words(
    """
    plus + premium abo abo+ video videos liveblog live live-ticker liveticker newsticker ticker podcast audio galerie
    bildergalerie fotogalerie bilderstrecke fotostrecke slideshow gallery photos exklusiv exclusive eilmeldung
    breaking eil update paid plus-artikel abo-artikel subscriber-only newsblog blog quiz s+ f+ z+ m+ +plus plus+
    """
) | {
    *(
        "abonnés",
        "réservé aux abonnés",
        "article réservé aux abonnés",
        "abonnees",
        "voor abonnees",
        "solo suscriptores",
    ),
    *("per abbonati", "for abonnenter", "för prenumeranter", "dla prenumeratorów", "exclusivo", "en direct", "en vivo"),
    *("vidéo", "vídeo", "diaporama", "fotogalería", "fotogallery"),
    *("mit video", "mit galerie", "breaking news", "live blog", "plus artikel", "abo artikel"),
    *("nur für abonnenten", "für abonnenten", "exklusiv für abonnenten", "for subscribers", "subscriber only"),
}
"""Marks on teasers: media, paywall, live."""
MARKED_PLUS = re.compile(r"[^\W\d_]{1,12}\s?(?:\+|plus\b)")

MORE = _words(
    """
    mehr weiter weiterlesen lesen more read merken teilen drucken ausdrucken artikel anhören vorlesen speichern
    gemerkt lire leggi zum zur beitrag meldung bericht video galerie ansehen anschauen hier jetzt ganzen vollständigen
    den die der das von auf als story article this full continue reading the details erfahren lesezeichen bookmark
    share save play abspielen starten alle anzeigen la suite en savoir plus tutto leer más merkliste hinzufügen liste
    herunterladen download pdf mail senden kommentieren weitere bild bilder foto fotos photos videos zurück previous
    next
    """
)
"""All that a call to read on, to share or to print is made of."""
MORE_ANCHORS = _words(
    """
    mehr weiter weiterlesen lesen more read merken teilen drucken ausdrucken anhören vorlesen speichern gemerkt lire
    leggi ansehen anschauen continue details share save play abspielen anzeigen suite savoir leer merkliste bookmark
    lesezeichen herunterladen download senden kommentieren zurück previous next
    """
)
"""Words of which such a call has at least one."""

BYLINE = re.compile(
    r"(?i:von|by|par|por|door|text|fotos?|bild|interview|autor(?:in|en)?|"
    r"eine? (?:kommentar|kolumne|analyse|essay|gastbeitrag|interview) von)(?::\s?|\s)(?=\W?[^\W\d_])"
)
NAME_PARTICLES = _words("von van de der den dem du di da la le zu und and et e y aus in via mit")
READING_TIME = re.compile(
    r"(?:lese(?:zeit|dauer)|reading time|dauer|länge)\W*[\w.:, ]{0,20}|(?:ca\.?\s*)?\d{1,3}\s*[-–]?\s*"
    r"(?:min(?:\.|uten?|utes?|s)?|sek(?:\.|unden)?|std\.?|seconds?|′|')\s*\.?\s*"
    r"(?:lesezeit|lesedauer|read|zu lesen|de lecture)?"
)

ADS = _words(
    """
    anzeige anzeigen werbung sponsored advertorial promotion partnerinhalt gesponsert publireportage reklame annonce
    advertisement ad adv publicité pubblicità sponsor advertiser brandstory paid annonsørinnhold
    """
)
AD_PHRASES = frozenset({"bezahlter inhalt", "partner content", "präsentiert von", "in kooperation mit", "native ad"})
"""What says the same without such a word at its beginning."""

GENRES = _words(
    """
    kommentar analyse hintergrund interview kolumne reportage meinung essay gastbeitrag porträt leitartikel glosse
    rezension kritik test faktencheck feature bericht gastkommentar dossier chronik opinion analysis comment column
    editorial review explainer satire ratgeber
    """
)
"""What kind of text an article is."""

BLOCK_NAME = re.compile(
    r"(?:lesen|sehen|hören|erfahren) sie (?:auch|hier|mehr|dazu|weiter).*|das könnte (?:sie|dich|euch) (?:\w+ )?"
    r"(?:interessieren|gefallen).*|"
    r"(?:mehr|alles|weitere[sn]?|weiterführende.?) (?:zum|zur|zu|aus|dem|der|artikel|beiträge|themen|meldungen|"
    r"nachrichten|news|texte|inhalte|dazu|über|von)\b.{0,40}|(?:auch|ebenfalls) (?:interessant|lesenswert).*|"
    r"zum thema|siehe auch|"
    r"(?:vorherige[rs]?|nächste[rs]?|vorige[rs]?|älterer?|neuerer?) (?:artikel|beitrag|meldung|post|text)|"
    r"(?:ähnliche|verwandte|passende|empfohlene|neueste|aktuelle|beliebte) (?:artikel|beiträge|themen|meldungen|"
    r"nachrichten)|meistgelesen.*|empfehlungen.*|(?:unsere )?empfehlung(?:en)? (?:für|der).*|"
    r"read (?:more|also|next)|related(?: articles?| stor(?:y|ies)| posts?| content)?|"
    r"(?:previous|next) (?:article|post|story)|"
    r"(?:see|read) also|recommended.*|most (?:read|popular|viewed)|trending|more (?:on|from|about|like)\b.{0,40}|"
    r"(?:à )?lire (?:aussi|également)|à lire|(?:à )?voir aussi|sur le même sujet|(?:leggi|guarda) anche|"
    r"lees (?:ook|meer)|(?:lea|lee|ver|mira) también|te puede interesar|l(?:es|æs) også|läs (?:också|även)|"
    r"l(?:es|æs|äs) mere?|"
    r"(?:czytaj|zobacz) (?:też|także|również)|čtěte (?:také|i)|les plus lus|lo más leído|(?:i )?più letti|"
    r"meest gelezen|mest l(?:est|æst|äst)|najczęściej czytane",
    re.IGNORECASE,
)
"""What introduces other articles: the name of a list, or words ahead of a single link."""
SERVICE_NAME = re.compile(
    r"(?:(?:alle |unsere )?themen|(?:trending|hot|popular) (?:topics|tags)|"
    r"(?:(?:primary|main|site|footer|haupt|seiten|meta)[- ]?)+(?:navigation|nav|men[uü])|"
    r"schlagw[oö]rte?r?|stichw[oö]rte?r?|tags|topics|keywords|rubriken|ressorts|gerichte|"
    r"jobs?|stellen(?:markt|angebote|anzeigen)|karriere|veranstaltungen|termine|events|shop|anzeigen?|werbung|"
    r"sponsored|advertorials?|partnerangebote|services?|newsletter|folgen sie uns|follow us|"
    r"(?:neueste |letzte |aktuelle |neue |eure |leser-?)?kommentare|(?:recent |latest )?comments|über uns|impressum|"
    r"rechtliches)(?= zu diesem| zum|$|\s*[:&|])",
    re.IGNORECASE,
)
"""Names of lists of something else than articles."""
