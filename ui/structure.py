"""The blocks a document's text is made of: headings, paragraphs, lists, tables. Offsets only; nothing is changed.

Markdown is read by its lines as CommonMark has them, without what a reader of quotes does not need (reference
links, HTML). Other formats bring their headings with them and write a table's row as "Item: Spade; Price: 12".
Every character of the text belongs to exactly one block, so that what is shown can be checked against the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["blank", "heading", "paragraph", "list", "quote", "code", "table", "records", "rule"]
Range = tuple[int, int]

_FENCE: Final = re.compile(r" {0,3}(`{3,}|~{3,})")
_ATX: Final = re.compile(r" {0,3}(#{1,6})(?=[ \t]|$)")
_UNDERLINE: Final = re.compile(r" {0,3}(?:=+|-+)[ \t]*$")
_RULE: Final = re.compile(r" {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$")
_ITEM: Final = re.compile(r"[ \t]*(?:[-*+•]|\d{1,9}[.)])[ \t]+(?=\S)")
_QUOTE: Final = re.compile(r" {0,3}> ?")
_DIVIDER: Final = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_FIELD: Final = re.compile(r"(?:^|; )([^;:\n]{1,80}): (?=\S)")
_LAID_OUT: Final = re.compile(r"\S[ \t]{3,}\S|\t")
# Lines at least this long were broken by an editor's margin, not by the writer: they may flow again.
_MARGIN: Final = 48
_MOST_COLUMNS: Final = 14


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines of a text: each is `(start, end)` with its line end. `level` is a heading's depth."""

    kind: Kind
    lines: tuple[Range, ...]
    level: int = 0

    @property
    def start(self) -> int:
        """Where the block begins in the text."""
        return self.lines[0][0]

    @property
    def end(self) -> int:
        """Where the next block begins."""
        return self.lines[-1][1]


def blocks(text: str, within: Range, headings: Mapping[int, int], markdown: bool, rows: bool) -> Iterator[Block]:
    """The blocks of `text` in `within`, in order, without gaps.

    `headings` maps where a heading's line begins to its depth; `rows` says that the format writes tables as lines
    of named values. `within` begins at the start of a line.
    """
    lines = list(_lines(text, within))
    at = 0
    while at < len(lines):
        block = _block(text, lines, at, headings, markdown, rows)
        yield block
        at += len(block.lines)


def item_mark(text: str, line: Range) -> int:
    """Where the words of a list's line begin, or the line's start where it continues the item above."""
    match = _ITEM.match(text, *line)
    return match.end() if match else line[0]


def quote_mark(text: str, line: Range) -> int:
    """Where the words of a quoted line begin."""
    match = _QUOTE.match(text, *line)
    return match.end() if match else line[0]


def is_divider(text: str, line: Range) -> bool:
    """Whether a table's line only divides its head from its rows."""
    return "-" in text[slice(*line)] and bool(_DIVIDER.match(text[slice(*line)].rstrip("\n")))


def fields(text: str, line: Range) -> list[tuple[str, int, int]]:
    """The named values of a row: `(name, start, end)` of each value; the first may be nameless."""
    end = line[1] - 1 if text[line[0] : line[1]].endswith("\n") else line[1]
    marks = list(_FIELD.finditer(text[line[0] : end]))
    found = [(mark[1], line[0] + mark.end()) for mark in marks]
    if not marks or marks[0].start() > 0:
        found.insert(0, ("", line[0]))
        cuts = [line[0] + mark.start() for mark in marks]
    else:
        cuts = [line[0] + mark.start() for mark in marks[1:]]
    return [(name, start, stop) for (name, start), stop in zip(found, [*cuts, end], strict=True)]


def flows(text: str, block: Block) -> bool:
    """Whether a paragraph's line breaks are an editor's margin, to be shown as spaces."""
    return all(end - start > _MARGIN for start, end in block.lines[:-1])


def _block(
    text: str, lines: Sequence[Range], at: int, headings: Mapping[int, int], markdown: bool, rows: bool
) -> Block:
    line = _words(text, lines[at])

    def block(kind: Kind, fits: Callable[[str], bool], apart: Container[int] = ()) -> Block:
        """This line and those below it that fit, up to one that begins where a block of `apart` does."""
        end = at + 1
        while end < len(lines) and lines[end][0] not in apart and fits(_words(text, lines[end])):
            end += 1
        return Block(kind, tuple(lines[at:end]))

    if not line.strip():
        return block("blank", lambda other: not other.strip())
    if lines[at][0] in headings:
        return _heading(text, lines[at : at + 3], headings[lines[at][0]], markdown)
    if markdown and (fence := _FENCE.match(line)):
        return Block("code", tuple(_fenced(text, lines, at, fence[1])))
    if markdown and (atx := _ATX.match(line)):
        return Block("heading", (lines[at],), len(atx[1]))
    if markdown and _RULE.match(line):
        return Block("rule", (lines[at],))
    if markdown and _QUOTE.match(line):
        return block("quote", lambda other: bool(_QUOTE.match(other)))
    below = lines[at + 1] if at + 1 < len(lines) else (0, 0)
    if markdown and "|" in line and "|" in _words(text, below) and is_divider(text, below):
        return block("table", lambda other: "|" in other)
    if _ITEM.match(line):
        return block("list", _in_list, headings)
    if rows and (table := _records(text, lines, at, headings)):
        return Block("records", tuple(table))
    if not markdown and _LAID_OUT.search(line):
        return block("code", lambda other: bool(_LAID_OUT.search(other)), headings)
    return block("paragraph", lambda other: _goes_on(other, markdown), headings)


def _lines(text: str, within: Range) -> Iterator[Range]:
    at, stop = within
    while at < stop:
        found = text.find("\n", at, stop)
        end = stop if found < 0 else found + 1
        yield at, end
        at = end


def _words(text: str, line: Range) -> str:
    # Marks stand at the front of a line: the rest of a line of a million characters need not be looked at.
    return text[line[0] : min(line[1], line[0] + 4000)].rstrip("\n")


def _heading(text: str, rest: Sequence[Range], level: int, markdown: bool) -> Block:
    if markdown and not _ATX.match(_words(text, rest[0])):
        for count in (2, 3):
            if len(rest) >= count and _UNDERLINE.match(_words(text, rest[count - 1])):
                return Block("heading", tuple(rest[:count]), level)
    return Block("heading", (rest[0],), level)


def _fenced(text: str, lines: Sequence[Range], at: int, fence: str) -> Iterator[Range]:
    yield lines[at]
    for line in (lines[i] for i in range(at + 1, len(lines))):
        yield line
        if _words(text, line).strip().startswith(fence):
            return


def _in_list(line: str) -> bool:
    return bool(line.strip()) and (bool(_ITEM.match(line)) or line[0] in " \t")


def _goes_on(line: str, markdown: bool) -> bool:
    """Whether a line continues the paragraph above it."""
    if not line.strip() or _ITEM.match(line):
        return False
    return not markdown or not (_FENCE.match(line) or _ATX.match(line) or _QUOTE.match(line) or _RULE.match(line))


def _records(text: str, lines: Sequence[Range], at: int, headings: Mapping[int, int]) -> list[Range]:
    """Two or more lines of named values that fit the same columns, or nothing."""
    columns: list[str] = []
    table: list[Range] = []
    for line in (lines[i] for i in range(at, len(lines))):
        if line[0] in headings or line[1] - line[0] > 4000:
            break
        names = [name for name, _, _ in fields(text, line)]
        if sum(bool(name) for name in names) < 2 or len(set(names)) < len(names):
            break
        merged = merge_columns(columns, names)
        if merged is None or (columns and not set(names) & set(columns)):
            break
        columns = merged
        table.append(line)
    return table if len(table) > 1 else []


def merge_columns(columns: Sequence[str], names: Sequence[str]) -> list[str] | None:
    """`columns` with the new names of a row in their places, or `None` where the order differs or they are too many."""
    merged = list(columns)
    at = 0
    for name in names:
        if name in merged:
            found = merged.index(name)
            if found < at:
                return None
            at = found + 1
        else:
            merged.insert(at, name)
            at += 1
    return merged if len(merged) <= _MOST_COLUMNS else None
