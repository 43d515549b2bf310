"""What the assistant finds for a collection's questions, kept on disk, since reading takes the time."""

from __future__ import annotations

import json
import logging
import pickle
import tempfile
from dataclasses import dataclass
from pathlib import Path

from index.documents import Document
from qa.assistant import Assistant, Findings
from qa.evaluation import Question, read_questions
from qa.reader import FOLDER
from qa.settings import Settings

log = logging.getLogger("training")


@dataclass(frozen=True, slots=True)
class Found:
    """A collection's documents by path, and what was found for each of its questions."""

    name: str
    documents: dict[str, Document]
    questions: tuple[tuple[Question, Findings], ...]


def find_all(documents: Path, questions: Path, work: Path, name: str = "") -> Found:
    """Search and read for every question of a file; kept under `work` for as long as the reader's weights stay."""
    weights = json.loads((FOLDER / "reader.json").read_text(encoding="utf-8"))["sha256"]
    kept = work / f"found-{name or questions.parent.name}-{weights[:12]}.pickle"
    if kept.exists():
        found: Found = pickle.loads(kept.read_bytes())
        return found
    with tempfile.TemporaryDirectory() as store, Assistant.open(Settings(documents, store)) as assistant:
        texts = {record.path: assistant.document(record.path) for record in assistant.documents()}
        pairs = []
        for question in read_questions(questions):
            with assistant.snapshot() as now:
                pairs.append((question, assistant.find(now, question.text, question.history)))
    found = Found(name or questions.parent.name, texts, tuple(pairs))
    work.mkdir(parents=True, exist_ok=True)
    kept.write_bytes(pickle.dumps(found))
    log.info("%s: %d questions read", found.name, len(pairs))
    return found
