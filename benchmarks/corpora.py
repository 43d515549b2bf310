"""The documents and questions that Footnote and its peers are compared on, as plain text files and questions."""

from __future__ import annotations

import ast
import csv
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from scores import Question, answer_in_place, words

T = TypeVar("T")

_LITERAL = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Corpus:
    """Documents by file name, and questions on them. `limit` is how many passages a question asks for."""

    name: str
    documents: dict[str, str]
    questions: tuple[Question, ...]
    limit: int

    def cut(self, documents: int | None, questions: int | None) -> Corpus:
        """At most so many: questions spread evenly over all, and documents with theirs first.

        Questions left without a document of theirs go too.
        """
        asked = spread(self.questions, questions)
        wanted = dict.fromkeys(name for question in asked for name in question.relevant)
        names = list(dict.fromkeys([*wanted, *self.documents]))[:documents]
        kept = {name: self.documents[name] for name in names}
        left = tuple(question for question in asked if all(name in kept for name in question.relevant))
        return Corpus(self.name, kept, left, self.limit)

    def sample(self, characters: int) -> Corpus:
        """Documents spread evenly over all that make about so many characters, without questions."""
        whole = sum(map(len, self.documents.values()))
        names = spread(tuple(self.documents), max(1, len(self.documents) * characters // whole))
        return Corpus(f"{self.name}-sample", {name: self.documents[name] for name in names}, (), self.limit)

    def write(self, folder: Path) -> Path:
        """The documents as files of a folder, which holds nothing else; unchanged ones are left as they are."""
        folder.mkdir(parents=True, exist_ok=True)
        for path in folder.iterdir():
            if path.name not in self.documents:
                path.unlink()
        for name, text in self.documents.items():
            path = folder / name
            if not path.exists() or path.read_text("utf-8") != text:
                path.write_text(text, "utf-8")
        return folder


def spread(items: Sequence[T], count: int | None) -> Sequence[T]:
    """So many of the items, evenly apart; all of them when there are no more than that."""
    if count is None or count >= len(items):
        return items
    return tuple(items[i * len(items) // count] for i in range(count))


def scifact(data: Path) -> Corpus:
    """SciFact's abstracts, its 300 development claims, and the abstracts that each cites: BEIR's test set.

    An abstract's file is named by its number and has its title in the first line. Evidence is any sentence that the
    annotators chose.
    """
    sentences: dict[str, list[str]] = {}
    documents: dict[str, str] = {}
    for row in _rows(data / "corpus_train.csv"):
        name = f"{row['doc_id']}.txt"
        sentences[name] = [ast.literal_eval(literal).strip() for literal in _LITERAL.findall(row["abstract"])]
        documents[name] = f"{row['title']}\n{' '.join(sentences[name])}\n"
    claims: dict[str, str] = {}
    relevant: dict[str, set[str]] = {}
    evidence: dict[str, set[tuple[str, str]]] = {}
    for row in _rows(data / "claims_validation.csv"):
        number = row["id"]
        claims[number] = row["claim"]
        relevant.setdefault(number, set()).update(f"{cited}.txt" for cited in re.findall(r"\d+", row["cited_doc_ids"]))
        source = f"{row['evidence_doc_id']}.txt"
        chosen = [sentences[source][int(at)] for at in re.findall(r"\d+", row["evidence_sentences"])]
        evidence.setdefault(number, set()).update((source, words(sentence)) for sentence in chosen)
    questions = (
        Question(number, text, tuple(sorted(relevant[number])), tuple(sorted(evidence[number])), whole=True)
        for number, text in claims.items()
    )
    # An abstract may be cut into several passages: thirty of them name ten abstracts.
    return Corpus("scifact", documents, tuple(questions), limit=30)


def squad_articles(articles: Path, squad: Path) -> Corpus:
    """The SQuAD articles, a blank line between paragraphs, and the answerable questions of half of SQuAD 2.0's
    development set. Evidence is an answer in its place in the article.
    """
    documents = {
        path.name: "\n\n".join(path.read_text("utf-8").split("\n")).strip() + "\n"
        for path in sorted(articles.glob("*.txt"))
    }
    questions = []
    for article in json.loads((squad / "cs224n-dev-v2.0.json").read_text("utf-8"))["data"]:
        name = f"{article['title']}.txt"
        for paragraph in article["paragraphs"]:
            for asked in paragraph["qas"]:
                if not asked["is_impossible"]:
                    places = {
                        place
                        for answer in asked["answers"]
                        for place in answer_in_place(paragraph["context"], answer["answer_start"], answer["text"])
                    }
                    evidence = tuple((name, place) for place in sorted(places))
                    questions.append(Question(asked["id"], asked["question"].strip(), (name,), evidence, whole=False))
    return Corpus("squad_articles", documents, tuple(questions), limit=10)


def _rows(path: Path) -> Iterable[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
