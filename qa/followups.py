"""A question and what was said before, made into one that can be searched alone, by rule (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from index.passages import sentences
from qa.answers import Turn

REACH = 3  # earlier questions a chain of follow-ups may lean on

_POINTS_BACK = re.compile(
    r"\b(?:he|him|his|she|her|hers|they|them|their|theirs|it|its|this|that|these|those|there|then|"
    r"ones?|other|others|same|former|latter|both|else|either|neither|such|instead|again|too|also|himself|herself)\b",
    re.IGNORECASE,
)
_OPENS_ELLIPTICALLY = re.compile(
    r"\W*(?:and|but|so|or|then|because|what about|how about|what if|why not|which one|who else|really)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_NAME = re.compile(r"\b[A-ZÀ-Þ][\w’'.-]*(?:\s+(?:(?:of|the|de|van|von|and)\s+)?[A-ZÀ-Þ][\w’'.-]*)*")
# A clause that only opens another one: "that" after these verbs points at no earlier turn.
_CONJUNCTION = re.compile(
    r"\b(?:say|said|says|claim(?:ed|s)?|think|thought|believe[ds]?|mean[st]?|know|so|fact)\s+that\b"
)
_ASKING = r"(?:who|whom|whose|what|which|when|where|why|how)"
_PREPOSITION = r"(?:by|in|on|at|to|from|for|with|until|since|of|under)"
_OPENS_ASKING = re.compile(
    rf"\W*(?:(?:and|but|so|or|also|then|please|{_PREPOSITION})\s+)*(?:{_ASKING}|do|does|did|is|are|was|were|has|have|had|"
    r"can|could|will|would|should|tell|list|name|explain|describe|compare|give|show|find|summari[sz]e)\b",
    re.IGNORECASE,
)
_WONDERS = re.compile(r"\b(?:know|wonder|ask|asking|understand|learn|find out)\b", re.IGNORECASE)
_INDIRECT = re.compile(rf"\b(?:{_ASKING}|whether|if)\b", re.IGNORECASE)
_AND_NEXT = re.compile(rf",?\s+and\s+(?=(?:{_PREPOSITION}\s+)?{_ASKING}\b)")
_SHORTEST_PART = 4  # words
_MOST_PARTS = 3
_BARE = 3  # words; a question this short has no subject of its own ("Why?", "Since when?"), unless it asks after one
_ASKS_AFTER = re.compile(
    r"\W*(?:(?i:who|what|where|when)(?:['’]s|\s+(?:is|are|was|were))\s+[A-ZÀ-Þ](?!.*['’]s?\W*$)"
    r"|(?i:what\s+(?:is|are))\s+(?!\w+(?:ing|ed)\b|(?:new|next|left|wrong|different|special|first|last|best|worst|true|"
    r"false|important|possible|necessary|known|meant)\b)[a-zß-ÿ]{4,})"
)


def resolve(history: Sequence[Turn], question: str) -> str:
    """The question as it should be searched for: by itself, or after the earlier questions it leans on.

    A question leans on the last one when it points back ("he", "that one"), opens like the rest of a
    sentence ("And in 2031?") or is too short to stand alone. The earlier questions come first, in order,
    back to the first that stood alone. Names from the last answer come in where the question points back
    at a person or a thing that no earlier question names.
    """
    asked = [turn.text.strip() for turn in history if turn.role == "user" and turn.text.strip()]
    if not asked or not leans_on_history(question):
        return question.strip()
    chain: list[str] = []
    for earlier in reversed(asked[-REACH:]):
        chain.insert(0, earlier)
        if not leans_on_history(earlier):
            break
    answered = [turn.text for turn in history if turn.role == "assistant"]
    named = names(" ".join(chain)) | names(question)
    missing = [name for name in names(answered[-1]) if name not in named][:2] if answered and not named else []
    return " ".join([*chain, *missing, question.strip()])


def parts(question: str) -> tuple[str, ...]:
    """The questions that a message asks, in order: one, or up to three that are read for one by one.

    "Who led it, and how many came?" asks two; a sentence that only sets the scene goes with the question after it.
    """
    found: list[str] = []
    scene = ""
    for piece in _pieces(question):
        told = f"{scene} {piece}".lstrip()
        if not _asks(piece):
            scene = told
            continue
        scene = ""
        if found and (_short(found[-1]) or _short(told)):
            found[-1] = f"{found[-1]} {told}"
        else:
            found.append(told)
    if scene and found:
        found[-1] = f"{found[-1]} {scene}"
    return tuple(found) if 1 < len(found) <= _MOST_PARTS else (question.strip(),)


def _pieces(question: str) -> Iterator[str]:
    """The sentences of a message, those that ask two things with "and" as two."""
    for line in re.split(r"(?<=\?)\s+", question):
        for span in sentences(line):
            yield from (piece.strip() for piece in _AND_NEXT.split(span.of(line)))


def _asks(piece: str) -> bool:
    """Whether a sentence is a question, or asks for something as one would."""
    if piece.rstrip(" \"'”’)").endswith("?") or _OPENS_ASKING.match(piece):
        return True
    wonders = _WONDERS.search(piece)
    return wonders is not None and _INDIRECT.search(piece, wonders.end()) is not None


def _short(piece: str) -> bool:
    return len(_WORD.findall(piece)) < _SHORTEST_PART


def leans_on_history(question: str) -> bool:
    """Whether a question cannot be understood without what was said before."""
    if _OPENS_ELLIPTICALLY.match(question):
        return True
    own = _CONJUNCTION.sub(" ", question)
    if _POINTS_BACK.search(own):
        return True
    return len(_WORD.findall(own)) <= _BARE and not _ASKS_AFTER.match(own)


def names(text: str) -> dict[str, None]:
    """Capitalised runs of words that do not open a sentence, in order of appearance."""
    found: dict[str, None] = {}
    for match in _NAME.finditer(text):
        before = text[: match.start()].rstrip()
        opens = not before or before[-1] in ".!?"
        name = match.group().rstrip(".'’-")
        if opens and " " not in name:
            continue
        found[name] = None
    return found
