"""How many wrong citations the check catches, and how many true ones it flags.

True statements come from question files: the evidence sentences as they stand, the same rewritten without a change
of meaning, and the reference answers that people wrote. Each is then made wrong in up to six ways, by rules that
share no code with the check; what is changed, and into what, depends on the texts alone.

    python benchmarks/citation_check.py --collections ../shared/collections --eval ../shared/eval
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import corruptions

from index.documents import Document
from index.embedding import open_embedder
from index.formats import read_file
from index.passages import Passage, sentences, split
from qa.checking.evidence import Similarity, source_of
from qa.checking.support import Support, check
from qa.similarity import Similar

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
                yield Case(name, "reference", "true", asked, answer, tuple(dict.fromkeys(every)))


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


def judge(case: Case, similarity: Similarity) -> Support:
    """The check's word on one case."""
    return check(case.statement, [source_of(*pair) for pair in case.cited], similarity, case.question)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--collections", type=Path, help="a folder of folders with documents/ and questions.jsonl")
    parser.add_argument("--eval", type=Path, help="a folder with articles_dev.jsonl; its documents lie in ../articles")
    parser.add_argument("--only", nargs="*", help="names of the collections to take")
    parser.add_argument("--show", type=int, default=0, help="print so many mistakes of each kind")
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
    similarity = Similar(embedder)
    for name, documents, path in sets:
        if options.only and name not in options.only:
            continue
        collection = Collection(documents, embedder.count_tokens)
        questions = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        for case in true_cases(name, collection, [q for q in questions if q["answerable"]]):
            results += [(each, judge(each, similarity)) for each in (case, *wrong_cases(case, collection))]
    report(results, options.show)
    if options.scores:
        with options.scores.open("w", encoding="utf-8") as file:
            for case, support in results:
                row = {"set": case.set, "form": case.form, "kind": case.kind, "statement": case.statement}
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
