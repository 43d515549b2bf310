"""The public and synthetic sets as examples; what each is good for is said in the model card."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from index.passages import sentences as sentence_spans
from qa.windows import Window
from training.examples import IGNORE, Example

# Whole articles kept out of training, for the figures.
SQUAD_HELD_OUT = ("French_and_Indian_War", "Scottish_Parliament", "1973_oil_crisis", "Imperialism", "Steam_engine")
SYNTHETIC_HELD_OUT = 10  # one passage in so many


def text_sentences(text: str) -> list[str]:
    return [span.of(text) for span in sentence_spans(text)]


def held_out(passage: str) -> bool:
    """Whether a synthetic passage is kept for the figures: by its name's digest, so that it never changes."""
    return hashlib.sha256(passage.encode()).digest()[0] % SYNTHETIC_HELD_OUT == 0


def synthetic(folder: Path) -> list[dict[str, Any]]:
    """The rows of both synthetic files: one question each, with the passage's title and sentences."""
    return [
        json.loads(line)
        for name in ("questions.jsonl", "questions2.jsonl")
        for line in (folder / name).read_text(encoding="utf-8").splitlines()
    ]


def synthetic_example(row: dict[str, Any]) -> Example:
    """A question with its own passage; the two unanswerable kinds have no evidence there."""
    labels = tuple(int(i in row["evidence"]) for i in range(len(row["sentences"])))
    window = Window(row["title"], "", "", tuple(row["sentences"]))
    answerable = bool(row["answerable"])
    return Example(row["question"], window, labels, int(answerable), row["answer"], f"synthetic/{row['type']}")


def _with_span(question: str, title: str, text: str, start: int, answer: str, kind: str) -> Example | None:
    """A paragraph whose answer stands at `start`; None where no sentence holds it."""
    spans = sentence_spans(text)
    labels = tuple(int(span.start < start + len(answer) and start < span.end) for span in spans)
    if 1 not in labels:
        return None
    window = Window(title, "", "", tuple(span.of(text) for span in spans))
    return Example(question.strip(), window, labels, 1, answer, kind)


def squad(folder: Path, kept_out: bool) -> Iterator[Example]:
    """SQuAD 2.0: of the articles kept out of training, or of the others."""
    data = json.loads((folder / "cs224n-dev-v2.0.json").read_text(encoding="utf-8"))["data"]
    for article in data:
        if (article["title"] in SQUAD_HELD_OUT) != kept_out:
            continue
        title = article["title"].replace("_", " ")
        for paragraph in article["paragraphs"]:
            plain = tuple(text_sentences(paragraph["context"]))
            for qa in paragraph["qas"]:
                if qa["is_impossible"]:
                    window = Window(title, "", "", plain)
                    yield Example(qa["question"].strip(), window, (0,) * len(plain), 0, "", "squad/unanswerable")
                    continue
                answer = qa["answers"][0]
                example = _with_span(
                    qa["question"], title, paragraph["context"], answer["answer_start"], answer["text"], "squad"
                )
                if example:
                    yield example


def span_file(path: Path, kind: str) -> Iterator[Example]:
    """A file in SQuAD's form (squadshifts, policyqa); every question is answerable."""
    for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            for qa in paragraph["qas"]:
                answer = min(qa["answers"], key=lambda a: len(a["text"]))
                example = _with_span(
                    qa["question"], article.get("title", ""), paragraph["context"], answer["answer_start"],
                    answer["text"], kind,
                )  # fmt: skip
                if example:
                    yield example


def natural_questions(folder: Path) -> Iterator[Example]:
    """nq_open_oracle: the sentences that hold an answer's words are evidence if one does, unknown if several do."""
    with gzip.open(folder / "nq-open-oracle.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            context = next((c for c in row["ctxs"] if c.get("isgold") and c.get("hasanswer")), None)
            if context is None:
                continue
            parts = tuple(text_sentences(re.sub(r"\s+", " ", context["text"])))
            holds = [any(a.casefold() in part.casefold() for a in row["answers"]) for part in parts]
            if sum(holds) == 0:
                continue
            answer = next((a for a in row["answers"] for part in parts if a in part), "")
            labels = tuple((1 if sum(holds) == 1 else IGNORE) if hold else 0 for hold in holds)
            yield Example(row["question"], Window(context["title"], "", "", parts), labels, 1, answer, "nq")


def qed(folder: Path) -> Iterator[Example]:
    """QED: one selected sentence each; other sentences that hold the answer are left out of the loss."""
    for line in (folder / "qed-dev.jsonlines").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        annotation = row["annotation"]
        if annotation["explanation_type"] != "single_sentence":
            continue
        text, chosen = row["paragraph_text"], annotation["selected_sentence"]["start"]
        borders = [*row["sentence_starts"], len(text)]
        parts = tuple(text[a:b].strip() for a, b in pairwise(borders))
        answer = row["original_nq_answers"][0][0]["string"]
        labels = tuple(
            1 if start == chosen else IGNORE if answer in part else 0
            for start, part in zip(row["sentence_starts"], parts, strict=True)
        )
        if 1 in labels and all(parts):
            yield Example(row["question_text"], Window(row["title_text"], "", "", parts), labels, 1, answer, "qed")


def clapnq(folder: Path) -> Iterator[Example]:
    """CLAP NQ, a test set: long answers with their sentences, and questions their passage does not answer."""
    for name in ("clapnq_dev_answerable.jsonl", "clapnq_dev_unanswerable.jsonl"):
        for line in (folder / name).read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            passage, answerable = row["passages"][0], "_answerable" in name
            chosen: Sequence[str] = row["output"][0].get("selected_sentences", []) if answerable else []
            parts = tuple(part.strip() for part in passage["sentences"] if part.strip())
            wanted = {part.strip() for part in chosen}
            labels = tuple(int(part in wanted) for part in parts)
            yield Example(row["input"], Window(passage["title"], "", "", parts), labels, int(answerable), "", "clapnq")
