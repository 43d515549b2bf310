"""Which of the dates that a text's first lines name is the date of the text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.formats.dates import Found, dates_in, years_in
from index.formats.naming import date_from_name, year_from_name

_NEAR = 45  # characters before a date in which a word says what it is the date of
_CUE = re.compile(
    r"\b(?:"
    r"(?P<other>bought|born|died|received|heard|search date|corrects?|replac(?:es|ed|ing)|supersed\w+|between|"
    r"instead of|accepted|registered|deadline|due|on|reopens?|opened|closed|of the year|checked)"
    r"|(?P<changed>updated|last edit(?:ed)?|edited|revised|last changed|amended)"
    r"|(?P<issued>published|posted|issued|dated?|written|adopted(?: by [\w ]+)? on|adopted|approved|agreed|version of"
    r"|edition|decided|prepared|exported|recorded|released?|minutes of|notes? of|meeting of|sitting of"
    r"|correction|erratum|memo|statement)"
    r"|(?P<holds>in force|valid|effective|applies|applicable|starting|from|since|until|till|by|before|opening|opens)"
    r")\b(?=[^.;|]*$)",
    re.IGNORECASE,
)
_RANKS = {"changed": 4, "issued": 3, "holds": 1, "other": 0}
_ALONE = 2
_VERB = re.compile(r"\b(?:is|are|was|were|has|have|had|will|would|did|does)\b")


def date_of(lines: Sequence[str], title: str, path: str) -> str:
    """The date that the lines give their text, else the one in its file's name, in ISO 8601; else ""."""
    ranked: list[tuple[int, int, int, str]] = []
    for number, line in enumerate(lines):
        for found in dates_in(line):
            if rank := _rank(line, found, line == title):
                ranked.append((-rank, number, found.start, found.iso))
    named = date_from_name(path)
    if ranked:
        best = min(ranked)[3]
        return named if named.startswith(best) else best
    return named or _year(lines, path)


def _rank(line: str, found: Found, is_title: bool) -> int:
    """4: the day a text was last changed; 3: issued; 2: a date by itself; 1: from when it holds; 0: none of these."""
    before, after = line[max(0, found.start - _NEAR) : found.start], line[found.end : found.end + 2]
    cues = list(_CUE.finditer(before))
    if cues:
        rank = _RANKS[cues[-1].lastgroup or "other"]
        return rank if rank > 1 or not _is_prose(line) else 0
    if is_title:  # the day of what it is about
        return 0
    by_itself = (
        len(line) <= 120 or found.end <= 40 or bool(re.search(r"[·|,;.(] $", before) and not after[:1].isalnum())
    )
    return _ALONE if by_itself and not _is_prose(line) else 0


def _is_prose(line: str) -> bool:
    return len(line) > 60 and bool(_VERB.search(line))


def _year(lines: Sequence[str], path: str) -> str:
    """A year that both the file's name and a line under the title, or the number of an edition, name."""
    year = year_from_name(path)
    imprint = [*lines[1:], *(line for line in lines[:1] if "edition" in line.lower())]
    return year if any(found.iso == year for line in imprint for found in years_in(line)) else ""
