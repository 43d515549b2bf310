"""The lines of a PDF's pages, as the file has them."""

from __future__ import annotations

from dataclasses import dataclass

HYPHENS = "-\u00ad\u2010\u2011\ufffe"


@dataclass(frozen=True, slots=True)
class Cell:
    """A part of a line with wide gaps around it, and its edges in points from the page's left edge."""

    text: str
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page: its text, its edges in points from the page's lower left corner, its letters' height.

    A hyphen at the line's end that may only part a word is "\\u00ad". `cells` are its parts with wide gaps between.
    """

    page: int
    text: str
    left: float
    right: float
    top: float
    bottom: float
    size: float
    cells: tuple[Cell, ...] = ()
