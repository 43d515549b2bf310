"""A readable title and a date out of a file's name."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from index.formats.dates import dates_in

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
    full = [found.iso for found in dates_in(re.sub(r"(?<=\d)[_.](?=\d)", "-", stem).replace("_", " "))]
    if full:
        return full[0]
    spaced = dates_in(re.sub(r"[-_.]+", " ", stem))
    if spaced:
        return spaced[0].iso
    month = re.search(r"(?<!\d)(20\d\d|19\d\d)[-_](0[1-9]|1[0-2])(?!\d)(?![-_]\d)", stem)
    return f"{month[1]}-{month[2]}" if month else ""
