"""Dates as people write them, in a few European languages, to ISO 8601."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar janvier enero gennaio janeiro januari",
            "february feb februar février febrero febbraio fevereiro februari",
            "march mar märz mars marzo março maart",
            "april apr avril abril aprile",
            "may mai mayo maggio maio mei",
            "june jun juni juin junio giugno junho",
            "july jul juli juillet julio luglio julho",
            "august aug août agosto augustus",
            "september sep sept septembre septiembre settembre setembro",
            "october oct oktober octobre octubre ottobre outubro",
            "november nov novembre noviembre novembro",
            "december dec dezember décembre diciembre dicembre dezembro",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH = "(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|º|\.)?"
_YEAR = r"(?P<year>1[0-9]\d\d|20\d\d)"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"(?<![\w./-]){_YEAR}[-_./](?P<number>0[1-9]|1[0-2])[-_./](?P<day>[0-3]\d)(?![\w])",
        rf"(?<![\w./-]){_YEAR}-(?P<number>0[1-9]|1[0-2])-(?P<day>[0-3]\d)(?=T\d\d:)",
        rf"(?<!\w){_DAY}\s+(?:de\s+|of\s+)?{_MONTH},?\s+(?:de\s+|del\s+)?{_YEAR}(?!\w)",
        rf"(?<!\w){_MONTH}\s+{_DAY},?\s+{_YEAR}(?!\w)",
        rf"(?<!\w){_MONTH},?\s+(?:de\s+)?{_YEAR}(?![\w])",
    )
)
_NAMED_YEAR = re.compile(r"(?<![\w.,-])(?P<year>1[4-9]\d\d|20\d\d)(?![\w-]|[.,]\d)")


@dataclass(frozen=True, slots=True)
class Found:
    """A date in a text: ISO 8601 to the precision stated, and where it stands."""

    iso: str
    start: int
    end: int


def dates_in(text: str) -> list[Found]:
    """Every date of the text with at least a month, in order; of overlapping readings the fuller one."""
    found: list[Found] = []
    for form in _FORMS:
        for match in form.finditer(text):
            iso = _iso(match.groupdict())
            if iso and not any(other.start < match.end() and match.start() < other.end for other in found):
                found.append(Found(iso, match.start(), match.end()))
    return sorted(found, key=lambda one: one.start)


def years_in(text: str) -> Iterator[Found]:
    """Every bare year of the text, in order."""
    for match in _NAMED_YEAR.finditer(text):
        yield Found(match["year"], match.start(), match.end())


def iso_date(value: object) -> str:
    """A date as metadata states it (a date, a datetime, a PDF date, text) in ISO 8601; "" if it is none."""
    if isinstance(value, date):
        return value.isoformat()[:10]
    text = str(value).strip()
    if pdf := re.match(r"D:(\d{4})(\d\d)?(\d\d)?", text):
        return _iso({"year": pdf[1], "number": pdf[2], "day": pdf[3]})
    if plain := re.match(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?(?:[T ].*)?$", text):
        return _iso({"year": plain[1], "number": plain[2], "day": plain[3]})
    found = dates_in(text)
    return found[0].iso if found else ""


def _iso(parts: dict[str, str | None]) -> str:
    year, day = int(parts["year"] or 0), int(parts.get("day") or 0)
    month = _MONTHS[name.lower()] if (name := parts.get("month")) else int(parts.get("number") or 0)
    try:
        date(year, month or 1, day or 1)
    except ValueError:
        return ""
    return "-".join([f"{year:04}", *([f"{month:02}"] if month else []), *([f"{day:02}"] if month and day else [])])
