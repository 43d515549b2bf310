"""Dates in a sentence, in the styles and languages people write them, and whether a source bears them out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

from babel.dates import get_day_names, get_month_names

# The "15" of "15-17 June" and of "15 and 17 June".
_FIRST_OF_TWO = re.compile(r"(?<![\d.,:-])(?P<day>\d{1,2})(?:st|nd|rd|th)?\s?(?:-|to|and|or|bis|und)\s?(?:the\s)?$")
A_YEAR = timedelta(days=366)
_LOCALES = ("en", "de", "fr", "es", "it", "pt", "nl")


@dataclass(frozen=True, slots=True)
class Dated:
    """A date in a folded text, as far as it is written: `year`, `month` 1..12, `day`, `weekday` 0 (Monday) to 6.

    What is not written is 0 (`weekday`: -1). `swapped` marks "03/04/2033", which may be either way round.
    """

    year: int = 0
    month: int = 0
    day: int = 0
    weekday: int = -1
    start: int = 0
    end: int = 0
    text: str = ""
    swapped: bool = False

    def calendar(self) -> date | None:
        """The day in the calendar, where the date is whole."""
        try:
            return date(self.year, self.month, self.day) if self.year and self.month and self.day else None
        except ValueError:
            return None


def _names(get: str, locales: tuple[str, ...] = _LOCALES) -> dict[str, int]:
    names: dict[str, int] = {}
    for locale in locales:
        for width in ("wide", "abbreviated"):
            read = get_month_names if get == "month" else get_day_names
            for number, name in read(width, locale=locale).items():
                name = name.lower().rstrip(".")
                if len(name) >= 3:
                    names.setdefault(name, number)
    return names | ({"sept": 9} if get == "month" else {})


@cache
def _patterns() -> tuple[dict[str, int], dict[str, int], tuple[re.Pattern[str], ...]]:
    """Month and weekday names of the languages above, and the patterns built from them; made at first use."""
    months, weekdays = _names("month"), _names("weekday")
    english = sorted(_names("month", ("en",)), key=len, reverse=True)
    month = "(?P<month>" + "|".join(sorted(map(re.escape, months), key=len, reverse=True)) + r")\b"
    first = "(?-i:(?P<month>" + "|".join(name.capitalize() for name in english) + r"))\b\.?"
    weekday = "(?:(?P<weekday>" + "|".join(sorted(map(re.escape, weekdays), key=len, reverse=True)) + r")\b\.?,?\s+)?"
    year = r"(?:(?:,?\s+(?:de[l]?\s+|of\s+)?|,)(?P<year>[12]\d{3})(?!\d|[.,]\d))?"
    day = r"(?P<day>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th|er|º|\.)?"
    flags = re.IGNORECASE
    return (
        months,
        weekdays,
        (
            re.compile(
                r"(?<![\w-])(?P<year>[12]\d{3})-(?P<month>0[1-9]|1[0-2])(?:-(?P<day>3[01]|[12]\d|0[1-9]))?(?![\w-])"
            ),
            re.compile(r"(?<![\w./-])(?P<day>\d{1,2})[./-](?P<month>\d{1,2})[./-](?P<year>[12]\d{3})(?![\w/-])"),
            re.compile(rf"\b{weekday}{first}\s+(?:the\s+)?{day}(?!\d|:\d){year}", flags),
            re.compile(rf"(?<![\d.,:]){weekday}\b(?:the\s+)?{day}(?:\s+|-)(?:of\s+|de\s+)?{month}{year}", flags),
            re.compile(rf"\b{month}(?:\s+(?:of\s+|de\s+)?|,\s+|/)(?P<year>[12]\d{{3}})(?!\d|[.,]\d)", flags),
            # Alone, "May" and "March" are months only where written as names and led up to as a time.
            re.compile(
                r"\b(?P<lead>(?i:in|since|until|till|by|from|of|the|every|each|last|next|early|late|mid|during|this|between|and|to|before|after)"
                r"[\s-]+|^)(?P<month>"
                + "|".join(name.capitalize() for name in english)
                + r")\b(?!\s+(?:be|have|not)\b)"
            ),
            re.compile(r"\b(?P<weekday>" + "|".join(name.capitalize() for name in weekdays if len(name) > 4) + r")\b"),
        ),
    )


def dates(folded: str) -> list[Dated]:
    """The dates of a folded text, in order: whole, month and year, day and month, a month or a weekday alone."""
    months, weekdays, patterns = _patterns()
    found: list[Dated] = []
    for pattern in patterns:
        for match in pattern.finditer(folded):
            part = match.groupdict()
            start = match.end("lead") if part.get("lead") is not None else match.start()
            if any(start < other.end and other.start < match.end() for other in found):
                continue
            name = (part.get("month") or "").lower()
            month = int(name) if name.isdigit() else months.get(name, 0)
            day = int(part.get("day") or 0)
            swapped = name.isdigit() and bool(day) and day <= 12 and month <= 12 and "/" in match.group()
            if month > 12 >= day:
                month, day = day, month
            if month > 12 or day > 31:
                continue
            weekday = weekdays.get((part.get("weekday") or "").lower(), -1)
            text = folded[start : match.end()].strip()
            found.append(
                Dated(int(part.get("year") or 0), month, day, weekday, start, start + len(text), text, swapped)
            )
    for dated in list(found):
        earlier = _FIRST_OF_TWO.search(folded, 0, dated.start) if dated.day and dated.month else None
        if earlier and 1 <= int(earlier["day"]) <= 31 and not any(f.start < earlier.end("day") <= f.end for f in found):
            day, start, end = int(earlier["day"]), earlier.start("day"), earlier.end("day")
            found.append(replace(dated, day=day, weekday=-1, start=start, end=end, text=earlier["day"]))
    return sorted(found, key=lambda dated: dated.start)


def same_date(said: Dated, source: Dated) -> bool:
    """Whether no part that both write differs, and the source writes the day and month said."""
    sources = (source, replace(source, month=source.day, day=source.month)) if source.swapped else (source,)
    saids = (said, replace(said, month=said.day, day=said.month)) if said.swapped else (said,)
    return any(_agree(a, b) for a in saids for b in sources)


def _agree(said: Dated, source: Dated) -> bool:
    for a, b in ((said.year, source.year), (said.month, source.month), (said.day, source.day)):
        if a and b and a != b:
            return False
    if said.weekday >= 0:
        day = source.calendar()
        weekday = source.weekday if source.weekday >= 0 or day is None else day.weekday()
        if weekday != said.weekday and (weekday >= 0 or not said.month):
            return False
    return bool((source.month or not said.month) and (source.day or not said.day))


def resolve(found: Iterable[Dated], written: date | None, folded: str) -> list[Dated]:
    """Weekdays alone, "yesterday", and days without a year, as the days they can mean in a text of that date.

    A weekday is the nearest one on either side. The dates found are kept; what they can mean is added.
    """
    out = list(found)
    if written is None:
        return out
    for dated in list(out):
        if dated.weekday >= 0 and not dated.month:
            back = (written.weekday() - dated.weekday) % 7
            for day in (written - timedelta(days=back), written - timedelta(days=back) + timedelta(days=7)):
                out.append(replace(dated, year=day.year, month=day.month, day=day.day))
            if back == 0:
                day = written - timedelta(days=7)
                out.append(replace(dated, year=day.year, month=day.month, day=day.day))
    for match in re.finditer(r"\b(yesterday|today|tomorrow|tonight)\b", folded, re.IGNORECASE):
        shift = {"yesterday": -1, "tomorrow": 1}.get(match.group().lower(), 0)
        day = written + timedelta(days=shift)
        out.append(Dated(day.year, day.month, day.day, day.weekday(), match.start(), match.end(), match.group()))
    return out


def parse_iso(text: str) -> date | None:
    """The day that ISO 8601 text names, or None where it names no whole day, or one so far off that it means none."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if date.min + A_YEAR < day < date.max - A_YEAR else None
