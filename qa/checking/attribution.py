"""Whether a source lets the person speak whom a sentence has speak."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.checking.evidence import Place, Source, name_found
from qa.checking.facts import Facts, facts
from qa.checking.names import Name, same_name_word
from qa.checking.wording import is_content

BEFORE, AFTER = 5, 1  # sentences around the evidence in which its speaker is looked for
NAMED = 2  # sentences before the evidence in which being named is enough
NEARBY = 400  # characters of the text before the passage, for evidence at its start
# Words of somebody: a quotation, the first person, or "he said".
_SPOKEN = re.compile(r"[\"]|\b(?:I|we|my|our|us|me|[Hh]e|[Ss]he|[Tt]hey|[Hh]is|[Hh]er)\b")
_LABEL = re.compile(r"^\W*[A-Z][\w.' -]{1,40}:\W")


def wrong_speaker(said: Facts, sources: Sequence[Source], places: Sequence[Place], about: Facts) -> str:
    """What is wrong with who is said to say it; "" where nothing is.

    The speaker must be the evidence's own, or else the nearest before it in its passage (or right after), or
    whoever the whole document comes from. Evidence is what has most of the statement's words, not any sentence
    that holds a name of it.
    """
    nearby = facts("\n".join(text for i, _ in places for text in (sources[i].nearby, *sources[i].sentences)))
    capital = capitals((nearby, about))
    mine = {word.stem for word in said.words if is_content(word)}
    shared = {(i, j): len(mine & {w.stem for w in facts(sources[i].sentences[j]).words}) for i, j in places}
    chief = [place for place in places if 2 * shared[place] >= max(shared.values())]
    for speaker in said.speakers:
        if (speaker.opening and speaker.words[0] not in capital) or _from(speaker, about):
            continue
        doubts = [_doubt(speaker, sources[i], j, capital) for i, j in chief]
        if all(doubt is not None for doubt in doubts):
            unknown = f'the source does not say that this comes from "{speaker.text}"'
            return next((doubt for doubt in doubts if doubt), unknown)
    return ""


def capitals(known: Sequence[Facts]) -> frozenset[str]:
    """The words that some text has as names in the middle of a sentence, and that are names at its start too."""
    return frozenset(word for part in known for name in part.names if not name.opening for word in name.words)


def _doubt(speaker: Name, source: Source, at: int, capital: frozenset[str]) -> str | None:
    """None where the sentence may be the speaker's; else why not, or "" for no particular reason."""

    def of(part: Facts) -> list[Name]:
        return [name for name in part.speakers if not name.opening or name.words[0] in capital]

    here = facts(source.sentences[at])
    if of(here):
        if any(same_person(speaker, other) for other in of(here)):
            return None
        return f'in the source "{of(here)[0].text}" says this, not "{speaker.text}"'
    if name_found(speaker, here):
        return None
    after = [facts(text) for text in source.sentences[at + 1 : at + 1 + AFTER]]
    if any(same_person(speaker, other) for part in after for other in of(part) if not _labelled(part)):
        return None
    before = [facts(text) for text in source.sentences[max(0, at - BEFORE) : at]]
    if at < BEFORE and source.nearby:
        before.insert(0, facts(source.nearby[-NEARBY:]))
    named = NAMED if _SPOKEN.search(here.folded) else 0
    for back, part in enumerate(reversed(before)):
        if any(same_person(speaker, other) for other in of(part)) or (back < named and name_found(speaker, part)):
            return None
        if of(part):
            return f'in the source "{of(part)[-1].text}" says this, not "{speaker.text}"'
    return ""


def _labelled(part: Facts) -> bool:
    """Whether the sentence opens with its speaker, as in an interview, and so says nothing of the one before it."""
    return bool(_LABEL.match(part.folded))


def _from(speaker: Name, about: Facts) -> bool:
    return name_found(speaker, about) or any(same_person(speaker, other) for other in about.names)


def same_person(a: Name, b: Name) -> bool:
    """Whether two names may be one person's or one body's: they share a word, and no first names differ."""
    if not any(same_name_word(x, y) for x in a.words for y in b.words):
        return False
    if len(a.words) == len(b.words) == 2:
        return all(same_name_word(x, y) for x, y in zip(a.words, b.words, strict=True))
    return True
