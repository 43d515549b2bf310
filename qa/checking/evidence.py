"""From sources to the few sentences that can bear a statement out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.documents import Document
from index.passages import Passage
from qa.checking.dates import parse_iso, resolve, same_date
from qa.checking.facts import Facts, facts
from qa.checking.names import Name, initials_of, same_name_word
from qa.checking.quantities import same_quantity
from qa.checking.wording import Word, is_content, plain

Similarity = Callable[[str, Sequence[str]], Sequence[float]]
"""The cosine (-1..1) of one text with each of several."""

MOST_SENTENCES = 6
FIGURE_WEIGHT, NAME_WEIGHT = 2.0, 1.5


@dataclass(frozen=True, slots=True)
class Source:
    """What may bear out a statement: the sentences of one passage, and what is known of all of them.

    `about` is the title, the headings and whoever published or wrote it; `written` an ISO date or "".
    `nearby` is further text of the same document that tells whom "he" or "the trial" means.
    """

    sentences: tuple[str, ...]
    about: str = ""
    written: str = ""
    nearby: str = ""


OPENING, BEFORE = 250, 1500  # characters of a document's head, and of the text before a passage, that explain it


def source_of(document: Document, passage: Passage) -> Source:
    """A passage as a source, with what its document says around it."""
    stated = document.metadata
    opening = document.text[:OPENING]
    about = (document.title, passage.heading, stated.publisher, stated.author, opening)
    return Source(
        sentences=tuple(passage.sentence(number) for number in range(len(passage.sentences))),
        about="\n".join(part for part in about if part),
        written=stated.date,
        nearby=document.text[max(0, passage.span.start - BEFORE) : passage.span.start],
    )


Place = tuple[int, int]
"""A source's number and a sentence's number in it."""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The sentences that bear a statement out best, in order; `share` of the statement they have, 0..1, and `cosine`.

    The share counts words of substance once, figures, dates and codes double, names one and a half times.
    """

    places: tuple[Place, ...]
    share: float
    cosine: float


def narrow(statement: str, sources: Sequence[Source], similarity: Similarity) -> Narrowed:
    """The few sentences of the sources to hold a statement against.

    One is taken for what it shares with the statement; more only for figures, names or a good part of the
    wording that those before lack.
    """
    places = [(i, j) for i, source in enumerate(sources) for j in range(len(source.sentences))]
    if not places:
        return Narrowed((), 0.0, 0.0)
    texts = [sources[i].sentences[j] for i, j in places]
    cosines = dict(zip(places, similarity(statement, texts), strict=True))
    said = facts(statement)
    weights = _elements(said)
    matched = {
        place: _matched(said, facts(text), sources[place[0]].written) for place, text in zip(places, texts, strict=True)
    }
    total = sum(weights.values()) or 1.0

    def gain(place: Place, have: frozenset[tuple[str, int]]) -> float:
        return sum(weights[element] for element in matched[place] - have) / total

    first = max(places, key=lambda place: (gain(place, frozenset()) + cosines[place], -place[0], -place[1]))
    chosen, have = [first], frozenset(matched[first])
    while len(chosen) < min(MOST_SENTENCES, len(places)):
        rest = [place for place in places if place not in chosen]
        near = {place: 0.03 * any(p[0] == place[0] and abs(p[1] - place[1]) == 1 for p in chosen) for place in rest}
        best = max(rest, key=lambda p: (gain(p, have) + 0.3 * cosines[p] + near[p], -p[0], -p[1]))
        new = matched[best] - have
        figures = any(kind not in ("word", "name") for kind, _ in new)
        related = cosines[best] >= 0.3 or any(kind in ("word", "name") for kind, _ in matched[best])
        much = gain(best, have)
        worth = (figures and related) or much >= 0.15 or (much >= 0.08 and much * total >= 1.5)
        if not worth or cosines[best] < 0.1:
            break
        chosen.append(best)
        have |= new
    share = sum(weights[element] for element in have) / total if weights else float(bool(said.numbers))
    return Narrowed(tuple(sorted(chosen)), share, max(cosines[place] for place in chosen))


def comparable(statement: str) -> bool:
    """Whether a statement has anything that sources could bear out; "No, they did not." has nothing."""
    said = facts(statement)
    return bool(said.numbers or _elements(said))


def content_words(said: Facts) -> list[tuple[int, Word]]:
    """The words of substance outside figures, dates, codes and names, with their numbers."""
    taken = [(number.start, number.end) for number in said.numbers]
    taken += [(dated.start, dated.end) for dated in said.dates]
    taken += [(name.start, name.end) for name in said.names]
    taken += [(start, end) for _, start, end in said.codes]
    return [
        (at, word)
        for at, word in enumerate(said.words)
        if is_content(word) and not any(s < word.end and word.start < e for s, e in taken)
    ]


@lru_cache(maxsize=65536)
def alike(a: str, b: str) -> bool:
    """Whether two stems are of one family: "decis", "decid"."""
    if a == b:
        return True
    longest = max(len(a), len(b))
    common = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    return common >= 4 and common >= 0.7 * longest


def name_found(name: Name, among: Facts) -> bool:
    """Whether the text holds the name: as such, as a phrase in small letters, as initials or spelt out from them."""
    if any(all(any(same_name_word(word, o) for o in other.words) for word in name.words) for other in among.names):
        return True
    phrase = " ".join(name.words)
    if f" {phrase} " in f" {' '.join(plain(word.text) for word in among.words)} ":
        return True
    if len(name.words) == 1:
        return any(initials_of(name.words[0], other.words) for other in among.names)
    return any(initials_of(plain(word.text), name.words) for word in among.words if word.text.isupper())


def _elements(said: Facts) -> dict[tuple[str, int], float]:
    out = {("word", at): 1.0 for at, _ in content_words(said)}
    out |= {("number", at): FIGURE_WEIGHT for at, number in enumerate(said.numbers) if not number.weak}
    out |= {("date", at): FIGURE_WEIGHT for at in range(len(said.dates))}
    out |= {("code", at): FIGURE_WEIGHT for at in range(len(said.codes))}
    out |= {("name", at): NAME_WEIGHT for at in range(len(said.names))}
    return out


def _matched(said: Facts, source: Facts, written: str) -> set[tuple[str, int]]:
    stems = {word.stem for word in source.words}
    out = {("word", at) for at, word in content_words(said) if any(alike(word.stem, s) for s in stems)}
    out |= {
        ("number", at)
        for at, number in enumerate(said.numbers)
        if not number.weak and any(same_quantity(number, other) for other in source.numbers)
    }
    possible = resolve(source.dates, parse_iso(written), source.folded)
    out |= {("date", at) for at, dated in enumerate(said.dates) if any(same_date(dated, other) for other in possible)}
    have = {code for code, _, _ in source.codes}
    out |= {("code", at) for at, (code, _, _) in enumerate(said.codes) if code in have}
    out |= {("name", at) for at, name in enumerate(said.names) if name_found(name, source)}
    return out
