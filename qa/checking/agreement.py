"""What may not differ between a sentence and its source: figures, dates, codes, quotes, names, denials, speakers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from qa.checking.attribution import capitals, wrong_speaker
from qa.checking.binding import Slot, conflicting, likeness, slot
from qa.checking.dates import Dated, parse_iso, resolve, same_date
from qa.checking.evidence import Place, Source, name_found
from qa.checking.facts import Facts, facts
from qa.checking.names import Name, same_name_word
from qa.checking.polarity import OPPOSITES
from qa.checking.quantities import Quantity, same_quantity
from qa.checking.wording import is_content, plain

_QUOTED = re.compile(r'"([^"]*)"')
_DENIED = "the sentence denies what the source says"
_NOT_DENIED = "the source denies what the sentence says"


@dataclass(frozen=True, slots=True)
class Ground:
    """What a statement is held against: its evidence sentence by sentence, and what else is known around it."""

    sources: Sequence[Source]
    places: tuple[Place, ...]
    parts: tuple[Facts, ...]
    evidence: Facts
    about: Facts
    nearby: Facts
    question: Facts
    dates: tuple[Dated, ...]


def disagreement(said: Facts, ground: Ground) -> str:
    """The first thing in which statement and source differ, for people to read; "" where they agree."""
    looks = (_numbers, _dates, _codes, _quotes, _names, _denials, _opposites, _speakers)
    return next((problem for look in looks if (problem := look(said, ground))), "")


def different_figures(said: Facts, ground: Ground) -> str:
    """The same for what can be compared across languages: figures, dates and codes."""
    return _numbers(said, ground) or _dates(said, ground) or _codes(said, ground)


def ground_of(sources: Sequence[Source], places: tuple[Place, ...], question: str) -> Ground:
    """What is known at and around the places of the sources that a statement was narrowed to."""
    used = [sources[i] for i in dict.fromkeys(i for i, _ in places)]
    parts = tuple(facts(sources[i].sentences[j]) for i, j in places)
    about = facts("\n".join([*(source.about for source in sources), *(source.written for source in sources)]))
    nearby = facts("\n".join(text for source in used for text in (source.nearby, *source.sentences)))
    found: list[Dated] = []
    for (i, _), part in zip(places, parts, strict=True):
        found += resolve(part.dates, parse_iso(sources[i].written), part.folded)
    evidence = facts("\n".join(sources[i].sentences[j] for i, j in places))
    return Ground(sources, places, parts, evidence, about, nearby, facts(question), tuple(found))


def _against(other: Slot, mine: Slot) -> str:
    return f'the source says "{other.text}", the sentence says "{mine.text}"'


def _numbers(said: Facts, ground: Ground) -> str:
    places = [slot(part, number, number.start, number.end) for part in ground.parts for number in part.numbers]
    years = {dated.year for dated in (*ground.dates, *ground.about.dates)}
    for number in said.numbers:
        mine = slot(said, number, number.start, number.end)
        sort = [place for place in places if _same_sort(number, place.item)]
        other = conflicting(mine, sort, lambda place, n=number: same_quantity(n, place.item))  # type: ignore[misc]
        if other is not None and not (number.weak and number.kind != "ordinal"):
            return _against(other, mine)
        if number.weak or any(same_quantity(number, n) for part in (*ground.parts, ground.about) for n in part.numbers):
            continue
        if not number.kind and number.values[0] in years:
            continue
        near = max(sort, key=lambda place, m=mine: likeness(m, place), default=None)  # type: ignore[misc]
        return _against(near, mine) if near and likeness(mine, near) >= 0.3 else f'"{mine.text}" is not in the source'
    return ""


def _same_sort(number: Quantity, other: object) -> bool:
    return isinstance(other, Quantity) and number.kind == other.kind and number.weak == other.weak


def _dates(said: Facts, ground: Ground) -> str:
    places = [slot(part, dated, dated.start, dated.end) for part in ground.parts for dated in part.dates]
    for dated in said.dates:
        mine = slot(said, dated, dated.start, dated.end)
        means = [d for d in ground.dates if same_date(dated, d)]
        spots = {(d.start, d.text) for d in means}
        sort = [place for place in places if _same_grain(dated, place.item)]
        other = conflicting(mine, sort, lambda p, s=spots: (p.item.start, p.text) in s)  # type: ignore[misc]
        if other is not None:
            return _against(other, mine)
        if not means and not any(same_date(dated, known) for known in ground.about.dates):
            near = max(places, key=lambda place, m=mine: likeness(m, place), default=None)  # type: ignore[misc]
            return (
                _against(near, mine) if near and likeness(mine, near) >= 0.2 else f'"{mine.text}" is not in the source'
            )
        if dated.year and not any(d.year == dated.year for d in means) and not _year_known(dated.year, ground):
            return f"the year {dated.year} is not in the source"
    return ""


def _same_grain(dated: Dated, other: object) -> bool:
    assert isinstance(other, Dated)
    return bool(dated.month) == bool(other.month) and bool(dated.day) == bool(other.day)


def _year_known(year: int, ground: Ground) -> bool:
    parts = (ground.evidence, ground.about, ground.nearby)
    return any(d.year == year for part in parts for d in part.dates) or any(
        float(year) in number.values for part in parts for number in part.numbers
    )


def _codes(said: Facts, ground: Ground) -> str:
    places = [slot(part, code, start, end) for part in ground.parts for code, start, end in part.codes]
    known = {code for part in (ground.evidence, ground.about, ground.nearby) for code, _, _ in part.codes}
    for code, start, end in said.codes:
        mine = slot(said, code, start, end)
        other = conflicting(mine, places, lambda place, c=code: place.item == c)  # type: ignore[misc]
        if other is not None:
            return _against(other, mine)
        if code not in known:
            return f'"{mine.text}" is not in the source'
    return ""


def _quotes(said: Facts, ground: Ground) -> str:
    stood = " ".join(word.text.lower() for part in (ground.evidence, ground.nearby) for word in part.words)
    # A quotation may leave out the "she said" in the middle of the source's.
    spoken = " ".join(_QUOTED.findall(ground.evidence.folded))
    stood += " | " + " ".join(word.text.lower() for word in facts(spoken).words)
    for quote in said.quotes:
        for piece in quote.split("..."):
            if " ".join(word.text.lower() for word in facts(piece).words) not in stood:
                return f'the words "{piece.strip()[:60]}" do not stand in the source'
    return ""


def _names(said: Facts, ground: Ground) -> str:
    known = (ground.evidence, ground.about, ground.nearby)
    capital = capitals(known)
    rows = [
        [_without_its_opener(name, part, known) for name in part.names if not name.opening or name.words[0] in capital]
        for part in ground.parts
    ]
    for name in (_without_its_opener(name, said, known) for name in said.names):
        if name.opening and name.words[0] not in capital and any(name.words[0] in part.plain for part in known):
            continue  # a common word that opens the sentence
        mine = slot(said, name, name.start, name.end)
        found = name_found(name, ground.evidence)
        others = [
            slot(part, other, other.start, other.end)
            for part, row in zip(ground.parts, rows, strict=True)
            for other in row
            if not (found and _describes(other, row, name))
        ]
        claimed = any(_one(n, p.item) for n in said.names for p in others if n.end != name.end)
        least, margin = (0.6 + 0.1 * claimed, 0.3 + 0.05 * claimed) if found else (0.4, 0.2)
        other = conflicting(mine, others, lambda p, n=name: _one(n, p.item), least, margin)  # type: ignore[misc]
        if other is not None:
            return _against(other, mine)
        if not (name.opening or found) and not _pieced_together(name, known):
            return f'"{mine.text}" is not in the source'
    return ""


def _without_its_opener(name: Name, of: Facts, known: Sequence[Facts]) -> Name:
    """The name without a common word that opens its sentence: "Transfer" of "Choose Transfer", or the name itself."""
    first = next((word for word in of.words if word.start == name.start), None)
    if first is None or len(name.words) < 2 or plain(first.text) != name.words[0]:
        return name
    head = of.folded[: name.start].rstrip()
    if (head and head[-1] not in ".!?:;\n") or not any(
        word.text == first.text.lower() for part in (of, *known) for word in part.words
    ):
        return name
    rest = name.start + len(first.text) + 1
    return replace(name, words=name.words[1:], start=rest, text=of.folded[rest : name.end])


def _pieced_together(name: Name, known: Sequence[Facts]) -> bool:
    """Whether the name stands somewhere near, once words that are common there ("economist") are left out."""
    common = {word.text for part in known for word in part.words if word.text.islower()}
    core = name.words
    while len(core) > 1 and core[0] in common:
        core = core[1:]
    return any(name_found(replace(name, words=words), part) for words in (name.words, core) for part in known)


def _describes(other: Name, row: Sequence[Name], name: Name) -> bool:
    """Whether a name stands right after the one sought, and so describes it: "Strand (Quillhaven North)"."""
    return any(_one(name, each) and 0 <= other.start - each.end <= 8 for each in row if each is not other)


def _one(a: Name, b: object) -> bool:
    """Whether two names may be one: all words of the one stand in the other, or they end alike with a title before."""
    if not isinstance(b, Name):
        return False
    short, long = sorted((a.words, b.words), key=len)
    if all(any(same_name_word(x, y) for y in long) for x in short):
        return True
    return len(long) > 2 and same_name_word(short[-1], long[-1])


def _denials(said: Facts, ground: Ground) -> str:
    if said.denials != sum(part.denials for part in ground.parts):
        for part in ground.parts:
            if said.denials != part.denials and _nearly_verbatim(said, part):
                return _DENIED if said.denials > part.denials else _NOT_DENIED
    denied = {part.words[at].stem for part in ground.parts for at in part.denied}
    for at, word in enumerate(said.words):
        if at not in said.denied and (at in said.reach or word.stem not in denied):
            continue
        here = slot(said, word, word.start, word.end)
        near: dict[bool, float] = {True: 0.0, False: 0.0}
        for part in ground.parts:
            for there, other in enumerate(part.words):
                if other.stem != word.stem or (
                    there in part.reach and there not in part.denied and at not in said.denied
                ):
                    continue
                like = likeness(here, slot(part, other, other.start, other.end))
                least = 0.3 if not (said.denials and part.denials) else 0.5 if said.denials != part.denials else 0.65
                near[there in part.reach] = max(near[there in part.reach], like if like >= least else 0.0)
        if near[at not in said.denied] > near[at in said.denied] + 0.1:
            return f'{_DENIED if at in said.denied else _NOT_DENIED}: "{word.text}"'
    return ""


def _nearly_verbatim(a: Facts, b: Facts) -> bool:
    """Whether one is the other with hardly a word changed."""
    mine, theirs = ({w.stem for w in x.words if is_content(w)} for x in (a, b))
    if min(len(a.words), len(b.words)) < 0.8 * max(len(a.words), len(b.words)):
        return False
    return len(mine & theirs) >= 0.75 * max(len(mine), len(theirs), 1)


def _opposites(said: Facts, ground: Ground) -> str:
    for at, word in enumerate(said.words):
        against = OPPOSITES.get(word.stem)
        if not against:
            continue
        here = slot(said, word, word.start, word.end)
        places = [
            slot(part, other, other.start, other.end)
            for part in ground.parts
            for there, other in enumerate(part.words)
            # "not open" may answer to "closed"
            if other.stem == word.stem or (other.stem in against and (there in part.reach) == (at in said.reach))
        ]
        other = conflicting(here, places, lambda p, w=word: p.item.stem == w.stem, 0.45, 0.2)  # type: ignore[misc]
        if other is not None:
            return _against(other, here)
    return ""


def _speakers(said: Facts, ground: Ground) -> str:
    return wrong_speaker(said, ground.sources, ground.places, ground.about)
