"""What a sentence states that can be compared: words, numbers, dates, names, speakers, denials."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from qa.checking.dates import Dated, dates
from qa.checking.names import Name, expand_aliases, names, speakers
from qa.checking.polarity import denials, denied
from qa.checking.quantities import Quantity, codes, quantities
from qa.checking.wording import Word, fold, plain, words

_QUOTED = re.compile(r'"([^"]*)"')
QUOTE_WORDS = 3  # from which a quoted run is somebody's words, not a term


@dataclass(frozen=True, slots=True)
class Facts:
    """A text and what was found in it; all places are characters of `folded`, or numbers of `words`."""

    folded: str
    words: tuple[Word, ...]
    numbers: tuple[Quantity, ...]
    dates: tuple[Dated, ...]
    codes: tuple[tuple[str, int, int], ...]
    names: tuple[Name, ...]
    speakers: tuple[Name, ...]
    denials: int
    denied: frozenset[int]
    reach: frozenset[int]
    quotes: tuple[str, ...]
    plain: frozenset[str]


@lru_cache(maxsize=4096)
def facts(text: str) -> Facts:
    """Everything below of one sentence or passage."""
    folded = expand_aliases(fold(text))
    tokens = words(folded)
    found_dates = dates(folded)
    found_codes = codes(folded)
    taken = [(d.start, d.end) for d in found_dates] + [m.span() for m in found_codes]
    numbers = quantities(folded, taken)
    taken += [(n.start, n.end) for n in numbers]
    found_names = names(folded, tokens, taken)
    heads, reach = denied(folded, tokens)
    return Facts(
        folded,
        tuple(tokens),
        tuple(numbers),
        tuple(found_dates),
        tuple((code_key(m.group()), *m.span()) for m in found_codes),
        tuple(found_names),
        tuple(speakers(folded, tokens, found_names)),
        len(denials(folded, tokens)),
        heads,
        reach,
        tuple(m.group(1) for m in _QUOTED.finditer(folded) if len(m.group(1).split()) >= QUOTE_WORDS),
        frozenset(plain(word.text) for word in tokens),
    )


def code_key(text: str) -> str:
    """A code as it is compared: "SN 41" and "SN-41" are one."""
    return re.sub(r"[^a-z0-9.]", "", text.lower())
