"""Dates in languages that the own grammar does not know, read by dateparser.

dateparser takes half a millisecond and more and finds a date in almost anything, so it is asked only where a
word of one language's dates stands beside a number, and told that language.
"""

from __future__ import annotations

import re
from datetime import datetime, time, tzinfo
from importlib import import_module
from typing import Any

from portalcrawl.dates.clock import in_zone, is_sane, local_time
from portalcrawl.dates.reading import DateReading, Precision

_MONTHS = {
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря янв фев мар апр авг сен "
    "сент окт ноя дек",
    "uk": "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
    "bg": "януари февруари март април юни юли август септември октомври ноември декември",
    "cs": "ledna února března dubna května června července srpna září října listopadu prosince",
    "sk": "januára februára apríla mája júna júla augusta septembra októbra novembra decembra",
    "hu": "január február március április május június július augusztus szeptember október",
    "ro": "ianuarie februarie martie aprilie iunie iulie septembrie octombrie noiembrie decembrie",
    "hr": "siječnja veljače ožujka travnja svibnja lipnja srpnja kolovoza rujna studenoga studenog prosinca",
    "fi": "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta "
    "lokakuuta marraskuuta joulukuuta",
    "et": "jaanuar veebruar märts aprill juuni juuli oktoober detsember",
    "lt": "sausio vasario kovo balandžio gegužės birželio liepos rugpjūčio rugsėjo spalio lapkričio gruodžio",
    "lv": "janvāris februāris marts aprīlis maijs jūnijs jūlijs augusts septembris oktobris novembris decembris",
    "el": "ιανουαρίου φεβρουαρίου μαρτίου απριλίου μαΐου μαϊου ιουνίου ιουλίου αυγούστου σεπτεμβρίου οκτωβρίου "
    "νοεμβρίου δεκεμβρίου ιαν φεβ μαρ απρ ιουν ιουλ αυγ σεπ οκτ νοε δεκ",
    "ar": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
    "he": "בינואר בפברואר במרץ באפריל במאי ביוני ביולי באוגוסט בספטמבר באוקטובר בנובמבר בדצמבר",
    "hi": "जनवरी फ़रवरी फरवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर सितम्बर अक्टूबर अक्तूबर नवंबर नवम्बर दिसंबर दिसम्बर",
    "ca": "gener febrer març maig juny juliol setembre desembre",
    "is": "janúar febrúar apríl maí júní júlí ágúst október nóvember",
}
_DAYS = {
    "ru": "вчера сегодня",
    "uk": "вчора сьогодні",
    "cs": "včera dnes",
    "hu": "tegnap",
    "hr": "jučer",
    "fi": "eilen",
    "el": "χθες",
    "ar": "أمس",
    "he": "אתמול",
    "ja": "昨日",
    "zh": "昨天",
    "ko": "어제",
}
_AGES = {
    "ru": "назад",
    "uk": "тому",
    "bg": "преди",
    "cs": "před",
    "sk": "pred",
    "hu": "perce órája napja",
    "ro": "acum",
    "hr": "prije",
    "fi": "sitten",
    "et": "tagasi",
    "el": "πριν",
    "ar": "منذ قبل",
    "he": "לפני",
    "hi": "पहले",
    "ja": "時間前 分前 日前 秒前",
    "zh": "小时前 小時前 分钟前 分鐘前 天前 秒前",
    "ko": "전",
    "vi": "trước",
}


def _languages(table: dict[str, str]) -> dict[str, str]:
    return {word: language for language, words in reversed(table.items()) for word in words.split()}


_MONTH_WORDS, _DAY_WORDS, _AGE_WORDS = _languages(_MONTHS), _languages(_DAYS), _languages(_AGES)
_WORD = re.compile(r"[^\W\d_]+|[\u0900-\u097f]+")
_NUMBER = re.compile(r"\d+")
_CLOCK = re.compile(r"\d ?[:.h時시] ?\d\d")
_LONGEST = 80


def read_foreign(text: str, now: datetime, zone: tzinfo) -> DateReading | None:
    """Read *text* with dateparser if it has numbers and words as some language's dates have them."""
    line = text.lower()
    language = _language(line) if len(line) <= _LONGEST else None
    if language is None:
        return None
    base = now.astimezone(zone).replace(tzinfo=None, microsecond=0)
    parsed = _parse(line, language, base)
    if parsed is None or not is_sane(parsed[0].year, now):
        return None
    moment, has_time = parsed
    if moment.tzinfo is None:
        when = local_time(moment if has_time else datetime.combine(moment.date(), time()), zone)
    else:
        when = in_zone(moment, zone)
    return DateReading(when, _precision(line, moment, base, has_time=has_time), text)


def _language(line: str) -> str | None:
    """Tell by a month beside numbers, a day word with a clock time, or an age of one number, which language it is."""
    words = _WORD.findall(line)
    numbers = len(_NUMBER.findall(line))
    if not words or not numbers or len(words) > 6:
        return None
    for table, fits in (
        (_MONTH_WORDS, numbers <= 5),
        (_DAY_WORDS, numbers == 2 and _CLOCK.search(line)),
        (_AGE_WORDS, numbers == 1),
    ):
        found = next((table[word] for word in words if word in table), None)
        if found:
            return found if fits else None
    return None


def _precision(line: str, moment: datetime, base: datetime, *, has_time: bool) -> Precision:
    """Whole hours before *base* without a clock time in the text are an age in hours."""
    if not has_time:
        return "day"
    same_clock = (moment.minute, moment.second) == (base.minute, base.second)
    return "hour" if same_clock and not _CLOCK.search(line) else "minute"


def _dateparser() -> Any:
    """Import dateparser when first needed: that takes 70 ms, and most portals never need it."""
    return import_module("dateparser.date")


def _parse(line: str, language: str, base: datetime) -> tuple[datetime, bool] | None:
    """Ask dateparser, which must find day and month in the text itself; tell whether it found a time as well."""
    parser = _dateparser().DateDataParser(
        languages=[language],
        settings={
            "RELATIVE_BASE": base,
            "PREFER_DATES_FROM": "past",
            "REQUIRE_PARTS": ["day", "month"],
            "RETURN_TIME_AS_PERIOD": True,
            "TIMEZONE": "UTC",
            "PARSERS": ["relative-time", "absolute-time"],
        },
    )
    try:
        data = parser.get_date_data(line)
    except (ValueError, OverflowError, TypeError, AttributeError, IndexError, KeyError):
        return None
    if data.date_obj is None:
        return None
    return data.date_obj.replace(microsecond=0), data.period == "time"
