"""What a text says about itself in its first lines: title, author, publisher, date."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.documents import Metadata
from index.formats.bylines import author_of, is_body, is_organisation, publisher_of, without_citation
from index.formats.content import one_line
from index.formats.dates import dates_in
from index.formats.dating import date_of
from index.formats.head_lines import Head, head_of
from index.formats.naming import is_readable, title_from_name

_TITLE_CHARACTERS = 150
_NAMED_TITLE = re.compile(r"(?:public title|title|subject|re|betreff)\s*:\s*(\S.*)$", re.IGNORECASE)
_NOT_A_TITLE = re.compile(
    r"(?i:by|from:?|to|date|dear|page|posted|published|last|author|updated|issued|edited|maintained|written|note by|"
    r"for immediate|press release|news release|embargo\w*|status|copy|present|chair|text|period|version|transcribed)\b"
    r"|.*\b(?i:since (?:1[5-9]|20)\d\d|last updated|last edit)\b"
)
_CLAIM = re.compile(r"(?i:press|news|media)(?i: release)\b|(?i:for immediate)\b")


@dataclass(frozen=True, slots=True)
class Opening:
    """What the first lines state; the title is never blank."""

    title: str
    metadata: Metadata


def stated_in(text: str, path: str, title: str = "") -> Opening:
    """Reads the first lines of `text`; `title` is given where the format states it.

    Careful rather than complete: what stands in no usual place is left out, since a wrong name or date is worse
    than none.
    """
    head = head_of(text)
    title = one_line(title) or _title(head, path) or _from_name(path, head)
    site = head.site or _masthead(head.lines, title)
    return Opening(
        title,
        Metadata(
            author=author_of(head.lines, title),
            publisher=publisher_of(head.lines, title, site),
            date=date_of(head.lines, title, path),
        ),
    )


def _title(head: Head, path: str) -> str:
    """The title among the first lines: the one named so, else the first that is neither masthead nor imprint."""
    for line in head.lines:
        if match := _NAMED_TITLE.match(line):
            return match[1]
    lines = head.lines[:7]
    candidates = [line for line in lines if _may_be_title(line)]
    if not candidates or (head.trail and lines.index(candidates[0]) > 0):
        return head.trail
    if len(candidates) > 1:
        first = candidates[0]
        after = [line for line in candidates[1:] if not _is_section(line)] or candidates[1:]
        if _is_masthead(first) or _is_section(first):
            candidates = after
        return _closest(candidates, path)
    if is_organisation(without_citation(candidates[0])):  # a masthead with nothing but imprint under it
        below = lines[lines.index(candidates[0]) + 1 :]
        return f"{candidates[0]}: {below[0]}" if below else candidates[0]
    return candidates[0]


def _closest(candidates: Sequence[str], path: str) -> str:
    """The first of the candidates, unless another shares at least two more words with the file's name."""
    named = set(re.findall(r"[^\W\d_]{3,}", title_from_name(path).lower()))
    shared = [len(named & set(re.findall(r"[^\W\d_]{3,}", line.lower()))) for line in candidates]
    best = shared.index(max(shared))
    return candidates[best] if shared[best] >= shared[0] + 2 else candidates[0]


def _may_be_title(line: str) -> bool:
    if len(line) > _TITLE_CHARACTERS or line.endswith((".", ",", ";", ":")) or not any(map(str.isalpha, line)):
        return False
    if line.isupper():
        return not _CLAIM.match(line)
    imprint = is_body(line.partition(", ")[0]) and ", " in line
    dated = bool(dates_in(line)) and bool(re.search(r"\d{4}\W*$|\d:\d\d", line))
    return not imprint and not dated and not _NOT_A_TITLE.match(line)


def _is_section(line: str) -> bool:
    """Whether a line only names a part of a paper: "OPINION", "Foreign Policy"."""
    words = line.split()
    return len(words) <= 2 and (line.isupper() or (line.istitle() and len(words) == 2)) and not re.search(r"\d", line)


def _is_masthead(line: str) -> bool:
    name = without_citation(line.split(" | ")[0])
    capitals = name.isupper() and len(name.split()) <= 6 and len(name) <= 50 and not re.search(r"[\d!?:]", name)
    return (is_organisation(name) or capitals) and not _CLAIM.match(name)


def _masthead(lines: Sequence[str], title: str) -> str:
    """The name of the paper or body that the first line is made of, when the title is another line."""
    if not lines or lines[0] == title or not _is_masthead(lines[0]):
        return ""
    name = without_citation(lines[0].split(" | ")[0])
    return name if is_organisation(name) or len(name.split()) > 1 else ""


def _from_name(path: str, head: Head) -> str:
    """A title made of the file's name, or of the text's first words where the name is only numbers and codes."""
    name = title_from_name(path)
    first = head.lines[0] if head.lines else head.body
    if is_readable(name) or not first:
        return name
    return first if len(first) <= 80 else first[:80].rsplit(" ", 1)[0] + " …"
