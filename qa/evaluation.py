"""A question file and the answers to it, measured: right, supported, precise, refused where it should be.

A question is one JSON object a line:

    {"id", "type", "question", "history": [{"question", "answer"}], "answerable", "answers",
     "must_include": [["14 May", "May 14"], ...],              every group needs one alternative in the answer;
                                                               without it, one of "answers" must be there
     "evidence": [{"doc", "sentence", "group"}], ...           every group needs one item cited
     "must_not_include": [...]}                                claims that would be wrong

Only the first 90 words of an answer count, 180 for kinds that ask for several things, so that a long
answer never measures better than a precise one.
"""

from __future__ import annotations

import json
import re
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa.answers import Answer, Turn

WORDS_READ, WORDS_READ_LONG = 90, 180
LONG_KINDS = frozenset({"list", "compare", "summary", "multihop", "how"})
MEASURES = {
    "correct": "answerable: every key fact within the word limit",
    "facts": "answerable: share of key facts",
    "supported": "answerable: correct, and every group of evidence cited",
    "cited": "answerable: share of groups of evidence cited",
    "precise": "answered: share of citations on evidence",
    "valid": "citations whose quote stands in the document",
    "refused_right": "not answerable: refused",
    "refused_wrong": "answerable: refused (lower is better)",
    "forbidden": "not answerable and answered: makes a wrong claim (lower is better)",
    "words": "median words of an answer",
    "seconds": "median seconds to answer",
}

_FOLDED = str.maketrans("“”‘’\u00a0–—", "\"\"'' --")
_MARKERS = re.compile(r"\[\d+(?:\s*,\s*\d+)*\]")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Question:
    """A question with what a right answer must say and cite."""

    id: str
    kind: str
    text: str
    history: tuple[Turn, ...]
    answerable: bool
    facts: tuple[tuple[str, ...], ...]
    evidence: tuple[tuple[tuple[str, str], ...], ...]  # groups of interchangeable (document, sentence)
    wrong_claims: tuple[str, ...]
    answers: tuple[str, ...]

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Question:
        """From one line of a question file. Raises `ValueError` naming what it lacks."""
        stated = isinstance(row, Mapping) and isinstance(row.get("id"), str) and isinstance(row.get("question"), str)
        if not stated or not row["question"].strip():
            raise ValueError(f'a question needs an "id" and a "question", got {json.dumps(row)[:120]}')
        answers = tuple(row.get("answers", []))
        groups: dict[Any, list[tuple[str, str]]] = {}
        for item in row.get("evidence", []):
            groups.setdefault(item.get("group", 0), []).append((item["doc"], item["sentence"]))
        return cls(
            id=row["id"],
            kind=row.get("type", "question"),
            text=row["question"],
            history=turns(row.get("history", [])),
            answerable=row.get("answerable", True),
            facts=tuple(map(tuple, row.get("must_include", [answers] if answers else []))),
            evidence=tuple(map(tuple, groups.values())),
            wrong_claims=tuple(row.get("must_not_include", [])),
            answers=answers,
        )


def read_questions(path: Path) -> list[Question]:
    """The questions of a JSON Lines file. Raises `ValueError` naming the line that is not one."""
    questions = []
    # Not splitlines(): a line of JSON may hold what that takes for a line's end.
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if line.strip():
            try:
                questions.append(Question.from_json(json.loads(line)))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise ValueError(f"{path}, line {number}: {error}") from error
    return questions


def turns(history: Iterable[Mapping[str, str]]) -> tuple[Turn, ...]:
    """A conversation from [{"question", "answer"}, ...], oldest first."""
    return tuple(
        turn
        for pair in history
        for turn in (Turn("user", pair["question"]), Turn("assistant", pair.get("answer") or ""))
    )


def measure(question: Question, answer: Answer, texts: Mapping[str, str]) -> dict[str, float]:
    """The measures that apply to one answer. `texts` holds the documents' texts by path."""
    read = " ".join(_plain(answer.text).split()[: WORDS_READ_LONG if question.kind in LONG_KINDS else WORDS_READ])
    quotes = [(citation.document, citation.quote) for citation in answer.citations]
    row = {"words": float(len(_plain(answer.text).split())), "seconds": answer.seconds}
    if quotes:
        row["valid"] = statistics.mean(_plain(quote) in _plain(texts.get(path, "")) for path, quote in quotes)
    if not question.answerable:
        row["refused_right"] = float(answer.refused)
        if not answer.refused:
            row["forbidden"] = float(any(_plain(claim) in read for claim in question.wrong_claims))
        return row
    stated = [any(_plain(alternative) in read for alternative in group) for group in question.facts]
    row["refused_wrong"] = float(answer.refused)
    row["correct"] = float(not answer.refused and all(stated))
    row["facts"] = 0.0 if answer.refused else statistics.mean(stated or [1.0])
    if question.evidence:
        cited = [any(_cites(quote, item) for quote in quotes for item in group) for group in question.evidence]
        row["cited"] = 0.0 if answer.refused else statistics.mean(cited)
        row["supported"] = float(row["correct"] == 1.0 and all(cited))
    if quotes:
        wanted = [item for group in question.evidence for item in group]
        row["precise"] = statistics.mean(any(_cites(quote, item) for item in wanted) for quote in quotes)
    return row


def summarise(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Means over the answers a measure applies to; medians of words and seconds."""
    summary = {}
    for name in MEASURES:
        values = [row[name] for row in rows if name in row]
        if values:
            summary[name] = statistics.median(values) if name in ("words", "seconds") else statistics.mean(values)
    return summary


def _plain(text: str) -> str:
    return " ".join(_MARKERS.sub(" ", text.translate(_FOLDED)).split()).lower()


def _cites(quote: tuple[str, str], evidence: tuple[str, str]) -> bool:
    """Whether a quote is the evidence: one holds the other, or it has at least half of its words."""
    if quote[0] != evidence[0]:
        return False
    a, b = _plain(quote[1]), _plain(evidence[1])
    if not a or not b:
        return False
    wanted = set(_WORD.findall(b))
    return a in b or b in a or 2 * len(wanted & set(_WORD.findall(a))) >= len(wanted)
