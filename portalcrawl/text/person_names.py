"""Names of people, organisations and agencies in bylines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from portalcrawl.text.datelines import agency_name
from portalcrawl.text.normalize import clean, fold, plain
from portalcrawl.vocabulary import either, table, words
from portalcrawl.vocabulary.date_words import CLOCK, MONTHS, WEEKDAYS

MOST_PEOPLE = 30
MOST_WORDS = 6
LONGEST_NAME = 60
LONGEST_BYLINE = 300


_BY = re.compile(
    rf"[\s–—|*·-]*(?:{either('bylines.openers', 'bylines.about')}\b\s*:?|{either('bylines.openers_with_colon')}\s*:)\s+"
    rf"|[\s（(【]*{either('bylines.openers_with_colon')}\s*：\s*"
    rf"|(?-i:{'|'.join(sorted(word.capitalize() for word in words('bylines.glued')))})(?-i:(?=[A-ZÄÖÜ][a-zäöüß]))",
    re.IGNORECASE,
)
_EDITED_BY = re.compile(rf"[\s（(【]*{either('bylines.editors_with_colon', 'credits.names')}\s*[:：]", re.IGNORECASE)
"""Those who worked on a text of others, or took its pictures."""
_NO_PERSON = re.compile(
    rf"[@/]|\d|https?:|www\.|\w{{3}}\.[a-z]{{2,3}}(?!\w|\.)|\b{either('people.no_person')}\b", re.IGNORECASE
)
_NO_NAME = re.compile(rf"[:!?]|\b{either('people.no_name', 'topics.names')}\b", re.IGNORECASE)
_CODES = re.compile(r"[A-ZÄÖÜ]{1,3}(?:\s[A-ZÄÖÜ]{1,3})+")
"""Abbreviations, such as those of languages or agencies, one after another (``DE EN``)."""
_DAY = f"(?:{'|'.join(sorted((*MONTHS, *WEEKDAYS), key=len, reverse=True))})"
_WHEN = re.compile(rf"(?:{either('bylines.when')}\s)?(?:{_DAY}\b\W*)+", re.IGNORECASE)
"""Only names of months and weekdays; next to other words they may be names (``Jan Muster``, ``Ada Sonntag``)."""
_ROLE = re.compile(either("people.roles"), re.IGNORECASE)
_DESKS = "|".join(re.escape(desk) for desk in table("agencies")["desks"])
_PARTS_OF_AGENCIES = re.compile(rf"[,/;|]|\s(?:{either('bylines.and')}|&)\s|\s(?={_DESKS})")
_EMAIL = re.compile(r"\S+@\S+\.\w+")
_ARTICLE = re.compile(rf"{either('bylines.articles')}\s", re.IGNORECASE)
_NEITHER = re.compile(
    rf"[@/|,;()]|\d|www\.|\b{either('people.nobody')}\b|^(?:{either('people.nobody_alone')}|\W*)$", re.IGNORECASE
)
"""Declared authors that are neither people nor organisations."""
_COUNTRY = re.compile(rf"\s{either('people.countries')}$", re.IGNORECASE)
_ACRONYM = re.compile(r"[B-DF-HJ-NP-TV-XZ]{3,6}\s")
"""Only consonants at the beginning: the name of a broadcaster (``ZDF Info``), not of a person."""
_LAST_FIRST = re.compile(r"([^\W\d_][^\W\d_-]+),\s([^\W\d_][^\W\d_-]+)")
_HERE = re.compile(rf"\s{either('bylines.here')}\s.*", re.IGNORECASE)
"""After a name: the medium or place that somebody writes for or from."""
_BRACKETS = re.compile(r"\([^()]{0,60}\)|\[[^\[\]]{0,60}\]")
_AND = either("bylines.and")
_OF_PICTURES = re.compile(
    rf"(?:\b{_AND}\b|[,;/&])\s*[^,;/&()]{{3,40}}\({either('credits.of_pictures')}\)", re.IGNORECASE
)
"""``und Jo Muster (Fotos)``."""
_BETWEEN = re.compile(rf"\s*(?:[;|•·&]|/(?!\d)|\b{_AND}\b)\s*(?!{either('bylines.suffixes')}\b)", re.IGNORECASE)
_DATE = (
    r"\d{1,2}[./]|\d{4}[-/年]|\d{1,2}\s(?:[^\W\d_]{2}\s)?[^\W\d_]{3,12}\.?,?\s(?:[^\W\d_]{2}\s)?\d{4}"
    rf"|(?:{_DAY}\b\W{{1,2}})?[^\W\d_]{{3,12}}\.?\s\d{{1,2}},?\s\d{{4}}"
)
"""The beginning of a date with a day, a month and a year in any order, as it may follow a name."""
_AFTER_NAME = re.compile(
    rf",|\s[-–—]\s|\s(?={either('stamps.words')}\b)|(?:\s|(?<=[^\W\d_]))(?={_DATE})|(?<=\d)(?:\s{CLOCK})?\s(?={either('bylines.by')}\s)"
    rf"|\s{either('bylines.on')}\s(?=[^\W\d_]{{0,12}}\.?,?\s?(?:[^\W\d_]{{0,12}}\.?\s)?\d)",
    re.IGNORECASE,
)
"""After a name: a place, a role, or a date (``Von Ada Muster am Dienstag, 2. Dezember``)."""
_AFTER_NAME_UNDATED = re.compile(rf",|\s[-–—]\s|\s(?={either('stamps.words')}\b)", re.IGNORECASE)
"""The same for texts without digits: all other alternatives need one."""
_DIGIT = re.compile(r"\d")
_INITIALS = re.compile(r"[a-zäöüß]{1,3}|[A-ZÄÖÜ]{2,3}")
_HANDLE = re.compile(r"[^\W\d_][\w.-]{3,30}")
_HAN, _KANA, _HANGUL = "[\u4e00-\u9fff]", "[\u3040-\u30ff\u4e00-\u9fff]", "[\uac00-\ud7a3]"
_ROLE_BEHIND = re.compile(rf"^({_HANGUL}{{2,4}}|\S+\s\S+(?:\s\S+)?)\s{either('people.roles')}\w*\b.*", re.IGNORECASE)
_SIGNED_WITH_ROLE = re.compile(rf"{_HANGUL}{{2,4}}\s{either('people.roles')}(?!\w)")
_NAME_WITHOUT_SPACES = re.compile(rf"{_HAN}{{2,4}}|{_KANA}{{3,8}}|{_HANGUL}{{2,4}}|{_HAN}{{1,6}}[·・]{_HAN}{{1,8}}")
_NAME_WITHOUT_CAPITALS = re.compile(r"[^\W\d_][^\d_.,:;!?()|/\s]+(?:\s[^\W\d_][^\d_.,:;!?()|/\s]*){1,3}")
_PARTICLES = words("bylines.particles")


_MARK_BEHIND_NAME = re.compile(r"^(\s*\w\S*(?:\s\S+)+?)[\u200b\u200c\u200d\u2060\ufeff]+\s*(?=[^\W\d_a-zß-ÿ])")
"""An invisible character that some systems write between a name and the person's role."""


def declared_name(value: str) -> str:
    """Return a declared name as text, with a comma before what follows an invisible character.

    >>> declared_name("Ada Muster\u200b Korrespondentin in Wien"), declared_name("Jo Muster\u200b")
    ('Ada Muster, Korrespondentin in Wien', 'Jo Muster')
    """
    return plain(_MARK_BEHIND_NAME.sub(r"\1, ", value))


def without_by(text: str) -> str:
    """Return a byline without its introductory words.

    >>> without_by("Ein Kommentar von Ada Muster"), without_by("Autor/in: Ada Muster"), without_by("-- by Ada Muster")
    ('Ada Muster', 'Ada Muster', 'Ada Muster')
    """
    match = _BY.match(text)
    return text[match.end() :] if match else text


def opens_byline(text: str) -> bool:
    """Return whether *text* begins with words that introduce a name (``Von``, ``By``, ``Text:``)."""
    return any(form.match(text) for form in (_BY, _EDITED_BY, _SIGNED_WITH_ROLE))


def introduces(text: str) -> bool:
    """Return whether *text* is nothing but the words that introduce a name, which follows in another line.

    >>> introduces("Von"), introduces("Autor:"), introduces("Von Ada")
    (True, True, False)
    """
    return _BY.fullmatch(f"{text.rstrip(' :：')}: ") is not None


def byline_parts(text: str) -> list[str]:
    """Return the parts of a byline that may each be one name, without introductory words.

    >>> byline_parts("Von unserem Mitarbeiter Jan Muster am 5. Dezember")
    ['Jan Muster', '5. Dezember']
    >>> byline_parts("Ada Muster (Text) und Jo Beispiel (Fotos)")
    ['Ada Muster']
    >>> byline_parts("作者：山本 2024-01-02"), byline_parts("责任编辑：乔木")
    (['山本', '2024-01-02'], [])
    """
    if _EDITED_BY.match(text):
        return []
    wholes = _BETWEEN.split(without_by(_BRACKETS.sub("", _EMAIL.sub("", _OF_PICTURES.sub("", text)))))
    split = (enumerate(_split_after_name(whole)) for whole in wholes)
    parts = (_bare(without_by(clean(part)), role=not at) for pieces in split for at, part in pieces)
    return [part for part in parts if part]


def _split_after_name(text: str) -> list[str]:
    """Return the parts of *text* between places, roles and dates; the first may be a name."""
    return (_AFTER_NAME if _DIGIT.search(text) else _AFTER_NAME_UNDATED).split(text)


def _bare(name: str, *, role: bool) -> str:
    """Return a name without the medium or place after it, and if *role* is set, without the role."""
    name = _HERE.sub("", name)
    return _ROLE_BEHIND.sub(r"\1", name) if role else name


def is_name(text: str) -> bool:
    """Return whether *text* looks like a person's name: two to five capitalized words, none of them known otherwise.

    >>> is_name("Anna von der Muster"), is_name("Lesezeit 5 Min."), is_name("Seenbote Redaktion")
    (True, False, False)
    """
    parts = text.split()
    if (
        not 2 <= len(parts) <= MOST_WORDS - 1
        or len(text) > LONGEST_NAME
        or not parts[0][0].isupper()
        or not parts[-1][0].isupper()
    ):
        return False
    if _NO_NAME.search(text) or is_day(text) or _CODES.fullmatch(text) or _is_organisation(text):
        return False
    return all(part[0].isupper() or part.casefold() in _PARTICLES for part in parts)


def is_name_without_capitals(text: str) -> bool:
    """Return whether *text* can be a name in a script without capitals; any words of that length look like one.

    >>> is_name_without_capitals("山本太郎"), is_name_without_capitals("编辑部"), is_name_without_capitals("ליאת כהן")
    (True, False, True)
    """
    forms = (_NAME_WITHOUT_SPACES, _NAME_WITHOUT_CAPITALS) if text.upper() == text.lower() else ()
    return any(form.fullmatch(text) for form in forms) and _is_person(text) and not _NO_NAME.search(text)


def is_day(text: str) -> bool:
    """Return whether *text* consists of calendar words only (``am Freitag``, ``Dezember``)."""
    return _WHEN.fullmatch(text) is not None


def is_handle(text: str) -> bool:
    """Return whether *text* can be a handle, i.e. a user name on a site: one word that is not known otherwise.

    >>> is_handle("amuster"), is_handle("dpa"), is_handle("Redaktion")
    (True, False, False)
    """
    return _HANDLE.fullmatch(text) is not None and not _NO_NAME.search(text) and not is_day(text) and _is_person(text)


def is_signature(text: str) -> bool:
    """Return whether *text*, which is marked as an author's name, can be one: any that does not name something else.

    >>> is_signature("muster"), is_signature("乔木"), is_signature("admin"), is_signature("dpa")
    (True, True, False, False)
    """
    return not (_NO_NAME.search(text) or _NEITHER.search(text)) and not is_day(text) and _is_person(text)


def _is_organisation(text: str) -> bool:
    """Return whether *text* names an organisation, a medium or a thing."""
    return bool(_NO_PERSON.search(text) or _ARTICLE.match(text) or _COUNTRY.search(text) or _ACRONYM.match(text))


def people(names: Iterable[str], site_names: Sequence[str] = ()) -> list[str]:
    """Return the names of people in bylines, without e-mail addresses, roles, places, agencies and *site_names*.

    >>> people(["Von Anna Muster und Bernd Beispiel, Berlin", "dpa", "red@example.org", "Redaktion Muster-Zeitung"])
    ['Anna Muster', 'Bernd Beispiel']
    """
    site = {fold(name) for name in site_names}
    found: dict[str, str] = {}
    for line in names:
        for name in _names_in(line):
            if fold(name) not in site:
                found.setdefault(fold(name), name)
    return list(found.values())[:MOST_PEOPLE]


def _names_in(line: str) -> Iterator[str]:
    """Yield the names of people in a byline.

    A single word or a role after a name is not another name, nor is a single word after an organisation (``Amt für
    Umwelt und Klima``).
    """
    bare = without_by(_BRACKETS.sub("", _EMAIL.sub("", clean(line[:LONGEST_BYLINE]))))
    reversed_name = _LAST_FIRST.fullmatch(bare) if bare[:1].isupper() else None
    if reversed_name and all(map(_is_person, reversed_name.groups())):
        yield f"{reversed_name[2]} {reversed_name[1]}"
        return
    parts = _BETWEEN.split(bare)
    if "&" in bare and not any(" " in part for part in parts):
        return  # a company: "Hafen & Handel"
    after_organisation = False
    for part in parts:
        for at, piece in enumerate(_split_after_name(without_by(part))):
            whole = piece.strip(" .-–—()[]*")
            name = _bare(whole, role=not at)
            name = name if " " in name or not _is_organisation(whole) else whole
            is_person = _is_person(name) and (" " in name or not after_organisation)
            after_organisation = not is_person and _is_organisation(name)
            if is_person and (at == 0 or (" " in name and not _ROLE.search(name))):
                yield name


def _is_person(name: str) -> bool:
    if not any(map(str.isalpha, name)) or len(name) > LONGEST_NAME or len(name.split()) > MOST_WORDS:
        return False
    if ":" in name or _INITIALS.fullmatch(name) or _is_organisation(name) or agency_name(name):
        return False
    return not _is_phrase(name.split())


def _is_phrase(parts: Sequence[str]) -> bool:
    """Return whether some words are capitalized and others are not, except particles of names."""
    small = [part for part in parts if part[0].islower() and _stem(part) not in _PARTICLES]
    return bool(small) and len(small) < len(parts)


def _stem(word: str) -> str:
    """Return the part before the first apostrophe or hyphen: ``d`` of ``d'Ancona``, ``al`` of ``al-Amin``."""
    return re.split("[-'’]", word.casefold(), maxsplit=1)[0] or word.casefold()


def organisations(names: Iterable[str], site_names: Sequence[str] = ()) -> list[str]:
    """Return the *names* that are an agency, a newsroom, another organisation or one of *site_names*.

    >>> organisations(["Ada Muster", "Seenbote Redaktion", "dpa", "admin", "Lindenauer"], ["Lindenauer"])
    ['Seenbote Redaktion', 'dpa', 'Lindenauer']
    """
    site = {fold(name) for name in site_names}
    found = (without_by(clean(name)) for name in names)
    return [
        name
        for name in found
        if name
        and len(name) <= LONGEST_NAME
        and not _NEITHER.search(name)
        and (fold(name) in site or agency_name(name) or _is_organisation(name))
    ]


def agency_in(names: Iterable[str], extra_agencies: Iterable[str] = ()) -> str | None:
    """Return the first news agency among the names of authors and sources, in its usual short form; else None.

    >>> agency_in(["Anna Muster", "dpa Sport"])
    'dpa'
    """
    extra = tuple(extra_agencies)
    for name in (name[:LONGEST_BYLINE] for name in names):
        for part in (name, *_PARTS_OF_AGENCIES.split(name)):
            if agency := agency_name(part, extra):
                return agency
    return None
