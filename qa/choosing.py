"""Which of the sentences that were read an answer is made of (pure)."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from index.words import words_of
from qa.lengths import NORMAL, Budget
from qa.ranking import Evidence

FEWEST_WORDS = 3  # of a sentence without a number
ALIKE = 0.8  # share of the shorter sentence's words that makes two sentences say the same
TABLE = 4.0  # logits a row may be behind the best sentence, where another row of its table is in the answer
REACH = 5.0  # logits a sentence may be behind that tells something of the question which no other one does
# How much that must be, in nats, and how much more for each logit it is behind. Fitted on the calibrating collections.
WORTH, MORE = 2.0, 0.5

MARKS = re.compile(r"^\s*(?:#{1,6}\s+|>\s*|[-*+•·–]\s+)+|\*\*|__|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)|`")
_LISTED = re.compile(
    r"\b(?:(?:which|what) (?!(?:is|was|does|has)\b)(?:\w+ )?(?!(?:is|was|does|has|this|his|its|us)\b)\w+s\b|"
    r"what are|who are|list|name (?:the|all|two|three|four|five)|all the|what (?:two|three|four|five)|"
    r"how (?:do|does|did|has|have|is|are|was|were|can|should)|compare|comparison|differ(?:ent|ence|s)?|versus|vs|"
    r"both|respectively|summari[sz]e|overview|steps|reasons|ways|measures|views?|sides?|agree|compared)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+")
_FIGURE = re.compile(r"\d+(?:[.,:]\d+)*")
# What a question is made with, which says nothing of what it asks about.
_ASKING = frozenset(
    "what which who whom whose what when where why how did do does is are was were be been the a an of in on at to for "
    "from by with and or than that this it its his her their there any many much long say said says according about "
    "between both has have had can could would will should if as not no into over after before during more most other "
    "each per".split()
)


def asks_for_several(question: str) -> bool:
    """Whether a question asks for a list, a way, reasons or a comparison rather than for one fact."""
    return _LISTED.search(question) is not None


def choose(question: str, rankings: Sequence[Sequence[Evidence]], budget: Budget = NORMAL) -> list[Evidence]:
    """The sentences an answer is made of, best first: the best, those close to it, and what they leave out.

    `budget` says how many, and how close. There is a ranking for each question that was asked at once; each has its
    own sentences chosen.
    """
    chosen: list[Evidence] = []
    for ranked in rankings:
        earlier = tuple(chosen)
        own = _of_one(question, ranked, len(rankings) > 1, budget)
        chosen += [e for e in own if not any(same(e.text, other.text) for other in earlier)]
    return chosen


def _of_one(question: str, ranked: Sequence[Evidence], part: bool, budget: Budget) -> list[Evidence]:
    """The sentences of the answer to one question, `part` of a message or all of it: a shorter answer's come first."""
    own = _of_one(question, ranked, part, budget.shorter) if budget.shorter else []
    several = asks_for_several(question)
    most = budget.of_part if part else budget.listed if several else budget.sentences
    longest = budget.words_listed if several else budget.words
    room = most - len(own)
    for evidence in ranked:
        behind = ranked[0].score - evidence.score
        if behind > max(budget.margin, TABLE):
            break
        if _says_nothing_new(evidence, own):
            continue
        if budget.added and behind <= TABLE and _stands_beside(evidence, own):
            own.append(evidence)
        elif behind <= budget.margin and room > 0:
            if own and _words([*own, evidence]) > longest:
                room = 0
            else:
                own.append(evidence)
                room -= 1
    if budget.added and own:
        told = [_told(evidence) for evidence in ranked]
        for _ in range(budget.added):
            telling = _most_telling(question, ranked, told, own, longest)
            if telling is None:
                break
            own.append(telling)
    return own


def _says_nothing_new(evidence: Evidence, own: Sequence[Evidence]) -> bool:
    return is_heading(evidence) or is_fragment(evidence) or any(same(evidence.text, other.text) for other in own)


def _stands_beside(evidence: Evidence, own: Sequence[Evidence]) -> bool:
    """Whether a sentence is a row of a table that has a row in the answer already."""
    return _is_row(evidence) and any(_is_row(other) and other.hit == evidence.hit for other in own)


def _is_row(evidence: Evidence) -> bool:
    return evidence.text.lstrip().startswith("|")


def _words(sentences: Sequence[Evidence]) -> int:
    return sum(len(evidence.text.split()) for evidence in sentences)


def _most_telling(
    question: str, ranked: Sequence[Evidence], told: Sequence[set[str]], own: Sequence[Evidence], longest: int
) -> Evidence | None:
    """The sentence that tells most of the question's words which the answer has not told yet, if any is worth it.

    A word weighs as much as it is rare among the sentences that were read: the log of all over those that tell it.
    `told` are the words that each of these tells: its own and those it stands under.
    """
    open_words = set(words_of(question)) - _ASKING - set().union(*map(_told, own))
    rarity = {w: math.log(len(told) / n) for w in open_words if (n := sum(w in some for some in told))}
    best, most = None, WORTH
    for evidence, some in zip(ranked, told, strict=True):
        behind = ranked[0].score - evidence.score
        if behind > REACH:
            break
        # The exact sum, since a set's order differs from one process to the next.
        gain = math.fsum(rarity[word] for word in rarity.keys() & some) - MORE * behind
        if gain > most and not _says_nothing_new(evidence, own) and _words([*own, evidence]) <= longest:
            best, most = evidence, gain
    return best


def _told(evidence: Evidence) -> set[str]:
    return set(words_of(f"{evidence.hit.title} {evidence.hit.passage.heading} {evidence.text}"))


def is_heading(evidence: Evidence) -> bool:
    """Whether a sentence only names what follows it: a heading or a title, which answers nothing by itself."""
    text = MARKS.sub("", evidence.text).strip()
    return text in evidence.hit.passage.heading.split(" > ") or text == evidence.hit.title


def is_fragment(evidence: Evidence) -> bool:
    """Whether a sentence is too short to say anything: a label, a link, a button's name."""
    return len(_WORD.findall(evidence.text)) < FEWEST_WORDS and not any(c.isdigit() for c in evidence.text)


def same(a: str, b: str) -> bool:
    """Whether two sentences say the same in nearly the same words and figures, as a lead and its body do.

    Figures that differ are what two documents that disagree differ in.
    """
    one, other = set(_FIGURE.findall(a)), set(_FIGURE.findall(b))
    if not (one <= other or other <= one):
        return False
    first, second = set(_WORD.findall(a.casefold())), set(_WORD.findall(b.casefold()))
    return len(first & second) >= ALIKE * min(len(first), len(second))
