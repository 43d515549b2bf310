"""A readable title and a date out of a file's name."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from index.formats.dates import dates_in, iso_date

_DATE = re.compile(r"^\d{4}[-_.]?\d\d[-_.]?\d\d(?!\d)[-_. ]*")


def title_from_name(path: str) -> str:
    """The file's name without folder and ending, its separators as spaces: "2031-q1-update.txt" -> "2031 q1 update"."""
    stem = PurePosixPath(path).stem
    words = " ".join(re.sub(r"[-_.+\s]+", " ", _DATE.sub("", stem) or stem).split())
    return words[:1].upper() + words[1:] if words else stem or path


def is_readable(title: str) -> bool:
    """Whether a title made of a file's name holds a word, and not only numbers and codes."""
    return any(re.fullmatch(r"[^\W\d_]{3,}", word) for word in title.split())


def date_from_name(path: str) -> str:
    """The date in a file's name ("2037-03-15-summit.txt", "minutes_2031-02.md") in ISO 8601, else ""."""
    stem = PurePosixPath(path).stem
    for match in re.finditer(r"(?<!\d)(1\d{3}|20\d\d)([-_.]?)(\d\d)\2(\d\d)(?!\d)", stem):
        if iso := iso_date(f"{match[1]}-{match[3]}-{match[4]}"):
            return iso
    words = dates_in(re.sub(r"[-_.]+", " ", stem))
    if words:
        return words[0].iso[:7]  # the number before the month may be something else: "notebook-4-oct-2026"
    month = re.search(r"(?<!\d)(20\d\d|19\d\d)[-_](0[1-9]|1[0-2])(?!\d)(?![-_]\d)", stem)
    return f"{month[1]}-{month[2]}" if month else ""


def year_from_name(path: str) -> str:
    """The last year in a file's name, else ""."""
    years = re.findall(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)", PurePosixPath(path).stem)
    return years[-1] if years else ""
