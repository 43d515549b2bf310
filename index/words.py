"""Words: of a text, for the vocabulary; of a question, as a full-text query (pure)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_WORD = re.compile(r"[^\W_]+")


def words_of(text: str) -> list[str]:
    """A text's words in order, as the vocabulary spells them: case and accents folded, endings kept."""
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return _WORD.findall(text.casefold())


def match_any(words: Iterable[str]) -> str:
    """An FTS5 expression that any one of some words satisfies; "" for none. Each is quoted, so none is syntax."""
    return " OR ".join(f'"{word}"' for word in dict.fromkeys(words))
