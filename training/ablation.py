"""What each part of the assistant adds: the same questions answered with one part after the other.

    python -m training.ablation COLLECTION [COLLECTION ...]

A collection is a folder with `documents/` and `questions.jsonl`. Prints a Markdown table over all questions together:

words, vectors, fused   the three best sentences of all documents, by BM25, by MiniLM's cosine, by both; never refusing
+ reader                the three best sentences by the reader's score, of the passages that the assistant reads
+ composition           the sentences an answer is made of, with what they cannot be understood without
+ refusal               the same, refused below the threshold
+ stopping when sure    the same, from the first passages where these answer for sure

`found` is the share of the groups of evidence that stand in the passages a row starts from, the others are
measures of `qa.evaluation`. Questions about a whole document are answered from sentences here, as all others are.
"""

from __future__ import annotations

import argparse
import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from index.documents import Document, Span
from index.embedding import Embedder, open_embedder
from index.passages import Passage, split
from qa.answers import Answer
from qa.assistant import REFUSAL
from qa.choosing import choose
from qa.confidence import Calibration, features
from qa.evaluation import Question, measure, summarise
from qa.extractive import compose, quotes
from qa.finding import Findings
from qa.retrieval import WORDS_WEIGHT
from qa.settings import Settings
from qa.windows import Window
from training.calibrate import WORK
from training.findings import Found, find_all, stopped
from training.gold import label, plain
from training.retrieve import Fused

SENTENCES = 3  # of a bare answer
BARE = {"words": (1.0, 0.0), "vectors": (0.0, 1.0), "fused": (WORDS_WEIGHT, 1.0)}  # weights of words and of meaning
COLUMNS = ("found", "correct", "supported", "precise", "refused_right", "refused_wrong", "words")

Rows = dict[str, list[dict[str, float]]]
Place = tuple[str, Span]


def bare(found: Found, embedder: Embedder) -> Iterator[tuple[str, dict[str, float]]]:
    """The rows of retrieval alone: a way of ranking and one answer's measures."""
    passages = [p for document in found.documents.values() for p in split(document, embedder.count_tokens)]
    places = [(p, span) for p in passages for span in p.sentences]
    by_passage = Fused([window(found.documents, p, p.sentences) for p in passages], embedder)
    by_sentence = Fused([window(found.documents, p, [span]) for p, span in places], embedder)
    asked = [findings.searched_for for _, findings in found.questions]
    for name, (words, meaning) in BARE.items():
        near = by_passage.rank(asked, Settings().passages, words, meaning)
        best = by_sentence.rank(asked, SENTENCES, words, meaning)
        for (question, findings), some, first in zip(found.questions, near, best, strict=True):
            quoted = grouped([(places[i][0].document, places[i][1]) for i in first])
            yield name, measured(question, findings, quoted, [passages[i] for i in some], found.documents)


def read(found: Found, calibration: Calibration) -> Iterator[tuple[str, dict[str, float]]]:
    """The rows that build on the reader."""
    for question, findings in found.questions:
        less = stopped(findings, calibration)
        first = grouped([(e.document, e.span) for e in findings.ranked[:SENTENCES]])
        whole, early = composed(findings, found), composed(less, found)
        for name, each, quoted in (
            ("+ reader", findings, first),
            ("+ composition", findings, whole),
            ("+ refusal", findings, whole if answered(findings, calibration) else []),
            ("+ stopping when sure", less, early if answered(less, calibration) else []),
        ):
            yield name, measured(question, each, quoted, passages_of(each), found.documents)


def passages_of(findings: Findings) -> list[Passage]:
    """The passages that were read, each once."""
    return list(dict.fromkeys(e.hit.passage for ranking in findings.rankings for e in ranking))


def composed(findings: Findings, found: Found) -> list[Place]:
    """The words that an answer is made of."""
    return quotes(findings.asked, choose(findings.asked, findings.rankings), found.documents)


def answered(findings: Findings, calibration: Calibration) -> bool:
    """Whether a question is answered rather than refused."""
    ranked = findings.ranked
    return bool(ranked) and calibration.probabilities(features(findings.asked, ranked))[0] >= calibration.threshold


def grouped(quoted: Sequence[Place]) -> list[Place]:
    """The words of one document beside each other, the documents in the order they were first in."""
    paths = list(dict.fromkeys(path for path, _ in quoted))
    return sorted(quoted, key=lambda place: (paths.index(place[0]), place[1].start))


def measured(
    question: Question,
    findings: Findings,
    quoted: Sequence[Place],
    passages: Iterable[Passage],
    documents: Mapping[str, Document],
) -> dict[str, float]:
    """The measures of the answer made of some words, a refusal if there are none."""
    if quoted:
        text, citations = compose(quoted, documents)
        answer = Answer(findings.asked, text, citations)
    else:
        answer = Answer(findings.asked, REFUSAL, refused=True)
    row = measure(question, answer, {path: document.text for path, document in documents.items()})
    if question.answerable and question.evidence:
        held = {(p.document, p.sentence(i)) for p in passages for i in range(len(p.sentences))}
        groups = [any(stands(item, held) for item in group) for group in question.evidence]
        row["found"] = sum(groups) / len(groups)
    return row


def stands(item: tuple[str, str], held: Iterable[tuple[str, str]]) -> bool:
    """Whether a piece of evidence, or a part of it, is one of some sentences."""
    wanted = [plain(item[1])]
    return any(path == item[0] and label(sentence, wanted, ()) == 1 for path, sentence in held)


def window(documents: Mapping[str, Document], passage: Passage, spans: Sequence[Span]) -> Window:
    document = documents[passage.document]
    return Window(document.title, passage.heading, "", tuple(span.of(document.text) for span in spans))


def summary(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    held = [row["found"] for row in rows if "found" in row]
    return summarise(rows) | ({"found": sum(held) / len(held)} if held else {})


def table(rows: Mapping[str, Sequence[Mapping[str, float]]]) -> str:
    """A Markdown table, a line a way of answering."""
    lines = [f"| | {' | '.join(name.replace('_', ' ') for name in COLUMNS)} |", "|---" * (len(COLUMNS) + 1) + "|"]
    for name, some in rows.items():
        values = summary(some)
        cells = [f"{values[c]:.0f}" if c == "words" else f"{values[c]:.2f}" if c in values else "" for c in COLUMNS]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("collections", type=Path, nargs="+")
    folders = parser.parse_args().collections
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    embedder, calibration = open_embedder(), Calibration.load()
    rows: Rows = defaultdict(list)
    for folder in folders:
        found = find_all(folder / "documents", folder / "questions.jsonl", WORK)
        for name, row in (*bare(found, embedder), *read(found, calibration)):
            rows[name].append(row)
    print(table(rows))


if __name__ == "__main__":
    main()
