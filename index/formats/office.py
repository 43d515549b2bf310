"""What Office files state about themselves."""

from __future__ import annotations

from typing import Any

from index.documents import Metadata
from index.formats.content import one_line, tidy
from index.formats.dates import iso_date

# Who is named in files that a program made out of python-docx's, python-pptx's or openpyxl's template.
_TEMPLATE_AUTHORS = frozenset({"python-docx", "Steve Canny", "openpyxl"})
_NO_TITLES = frozenset({"powerpoint presentation", "powerpoint-präsentation", "présentation powerpoint", "untitled"})


def stated_title(properties: Any) -> str:
    """The title among the core properties, "" where it is only what the program put there."""
    title = one_line(properties.title or "")
    return "" if title.lower() in _NO_TITLES else title


def stated_metadata(properties: Any, author: str) -> Metadata:
    """Author, date of the last change and language among the core properties; `author` is the author's property.

    A template's author and date say nothing about the file and are left out.
    """
    if author in _TEMPLATE_AUTHORS:
        return Metadata(language=properties.language or "")
    date = iso_date(properties.modified or properties.created or "")
    return tidy(Metadata(author=author or "", date=date, language=properties.language or ""))
