"""Word's equations on one line, as one would type them: a quotient without its stroke would be another number."""

from __future__ import annotations

import re

from docx.oxml.ns import qn
from lxml import etree

_MATH = qn("m:t").removesuffix("t")
_QUOTIENT = qn("m:f")
_DELETED = frozenset({qn("w:del"), qn("w:moveFrom")})
_ONE_THING = re.compile(r"\d[\d.,]*|[^\W\d_]*|\([^()]*\)")


def typed(equation: etree._Element) -> str:
    """An equation, or what stands inside a part of one: "E=mc^2", "(a+b)/2", "∑_(i=1)^n i"."""
    text, before = "", ""
    for child in equation:
        shown = _shown(child)
        # 2½ is no 21/2, and 10²5 no 10^25
        if (child.tag == _QUOTIENT or before not in {"", qn("m:r")}) and text[-1:].isalnum() and shown[:1].isalnum():
            text += " "
        text += shown
        before = child.tag if shown else before
    return text


def _shown(node: etree._Element) -> str:
    if not isinstance(node.tag, str) or node.tag in _DELETED or node.tag.endswith("Pr"):
        return ""
    if node.tag in {qn("m:t"), qn("w:t")}:
        return node.text or ""
    if node.tag == qn("w:br"):
        return "\n"
    if node.tag == _QUOTIENT:
        return f"{_grouped(_part(node, 'num'))}/{_grouped(_part(node, 'den'))}"
    name, base, lower, upper = node.tag.removeprefix(_MATH), _part(node, "e"), _part(node, "sub"), _part(node, "sup")
    if name in {"sSub", "sSup", "sSubSup"}:
        return _grouped(base) + _scripts(lower, upper)
    if name == "sPre":
        return _scripts(lower, upper) + base
    if name == "nary":
        return f"{_character(node, 'chr', '∫')}{_scripts(lower, upper)} {base}"
    if name in {"limLow", "limUpp"}:
        limit = _part(node, "lim")
        return base + (_scripts(limit, "") if name == "limLow" else _scripts("", limit))
    if name == "rad":
        degree = _part(node, "deg")
        return f"√({degree}&{base})" if degree else f"√{_grouped(base)}"
    if name == "d":
        between = _character(node, "sepChr", "|").join(typed(one) for one in node.iterchildren(qn("m:e")))
        return _character(node, "begChr", "(") + between + _character(node, "endChr", ")")
    if name == "func":
        return f"{_part(node, 'fName')} {base}"
    if name == "acc":
        return base + _character(node, "chr", "\u0302")
    if name in {"m", "eqArr"}:
        return "; ".join(filter(None, map(_shown, node)))
    if name == "mr":
        return ", ".join(map(_shown, node))
    return typed(node)


def _part(node: etree._Element, name: str) -> str:
    part = node.find(_MATH + name)
    return typed(part) if part is not None else ""


def _character(node: etree._Element, name: str, default: str) -> str:
    """A sign named among the properties of a part; the standard's default where it names none."""
    sign = node.find(f"{_MATH}{node.tag.removeprefix(_MATH)}Pr/{_MATH}{name}")
    return sign.get(qn("m:val"), "") if sign is not None else default


def _scripts(lower: str, upper: str) -> str:
    return (f"_{_grouped(lower)}" if lower else "") + (f"^{_grouped(upper)}" if upper else "")


def _grouped(text: str) -> str:
    return text if _ONE_THING.fullmatch(text) else f"({text})"
