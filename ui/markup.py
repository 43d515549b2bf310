"""Safe pieces of HTML: everything that comes from outside is escaped, and shown where it would hide.

Every function that returns `Markup` has escaped what it was given; templates are filled with `Markup.format`,
which escapes whatever is not `Markup` already.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from markupsafe import Markup, escape

# Characters that steer the direction of what follows: in a name they can make "exe.txt" of "txt.exe".
_STEERING: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_SURROGATE = re.compile("[\ud800-\udfff]")


def shown(text: str) -> Markup:
    """Text of a document or a person, escaped; a lone surrogate, which no page can carry, becomes U+FFFD."""
    return escape(_SURROGATE.sub("\ufffd", text))


def name(text: str) -> Markup:
    """A file's name or a title, on one line, in its own direction, its control characters visible as U+FFFD."""
    plain = "".join("\ufffd" if _hides(character) else character for character in " ".join(text.split()))
    return Markup("<bdi>{}</bdi>").format(shown(plain))


def joined(parts: Iterable[Markup], between: str = "") -> Markup:
    """Pieces of HTML, one after the other."""
    return Markup(between).join(parts)


def _hides(character: str) -> bool:
    return character in _STEERING or unicodedata.category(character) in ("Cc", "Cs")
