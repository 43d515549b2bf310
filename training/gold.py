"""Collections of documents with questions: their windows, and which sentences of them are evidence."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.documents import Rejected
from index.formats import read_file
from index.passages import split
from qa.evaluation import turns
from qa.followups import resolve
from qa.windows import Window
from training.examples import IGNORE, Example

# Kept out: studies and council for testing; rescue, federation, observatory and envoys for calibration; almanac and
# annals, of the articles, to see how real prose fares.
WORLDS = (  # the first four lie in ../shared/collections, the others in training/collections
    *("affairs", "company", "manuals", "history"),
    *("campus", "harbour", "straits", "summit", "pipeline", "orchard", "transit", "newsroom", "clinic"),
    *("concord", "cohort", "borough", "frontier", "foundry", "chronicle", "verdict", "expedition"),
    *("ceasefire", "tariffs", "deluge"),
    *("pollen", "tremor", "parish", "district", "mission", "ballot", "merger", "inquiry"),
    *("strike", "embassy", "blackout", "quarantine", "slumber", "glacier", "stadium", "senate"),
    *("gazetteer", "depot", "workshop", "dynasty", "sanctions", "spaceport", "tincture", "precinct"),
)
ARTICLES = (  # on Wikipedia's articles: training/questions
    *("empires", "coldwar", "markets", "asia", "devices", "society"),
    *("governance", "agencies", "nations", "fronts", "health", "energy", "media", "research"),
    *("bodies", "substances", "creatures", "earth"),  # half of their questions are claims
    *("polity", "forces", "cities", "lands", "trades", "realms", "faiths", "stage", "sports"),
)
SHARES = dict.fromkeys(WORLDS, 0.3) | dict.fromkeys(ARTICLES, 0.5)  # of their questions, in a pass
SHARES |= dict.fromkeys(WORLDS[-16:], 1.0)  # those that were new to the last run

_FOLD = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "\u00a0": " ", "–": "-", "—": "-"})


@dataclass(frozen=True, slots=True)
class Placed:
    """A window and the document it comes from."""

    document: str
    window: Window


def windows(folder: Path, count: Callable[[Sequence[str]], list[int]], limit: int) -> list[Placed]:
    """All windows of a collection's documents, as `index.passages` makes them under a token limit."""
    placed = []
    root = folder / "documents"
    for document in (d for path in sorted(root.iterdir()) for d in read_file(root, path.name)):
        if isinstance(document, Rejected):
            raise ValueError(f"{folder}: {document.path} gave no document: {document.reason}")
        for passage in split(document, count, limit):
            parts = tuple(span.of(document.text) for span in passage.sentences)
            window = Window(document.title, passage.heading, document.metadata.date, parts)
            placed.append(Placed(document.path, window))
    return placed


def questions(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()]


def asked(question: dict[str, Any]) -> str:
    """The question as the assistant hands it to the reader: a follow-up stands after the question it follows."""
    return resolve(turns(question.get("history", [])), question["question"])


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.translate(_FOLD)).strip().casefold()


def label(sentence: str, wanted: Sequence[str], facts: Sequence[str]) -> int:
    """1 if the sentence is evidence, or a part of it; unknown if it shares half its words, or holds a key fact."""
    text = plain(sentence)
    words = set(re.findall(r"\w+", text))
    best = 0
    for evidence in wanted:
        shared = words & set(re.findall(r"\w+", evidence))
        if text in evidence and (len(words) >= 4 or text == evidence):
            return 1
        if evidence in text:
            return 1
        if len(shared) >= 0.5 * len(set(re.findall(r"\w+", evidence))):
            best = IGNORE
    return IGNORE if best == IGNORE or any(fact in text for fact in facts) else 0


def example(question: dict[str, Any], placed: Placed, kind: str) -> Example:
    """What the reader should say of a window for a collection's question.

    Key facts seen outside the listed evidence are not held against the reader: such sentences may well be evidence.
    """
    wanted = [plain(e["sentence"]) for e in question["evidence"] if e["doc"] == placed.document]
    facts = [plain(f) for group in question["must_include"] for f in group if len(f) > 1] if wanted else [
        plain(f) for group in question["must_include"] for f in group if len(f) > 3
    ]  # fmt: skip
    labels = tuple(label(s, wanted, facts) for s in placed.window.sentences)
    answered = 1 if 1 in labels else IGNORE if IGNORE in labels else 0
    answer = ""
    if answered == 1:
        held = [s for s, value in zip(placed.window.sentences, labels, strict=True) if value == 1]
        options = [f for group in question["must_include"][:1] for f in group]
        # Only a question with a single key fact has a short answer that can be told from these lists.
        if len(question["must_include"]) == 1:
            answer = next((f for f in sorted(options, key=len, reverse=True) if any(f in s for s in held)), "")
    return Example(asked(question), placed.window, labels, answered, answer, kind)
