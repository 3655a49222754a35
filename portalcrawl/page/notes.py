"""Lines that stand beside an article's text on pages of any make, told by their wording in the usual languages.

Each pattern is written for the wording, not for a publisher; what only names of classes tell is in ``naming``. All
of them see one line in lower case.
"""

from __future__ import annotations

import re

LONGEST_NOTE = 320
"""Longer lines are text, whatever words they hold."""
LONGEST_LABEL = 60
LONGEST_STAMP = 120
LONGEST_CREDIT = 200


def _either(*phrases: str) -> str:
    return f"(?:{'|'.join(phrases)})"


_LEADS_ELSEWHERE = re.compile(
    _either(
        r"lesen sie (?:auch|hier|dazu|mehr)|lies auch|mehr (?:zum thema|dazu|lesen|erfahren|news|aus)|auch interessant",
        r"siehe auch|zum weiterlesen|weitere (?:artikel|themen|nachrichten|meldungen|infos)|weiterlesen|zum thema",
        r"das könnte (?:sie|dich) (?:auch )?interessieren|passend dazu",
        r"read (?:more|also|next|on|the full)|also (?:read|on)|see (?:also|more)",
        r"more (?:on this|from|stories|news|coverage)|for more (?:stories|news|articles) (?:like this|about|on|from)",
        r"related(?: (?:articles?|stories|content|topics|coverage|news|links?))?|must read|trending|up next",
        r"recommended(?: (?:for you|reading|stories))?|you (?:may|might) (?:also )?like|don[’']t miss",
        r"watch(?: now)?|listen(?: now)?",
        r"lire (?:aussi|la suite|également)|à (?:lire|voir)(?: aussi)?|voir aussi|leggi anche|guarda anche",
        r"(?:lea|lee|ver|mira) (?:también|más)|te puede interesar|(?:leia|veja) (?:também|mais)",
        r"les (?:også|mer)|läs (?:också|även|mer)|læs også|lees (?:ook|meer)|bekijk ook",
        r"czytaj (?:też|także|więcej)|przeczytaj|čtěte (?:také|i)|ilgili haber\w*|baca juga|читайте также",
    )
    + r"\b"
)
_END_OF_LEAD = re.compile(r"\s*(?:[:|»>›→–—-]|$)")
_OFFERS = re.compile(
    _either(
        r"(?:sign(?:ing)? up|subscrib|abonnier|anmeld|registrier|bestell|inscri|iscri|suscr|tilmeld|get our)"
        r".{0,120}(?:news-?letter|e-?mail|inbox|postfach)",
        r"newsletters?\b.{0,80}(?:abonnier|anmeld|bestell|sign up|subscri|inbox|kostenlos|free)",
        r"\bsubscribe (?:now|today|here|to (?:read|continue|our|get|unlock|keep))|already (?:a |have a )?subscri",
        r"(?:create|register for) (?:an|a free) account|with one account",
        r"(?:log|sign) ?in (?:or|to (?:continue|read|view))",
        r"jetzt (?:abonnieren|registrieren|anmelden|weiterlesen)|(?:bereits|schon) (?:ein(?:en)? )?(?:digital-?)?abo\b",
        r"für abonnent|weiterlesen mit|support (?:local|our|independent|quality) (?:local )?journalism",
        r"delivered (?:straight |right |directly )?(?:to|through) your|(?:get|receive) (?:email|e-mail) updates",
        r"(?:this|dieser) (?:article|story|artikel|inhalt|text) (?:is|ist) (?:only |nur |exklusiv )?(?:for|für) ",
        r"benachrichtigung(?:en)? (?:aktiv|erlaub|erfolg|zulass|senden|zu schicken)",
        r"(?:enable|allow|turn on|activate) (?:push |browser |desktop )?notifications",
        r"\bmeld(?:en sie|e dich|et euch) .{0,80}newsletter",
        r"\b(?:werden sie|werde|werdet) (?:jetzt )?(?:mitglied|abonnent)",
        r"unterstütz\w* (?:sie )?(?:uns|unseren?|unabhängigen) (?:\w+ )?journalismus",
        r"whatsapp-?kanal|push-?(?:nachricht|mitteilung)|breaking news alerts|download (?:our|the) app",
    )
)
_CONSENT = re.compile(
    _either(
        r"an dieser stelle (?:finden|findest)\b|empfohlene[rn]? (?:redaktionelle[rn]?|externe[rn]?) inhalt",
        r"(?:personenbezogene|persönliche) daten an dritt|mit (?:ihrer|deiner) (?:zustimmung|einwilligung)",
        r"(?:externe[rnm]? inhalte?|inhalte? von \w+)\b.{0,80}(?:angezeigt|anzeigen|geladen|laden|zustimm)",
        r"cookies?\b.{0,80}(?:accept|akzeptier|zustimm|settings|einstellung|policy|consent|erlaub|verwend)",
        r"(?:accept|akzeptier|we use|verwend|utilis)\w*.{0,40}cookies?|klick.{0,60}anzeigen lassen",
        r"protected by recaptcha|durch recaptcha geschützt|^link zum [\w .-]{2,30}-inhalt$",
        r"(?:enable|aktivier|disabled|deaktiviert).{0,40}javascript|javascript.{0,60}(?:enable|aktivier|required)",
    )
)
_RIGHTS = re.compile(
    _either(
        r"^(?:©|\(c\)|copyright\b)|^dpa-infocom\b|all rights reserved|alle rechte vorbehalten|tous droits réservés",
        r"may not be (?:published|reproduced)|todos los derechos|riproduzione riservata|tüm hakları",
    )
)
_TALK = re.compile(
    _either(
        r"leave a (?:comment|reply)|comments? (?:are|is|have been) (?:now )?closed",
        r"join the (?:conversation|discussion)",
        r"kommentar (?:schreiben|hinterlassen|verfassen)|diskutieren sie mit|folgen sie (?:uns|der)",
        r"\bfollow\b.{0,40}\bon (?:twitter|facebook|instagram|x\b|linkedin|tiktok|google)",
        r"(?:reached|contact|e-?mail|write to)\b.{0,60}\S@\S|has been shared \d|(?:have|got) a (?:news )?(?:tip|story)",
        r"(?:may|might|can|could) (?:earn|receive|make)\b.{0,40}commission|affiliate-?link|click here (?:to|for)",
    )
)
_ABOUT_ITSELF = re.compile(
    _either(
        r"(?:über )?dieses thema (?:berichte|im programm|lief)|sendung: .{2,120}\d",
        r"this is a (?:breaking|developing) (?:news? )?story\b|more (?:details )?to (?:follow|come)\W*$",
        r"(?:dies(?:er|e)|der|die) (?:artikel|beitrag|text|meldung|eilmeldung) wird (?:\w+ )?(?:aktualisiert|ergänzt)",
        r"(?:weitere|mehr) (?:informationen|details|infos) (?:folgen )?(?:in kürze)?\W*$|mehr (?:dazu )?in kürze\W*$",
    )
)
"""What a line says of the text it ends: where the matter is or was broadcast, that writing goes on."""
_OFFER_SIGNS = (
    *(
        "news",
        "mail",
        "inbox",
        "subscri",
        "account",
        "log in",
        "sign in",
        "login",
        " abo",
        "abonn",
        "jetzt ",
        "weiterlesen",
    ),
    *(
        "mitglied",
        "journalis",
        "deliver",
        "article is",
        "story is",
        "artikel is",
        "inhalt is",
        "text is",
        "whatsapp",
        "push",
        " app",
        "notif",
        "benachr",
    ),
)
_CONSENT_SIGNS = (
    *(
        "an dieser",
        "empfohlen",
        "daten",
        "zustimm",
        "einwillig",
        "extern",
        "inhalt",
        "cookie",
        "klick",
        "javascript",
        "recaptcha",
    ),
)
_RIGHTS_SIGNS = (
    "©",
    "dpa-infocom",
    "(c)",
    "copyright",
    "rights",
    "rechte",
    "droits",
    "may not be",
    "derechos",
    "riproduzione",
    "hakları",
)
_TALK_SIGNS = (
    *(
        "comment",
        "kommentar",
        "conversation",
        "discussion",
        "diskutier",
        "folgen",
        "follow",
        "@",
        "shared",
        "tip",
        "story",
    ),
    *("commission", "affiliate", "click here"),
)
_CHANNEL = re.compile(r"newsletter|whatsapp|telegram|podcast", re.IGNORECASE)
"""Where portals want to be followed, as addresses name it."""
_SEARCHED = ((_OFFERS, _OFFER_SIGNS), (_CONSENT, _CONSENT_SIGNS), (_RIGHTS, _RIGHTS_SIGNS), (_TALK, _TALK_SIGNS))
"""Patterns that are searched for, each with words of which one stands in every line that it finds."""
_CREDIT = re.compile(
    r"[(\[]?"
    + _either(
        r"fotos?|photos?|bild(?:er|quelle|nachweis)?|titelbild|symbol(?:bild|foto)|archiv(?:bild|foto)|grafik",
        r"images?|pictures?|pics?|quellen?|source|credits?|crédit|imagen|imagem|foto:? di|kuva",
    )
    + r"\s*(?:source|credits?|by|via|courtesy)?\s*[:©|/]|[(\[](?:photo|image|foto|bild|ap photo|file photo)\b"
)
_STAMP = re.compile(
    _either(
        r"stand|aktualisiert|zuletzt|veröffentlicht|publiziert|erstellt|datum",
        r"update[ds]?|published|posted|first published|last (?:updated|modified)|date",
        r"publié|mis à jour|pubblicato|aggiornato|publicado|actualizado|publisert|oppdatert|opublikowano|güncelleme",
    )
    + r"\b[^.]{0,12}?[\s:].{0,60}\d"
    r"|\d{1,2}\.\s?(?:\d{1,2}\.|[^\W\d]{3,9}\.?)\s?(?:19|20)?\d\d\b[^.!?]{0,70}$"
    r"|\d{1,2}(?:er|º|\.)?\s(?:de\s)?[^\W\d]{3,9}\.?\s(?:de\s)?(?:19|20)\d\d(?:\s?[(|,–-].{0,60})?$"
    r"|(?:lese(?:zeit|dauer)|reading time|temps de lecture|tempo di lettura|leestijd|lesetid)\b.{0,8}\d"
    r"|[^.!?|]{2,40}\s[|·•]\s\d{1,2}[./]\s?(?:\d{1,2}[./]|[^\W\d]{3,9})\s?(?:19|20)?\d\d[^.!?]{0,40}$"
    r"|\[[^\[\]]{2,60}\]\s*[·•|]\s*\d"
    r"|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b.{0,60}?\b(?:por|by|von|autor|author|categor(?:y|ia|ía)|kategorie|rubrik|tags?)\s*:"
)
_ENDS = frozenset('.!?“”"')
_WHEN = re.compile(
    r"\d{1,2}[:./]\d{1,2}\b|\d{1,2}(?:\.|st|nd|rd|th)?\s[^\W\d]{3,9}\.?\s\d{4}|[^\W\d]{3,9}\.?\s\d{1,2},?\s\d{4}"
)
"""A day or a time of day: without one a sentence is no date line (``Zuletzt waren es 12.``)."""
_TRAIL = re.compile(r"[^/|.!?]{2,60}(?:\s+/\s+[^/|.!?]{2,60}){2,15}")
_LABEL = re.compile(
    _either(
        r"(?:artikel |story )?(?:teilen|share|tweet|drucken|print|mailen|e-?mail|merken|kopieren)|copy link|feedback",
        r"anzeige|werbung|advertisement|ad|sponsored|advertorial|reklame|publicité|publicidad|pubblicità|annonse|reklam",
        r"(?:article|story) continues (?:below|after).*|continue reading.*|loading|bitte warten|schließen|close",
        r"mehr|more|weiter|next|previous|zurück|nach oben|back to top|zur startseite|zur übersicht|inhaltsverzeichnis",
        r"article content|table of contents|contents|tags?|themen|schlagwörter|schlagworte|stichwörter|topics",
        r"comments?|kommentare?|kommentieren|leserkommentare|diskussion|video|audio|podcast",
    )
    + r"[\s:.…!]*(?:\(?\d+\)?)?"
)


def is_offer(text: str, href: str | None) -> bool:
    """Tell whether a short line speaks of the newsletter or channel that it links to."""
    match = _CHANNEL.search(href or "")
    return match is not None and len(text) <= LONGEST_NOTE and match[0].lower() in text.lower()


def is_note(text: str, linked: int = 0) -> bool:
    """Tell whether a line is no part of the text it stands by: a pointer elsewhere, an offer, a notice, a credit.

    *linked* is how many of its characters stand in links.
    """
    size = len(text)
    if size > LONGEST_NOTE:
        return False
    lower = text.lower()
    if size < LONGEST_LABEL and _LABEL.fullmatch(lower):
        return True
    lead = _LEADS_ELSEWHERE.match(lower)
    if lead and (linked * 3 > size or _END_OF_LEAD.match(lower, lead.end())):
        return True
    if any(_says(lower, signs) and pattern.search(lower) for pattern, signs in _SEARCHED):
        return True
    return _is_small_print(lower, size)


def _says(lower: str, signs: tuple[str, ...]) -> bool:
    """Tell whether one of *signs* stands in *lower*; most lines are asked for all of them."""
    for sign in signs:  # noqa: SIM110  any() takes half as long again
        if sign in lower:
            return True
    return False


def _is_small_print(lower: str, size: int) -> bool:
    """Tell whether a short line is a credit, a date line, a byline, a topic trail or speaks of the text itself."""
    if size >= LONGEST_CREDIT:
        return False
    stamped = size < LONGEST_STAMP and _STAMP.match(lower) and (lower[-1] not in _ENDS or _WHEN.search(lower))
    return bool(
        stamped or _CREDIT.match(lower) or (" / " in lower and _TRAIL.fullmatch(lower)) or _ABOUT_ITSELF.match(lower)
    )
