"""The first lines of a text, before its body, and which of them are a web page's furniture."""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.formats.content import one_line
from index.formats.dates import dates_in

_CHARACTERS = 5000
_MOST = 14
_PROSE_CHARACTERS = 150
_IMPRINT_CHARACTERS = 400
_NUMBERED = re.compile(r"(?:\d{1,2}[.)]|§+ ?\d+|(?:Section|Article|Chapter|Item) \d+[.:]?)\s", re.IGNORECASE)
_LABEL = re.compile(r"[A-Z][\w /()&'-]{1,40}:\s")
_MEANT = re.compile(
    r"(?:by|from|authors?|written|prepared|compiled|published|issued|received|posted|page|adopted|chair|present)\b",
    re.IGNORECASE,
)
_FURNITURE = re.compile(
    r"cookies?\b|^skip to\b|^follow us\b|^language\s*:|^loading\b|^advert(?:isement|orial)\b|^subscribe\b"
    r"|^sign (?:in|up)\b|^log ?in\b|^share\b|^listen\b|^print\b|^menu\b|^search\b|^your free articles\b|accept all\b"
    r"|^read more\b|^back to\b|^\[[^\]]+\]( \[[^\]]+\])*$|^(?:\d+ )?min(?:utes?)? read$"
    r"|^(?:photo|image|picture|video)\s*[:|]|/\s?[A-Z][A-Za-z]{2,12}$",  # a picture's credit: "/CFP"
    re.IGNORECASE,
)
_PICTURE_NAME = re.compile(r"(?=\S*[\d_-])\S*[_-]\S*[_-]\S*$")
_HOME = frozenset({"home", "start", "news", "menu", "search", "subscribe", "log in", "log out", "support", "contact"})


@dataclass(frozen=True, slots=True)
class Head:
    """The lines that head a text, furniture taken out, and the line after them.

    `site` is the name that begins a menu or a trail of pages ("Home > News > Weather"), `trail` what a trail ends in.
    """

    lines: tuple[str, ...]
    body: str = ""
    site: str = ""
    trail: str = ""


def head_of(text: str) -> Head:
    """The first lines of `text`, up to its body."""
    lines: list[str] = []
    body = site = trail = ""
    for raw in text[:_CHARACTERS].split("\n"):
        line = one_line(raw).lstrip("#>-*• ")
        parts = [part.strip() for part in re.split(r" [|>] |   *", raw.strip())]
        if not line or _FURNITURE.search(line) or _PICTURE_NAME.match(line):
            continue
        if _is_menu(raw, parts):
            if not lines and not site and _is_site(parts[0], raw):
                site = parts[0]
            trail = parts[-1] if " > " in raw else trail
            continue
        body = line
        if _is_body(line, raw, lines) or len(lines) == _MOST:
            break
        lines.append(line)
    return Head(tuple(lines), body, site, trail)


def _is_body(line: str, raw: str, lines: list[str]) -> bool:
    """Whether a line, the first after `lines`, begins the body of a text: prose, a numbered item, a heading."""
    if raw.startswith("#"):
        return len(lines) > 1
    if _NUMBERED.match(line):
        return bool(lines)
    most = _IMPRINT_CHARACTERS if _LABEL.match(line) or _MEANT.match(line) or dates_in(line) else _PROSE_CHARACTERS
    return len(line) > most


def _is_site(name: str, raw: str) -> bool:
    return name.lower() not in _HOME and len(name) <= 50 and (" > " not in raw or name.isupper())


def _is_menu(line: str, parts: list[str]) -> bool:
    """Whether a line is a row of links: many short parts between bars, or a trail of pages."""
    short = all(len(part) <= 40 for part in parts[:-1])
    if " > " in line:
        return short and (len(parts) > 2 or not re.search(r"\d", line))
    if re.search(r"\S   *\S", line.strip()) and len(parts) > 3:
        return short and not re.search(r"\d", line)
    return " | " in line and short and (len(parts) > 3 or any(part.lower() in _HOME for part in parts))
