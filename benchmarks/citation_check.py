"""How many wrong citations the check catches, and how many true ones it flags.

True statements come from question files: the evidence sentences as they stand, the same rewritten without a change
of meaning, and the reference answers that people wrote, but for those with a figure that stands neither in what they
cite nor in the question: worked out or taken from elsewhere, they are not borne out by the citations alone. Each is
then made wrong in up to six ways, by rules that share no code with the check; what is changed, and into what, depends
on the texts alone.

    python benchmarks/citation_check.py --collections ../shared/collections --eval ../shared/eval

Most of the time goes into embedding: texts of like length share a batch, and `--vectors FILE` keeps what was embedded
for the next run.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import corruptions
import numpy as np

from index.documents import Document
from index.embedding import Embedder, Vectors, open_embedder
from index.formats import read_file
from index.passages import Passage, sentences, split
from qa.checking.evidence import Similarity, source_of
from qa.checking.support import Support, check

TUNED_ON = ("affairs", "company", "manuals", "history")  # the others were not looked at while the check was built


@dataclass(frozen=True)
class Case:
    """A statement with the passages it cites; `kind` is "true" or how it was made wrong."""

    set: str
    form: str
    kind: str
    question: str
    statement: str
    cited: tuple[tuple[Document, Passage], ...]


class Collection:
    """The documents below a folder, cut into passages."""

    def __init__(self, root: Path, count_tokens: corruptions.Counter) -> None:
        self.passages: dict[str, list[tuple[Document, Passage]]] = {}
        for path in sorted(p for p in root.rglob("*") if p.is_file()):
            name = path.relative_to(root).as_posix()
            for document in read_file(root, name):
                if isinstance(document, Document):
                    self.passages[document.path] = [(document, passage) for passage in split(document, count_tokens)]

    @cached_property
    def persons(self) -> list[str]:
        """Everyone whom some document names with a title or a verb of saying."""
        texts = [passages[0][0].text for passages in self.passages.values() if passages]
        return sorted({person for text in texts for person in corruptions.persons(text)})

    def holding(self, path: str, sentence: str) -> list[tuple[Document, Passage]]:
        """The passages of a document that hold a sentence, or part of it where it runs over several."""
        wanted = squashed(sentence)
        found = [pair for pair in self.passages.get(path, ()) if wanted in squashed(pair[1].text)]
        if found:
            return found[:1]
        return [
            pair
            for pair in self.passages.get(path, ())
            if any(
                len(s) > 15 and s in wanted for s in map(squashed, map(pair[1].sentence, range(len(pair[1].sentences))))
            )
        ]

    def beside(self, cited: tuple[tuple[Document, Passage], ...]) -> tuple[tuple[Document, Passage], ...]:
        """For each cited passage the next one of its document, or else the one before; none is itself cited."""
        out = []
        for document, passage in cited:
            row = [p for _, p in self.passages[document.path]]
            at = row.index(passage)
            others = [p for p in (*row[at + 1 :], *row[:at][::-1]) if (document, p) not in cited]
            if others:
                out.append((document, others[0]))
        return tuple(dict.fromkeys(out))


class Cosines:
    """The cosine of one text with each of several, from vectors that can be made together and kept in a file."""

    def __init__(self, embedder: Embedder, file: Path | None) -> None:
        self._embedder, self._file = embedder, file
        self._vectors: dict[str, Vectors] = {}
        if file is not None and file.exists():
            with np.load(file) as kept:
                if str(kept["embedder"]) == embedder.name:
                    self._vectors = dict(zip(json.loads(str(kept["texts"])), kept["vectors"], strict=True))

    def learn(self, texts: Iterable[str]) -> None:
        """Embed what has no vector yet."""
        unknown = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        if unknown:
            self._vectors.update(zip(unknown, self._embedder.embed(unknown), strict=True))

    def __call__(self, text: str, texts: Sequence[str]) -> list[float]:
        self.learn([text, *texts])
        return [float(self._vectors[text] @ self._vectors[other]) for other in texts]

    def save(self) -> None:
        """Write the vectors to the file, if there is one."""
        if self._file is not None:
            texts, vectors = list(self._vectors), np.stack(list(self._vectors.values()))
            np.savez(self._file, embedder=self._embedder.name, texts=np.array(json.dumps(texts)), vectors=vectors)


def squashed(text: str) -> str:
    """Letters and figures alone, in lower case: what is left of a text whatever its marks."""
    return "".join(char for char in text.lower() if char.isalnum())


def true_cases(name: str, collection: Collection, questions: list[dict[str, object]]) -> Iterator[Case]:
    """Every true statement of a question file, each once."""
    seen = set()
    for question in questions:
        asked, evidence = str(question["question"]), question["evidence"]
        assert isinstance(evidence, list)
        every: list[tuple[Document, Passage]] = []
        for item in evidence:
            every += collection.holding(item["doc"], item["sentence"])
            for span in sentences(item["sentence"]):
                statement = corruptions.cleaned(span.of(item["sentence"]))
                cited = tuple(collection.holding(item["doc"], span.of(item["sentence"])))
                if not cited or statement in seen or len(statement.split()) < 5 or "|" in statement:
                    continue
                seen.add(statement)
                yield Case(name, "verbatim", "true", asked, statement, cited)
                rewritten = corruptions.rewritten(statement)
                if rewritten != statement:
                    yield Case(name, "rewritten", "true", asked, rewritten, cited)
        answers = question["answers"]
        assert isinstance(answers, list)
        for answer in answers:
            if every and not question.get("derived") and len(answer.split()) >= 6 and answer not in seen:
                seen.add(answer)
                if corruptions.figures(answer) - corruptions.figures(asked, *map(readable, every)):
                    continue  # worked out, or taken from elsewhere: the citations alone do not show it
                yield Case(name, "reference", "true", asked, answer, tuple(dict.fromkeys(every)))


def readable(cited: tuple[Document, Passage]) -> str:
    """All that a reader of a citation sees: the passage and what is said of its document."""
    document, passage = cited
    return " ".join((passage.text, passage.heading, document.title, document.metadata.date, document.text[:300]))


def wrong_cases(case: Case, collection: Collection) -> Iterator[Case]:
    """The statement made wrong in every way that its text allows."""
    documents = "\n".join(dict.fromkeys(document.text for document, _ in case.cited))
    around = " ".join(passage.text for _, passage in case.cited)
    pick = int.from_bytes(hashlib.sha256(case.statement.encode()).digest()[:4], "big")
    for kind, corrupt in corruptions.CORRUPTIONS.items():
        wrong = corrupt(case.statement, documents, around, collection.persons, pick)
        if wrong is not None and wrong != case.statement:
            yield replace(case, kind=kind, statement=wrong)
    beside = collection.beside(case.cited)
    if beside and not any(squashed(case.statement) in squashed(passage.text) for _, passage in beside):
        yield replace(case, kind="neighbour", cited=beside)


def cited_sentences(case: Case) -> list[str]:
    """Every sentence of the passages that a case cites."""
    return [passage.sentence(number) for _, passage in case.cited for number in range(len(passage.sentences))]


def judge(case: Case, similarity: Similarity) -> Support:
    """The check's word on one case."""
    return check(case.statement, [source_of(*pair) for pair in case.cited], similarity, case.question)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--collections", type=Path, help="a folder of folders with documents/ and questions.jsonl")
    parser.add_argument("--eval", type=Path, help="a folder with articles_dev.jsonl; its documents lie in ../articles")
    parser.add_argument("--only", nargs="*", help="names of the collections to take")
    parser.add_argument("--show", type=int, default=0, help="print so many mistakes of each kind")
    parser.add_argument("--vectors", type=Path, help="keep embeddings in this .npz file between runs")
    parser.add_argument("--scores", type=Path, help="write every case with its score here, as JSON lines")
    options = parser.parse_args()
    embedder = open_embedder()
    sets: list[tuple[str, Path, Path]] = []
    if options.collections:
        sets += [
            (p.parent.name, p.parent / "documents", p) for p in sorted(options.collections.glob("*/questions.jsonl"))
        ]
    if options.eval:
        sets.append(("articles", options.eval.parent / "articles", options.eval / "articles_dev.jsonl"))
    results: list[tuple[Case, Support]] = []
    similarity = Cosines(embedder, options.vectors)
    for name, documents, path in sets:
        if options.only and name not in options.only:
            continue
        collection = Collection(documents, embedder.count_tokens)
        questions = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        cases: list[Case] = []
        for case in true_cases(name, collection, [q for q in questions if q["answerable"]]):
            cases += (case, *wrong_cases(case, collection))
        similarity.learn(text for case in cases for text in (case.statement, *cited_sentences(case)))
        results += [(case, judge(case, similarity)) for case in cases]
        similarity.save()
    report(results, options.show)
    if options.scores:
        with options.scores.open("w", encoding="utf-8") as file:
            for case, support in results:
                row: dict[str, object] = {
                    "set": case.set,
                    "form": case.form,
                    "kind": case.kind,
                    "statement": case.statement,
                }
                row |= {
                    "score": support.score,
                    "share": support.share,
                    "cosine": support.cosine,
                    "reason": support.reason,
                }
                file.write(json.dumps(row, ensure_ascii=False) + "\n")


def report(results: list[tuple[Case, Support]], show: int) -> None:
    """The share flagged: of true statements (to be low) and of wrong ones by kind (to be high)."""
    kinds = ["true", *corruptions.CORRUPTIONS, "neighbour"]
    for title, chosen in (
        ("tuned on", [r for r in results if r[0].set in TUNED_ON]),
        ("held out", [r for r in results if r[0].set not in TUNED_ON]),
    ):
        if not chosen:
            continue
        print(f"\n{title}: {', '.join(sorted({case.set for case, _ in chosen}))}")
        print(f"{'form':<12}" + "".join(f"{kind:>20}" for kind in kinds) + f"{'all wrong':>20}")
        for form in ("verbatim", "rewritten", "reference", "all"):
            rows = [r for r in chosen if form in ("all", r[0].form)]
            cells = []
            for kind in (*kinds, "wrong"):
                of = [s for c, s in rows if c.kind == kind or (kind == "wrong" and c.kind != "true")]
                flagged = sum(not support.supported for support in of)
                cells.append(f"{flagged / len(of):.3f} ({flagged}/{len(of)})" if of else "-")
            print(f"{form:<12}" + "".join(f"{cell:>20}" for cell in cells))
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for case, support in results:
        if support.supported == (case.kind == "true") or counts[case.kind, case.form] >= show:
            continue
        counts[case.kind, case.form] += 1
        print(f"\n[{case.set} {case.form} {case.kind}] {case.question}\n  SAID {case.statement}")
        for i, j in support.evidence:
            print(f"  FROM {case.cited[i][1].sentence(j)!r}")
        print(f"  {support.score:.2f} {support.reason} (share {support.share:.2f}, cosine {support.cosine:.2f})")


if __name__ == "__main__":
    main()
