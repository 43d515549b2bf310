"""The numbers and bullets that Word shows before paragraphs and does not store in their text."""

from __future__ import annotations

import re

from docx.document import Document as Docx
from docx.oxml.ns import qn
from lxml import etree

_LEVELS = 9
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
          (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip


class Numbering:
    """Counts a document's numbered paragraphs, to be asked for each of them in order."""

    def __init__(self, document: Docx) -> None:
        self._levels: dict[str, dict[int, etree._Element]] = {}
        self._list_of: dict[str, str] = {}
        self._counts: dict[str, list[int]] = {}
        root = _numbering_root(document)
        if root is None:
            return
        shapes = {shape.get(qn("w:abstractNumId")): shape for shape in root.iterchildren(qn("w:abstractNum"))}
        for num in root.iterchildren(qn("w:num")):
            identity = num.get(qn("w:numId"), "")
            target = num.find(qn("w:abstractNumId"))
            shape = shapes.get(target.get(qn("w:val"))) if target is not None else None
            if shape is None:
                continue
            levels = shape.iterchildren(qn("w:lvl"))
            self._levels[identity] = {int(level.get(qn("w:ilvl"), "0")): level for level in levels}
            restarts = num.find(f"{qn('w:lvlOverride')}/{qn('w:startOverride')}") is not None
            self._list_of[identity] = identity if restarts else f"shape {shape.get(qn('w:abstractNumId'))}"

    def mark(self, identity: str, level: int) -> str:
        """What stands before the next paragraph of the list `identity` at `level` (0 is the outermost): "2.1. "."""
        levels = self._levels.get(identity)
        if not levels or not 0 <= level < _LEVELS:
            return ""
        counts = self._counts.setdefault(self._list_of[identity], [0] * _LEVELS)
        counts[level] = (counts[level] or _value(levels.get(level), "w:start", 1) - 1) + 1
        counts[level + 1 :] = [0] * (_LEVELS - level - 1)
        pattern = _setting(levels.get(level), "w:lvlText", "%1.")
        if _setting(levels.get(level), "w:numFmt", "decimal") in {"bullet", "none"} or "%" not in pattern:
            return "- "
        return re.sub(r"%([1-9])", lambda match: _number(levels, counts, int(match[1]) - 1), pattern) + " "


def _numbering_root(document: Docx) -> etree._Element | None:
    for relation in document.part.rels.values():
        if relation.reltype.endswith("/numbering") and not relation.is_external:
            part = relation.target_part
            return getattr(part, "element", None)
    return None


def _number(levels: dict[int, etree._Element], counts: list[int], level: int) -> str:
    count = counts[level] or 1
    form = _setting(levels.get(level), "w:numFmt", "decimal")
    text = str(count)
    if form.endswith("Letter"):
        text = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 + 1)
    elif form.endswith("Roman"):
        text = _roman(count)
    return text.upper() if form.startswith("upper") else text


def _roman(count: int) -> str:
    text = ""
    for value, letters in _ROMAN:
        text += letters * (count // value)
        count %= value
    return text


def _setting(level: etree._Element | None, name: str, otherwise: str) -> str:
    found = level.find(qn(name)) if level is not None else None
    return found.get(qn("w:val"), otherwise) if found is not None else otherwise


def _value(level: etree._Element | None, name: str, otherwise: int) -> int:
    text = _setting(level, name, str(otherwise))
    return int(text) if text.isdecimal() else otherwise
