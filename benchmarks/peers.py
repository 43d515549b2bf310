"""Footnote and its peers side by side: the same model, documents and questions, an environment each.

    python benchmarks/peers.py --data DATA [--work FOLDER] [--tools ...] [--documents N] [--questions N] [--rounds 3]

DATA holds scifact, squad and squad_articles. What is made in FOLDER is kept: environments (pip installs what
benchmarks/peers/NAME.txt pins), documents, indexes and results: peers.md, peers.svg, peers.json. First every tool
indexes everything once and answers all questions once: quality and memory. Then come the rounds, in which the tools
take turns, another one first each time: indexing a sample, a few questions asked, a first answer from cold. Figures are
medians over the rounds, ratios are taken within a round. A peer's answer is what it retrieves: no language model is
asked. Cold means a new process; the files may be in the system's cache. For Footnote the first answer is that of
`python -m qa`, which also looks for changed documents.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, median, quantiles

import corpora
import processes
from comparison import OURS, Measure, bars, markdown
from corpora import Corpus
from processes import Failed, Ran
from scores import Question, judged

from index.embedding import MAX_TOKENS, open_embedder

HERE = Path(__file__).parent
ROOT = HERE.parent
PEERS = {"langchain": "LangChain", "llamaindex": "LlamaIndex", "haystack": "Haystack", "txtai": "txtai"}
SEARCH, ANSWER = OURS
READ = {"txtai": 512}  # tokens of a passage that a tool has the model read, where not MAX_TOKENS
WARM_UP = 3  # questions asked before those that count
DRAWN = ("first answer from cold", "indexing, tokens", "one question, p50", "nDCG@10", "peak memory answering")

Rounds = dict[tuple[str, str, bool], dict[str, list[float]]]  # (name, unit, more is better) to figures by tool


@dataclass
class Bench:
    """Where things are, which tools still run, and every figure so far."""

    work: Path
    pythons: dict[str, Path] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    figures: Rounds = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))

    def program(self, tool: str, *arguments: object, watched: bool = False) -> Ran:
        """Run the tool's program in its environment."""
        command = [str(self.pythons[tool]), str(HERE / "peers" / f"with_{tool}.py"), *map(str, arguments)]
        return processes.run(command, self.work / "logs" / f"{tool}.log", watched)

    def store(self, tool: str, corpus: Corpus) -> Path:
        return self.work / "stores" / corpus.name / tool

    def documents(self, corpus: Corpus) -> Path:
        return corpus.write(self.work / "documents" / corpus.name)

    def index(self, tool: str, corpus: Corpus, watched: bool = False) -> Ran:
        """Index a corpus from nothing."""
        store = self.store(tool, corpus)
        shutil.rmtree(store, ignore_errors=True)
        store.parent.mkdir(parents=True, exist_ok=True)
        return self.program(tool, "index", self.documents(corpus), store, watched=watched)

    def ask(
        self, tool: str, corpus: Corpus, questions: Sequence[Question], whole: bool = False, watched: bool = False
    ) -> Ran:
        asked = self.work / "questions.jsonl"
        asked.write_text("".join(json.dumps({"id": q.id, "question": q.text}) + "\n" for q in questions), "utf-8")
        extra = ["--whole"] if whole else []
        store = self.store(tool, corpus)
        return self.program(tool, "ask", store, asked, "--limit", corpus.limit, *extra, watched=watched)

    def tell(self, tool: str, name: str, unit: str, figure: float, more: bool = False) -> None:
        self.figures[name, unit, more][tool].append(figure)

    def each(self, tools: Sequence[str], step: Callable[[str], None]) -> None:
        """Do a step with every tool that still runs; one that fails is left out from then on, and named."""
        for tool in tools:
            if tool in self.failures:
                continue
            print(f"  {label(tool)}", file=sys.stderr, flush=True)
            try:
                step(tool)
            except Failed as failure:
                self.failures[tool] = str(failure)
                print(f"  {label(tool)}: {failure}", file=sys.stderr, flush=True)

    def measures(self) -> list[Measure]:
        """Every figure of the tools that did not fail on the way."""
        kept = {SEARCH: "footnote", ANSWER: "footnote"} | {label(tool): tool for tool in PEERS}
        return [
            Measure(*key, rounds={name: figures for name, figures in by.items() if kept[name] not in self.failures})
            for key, by in self.figures.items()
        ]


def label(tool: str) -> str:
    return PEERS.get(tool, SEARCH)


def install(bench: Bench, tool: str) -> None:
    folder = bench.work / "environments" / tool
    ours = ["--constraint", str(ROOT / "constraints.txt"), "--editable", str(ROOT)]
    pinned = ["--requirement", str(HERE / "peers" / f"{tool}.txt")]
    bench.pythons[tool] = processes.installed(folder, pinned if tool in PEERS else ours)
    packages = [*folder.glob("lib/python*/site-packages")]
    if tool not in PEERS:  # installed in place
        packages += [ROOT / name for name in ("index", "qa", "seeds", "ui")]
    bench.tell(label(tool), "install size", "MB", processes.size(packages))


def once(bench: Bench, tool: str, corpus: Corpus) -> None:
    """Index everything and ask everything: quality, and memory."""
    ran = bench.index(tool, corpus, watched=True)
    bench.tell(label(tool), f"{corpus.name}: whole index built, start included", "s", ran.seconds)
    bench.tell(label(tool), f"{corpus.name}: peak memory indexing", "MB", ran.peak)
    for whole in (False, True) if tool not in PEERS else (False,):
        name = ANSWER if whole else label(tool)
        ran = bench.ask(tool, corpus, corpus.questions, whole, watched=True)
        bench.tell(name, f"{corpus.name}: peak memory answering", "MB", ran.peak)
        rows: dict[str, list[float]] = defaultdict(list)
        for question, line in zip(corpus.questions, ran.lines[1:], strict=True):
            for measure, value in judged(question, json.loads(line)["passages"]).items():
                rows[measure].append(value)
        for measure, values in rows.items():
            bench.tell(name, f"{corpus.name}: {measure}", "", mean(values), more=True)


def turn(bench: Bench, tool: str, corpus: Corpus, sample: Corpus, timed: int) -> None:
    """A tool's part of a round."""
    ran = bench.index(tool, sample)
    seconds = json.loads(ran.lines[0])["seconds"]
    passages = [json.loads(line)["text"] for line in ran.lines[1:]]
    counts = [min(count + 2, READ.get(tool, MAX_TOKENS)) for count in open_embedder().count_tokens(passages)]
    letters = sum(map(len, sample.documents.values()))
    for name, unit, amount in (
        ("indexing, passages", "a second", len(passages)),
        ("indexing, tokens read by the model", "a second", sum(counts)),
        ("indexing, text", "kB a second", letters / 1000),
    ):
        bench.tell(label(tool), f"{corpus.name}: {name}", unit, amount / seconds, more=True)
    questions = corpora.spread(corpus.questions, timed + WARM_UP)
    for whole in (False, True) if tool not in PEERS else (False,):
        name = ANSWER if whole else label(tool)
        asked = bench.ask(tool, corpus, questions, whole)
        taken = [1000 * json.loads(line)["seconds"] for line in asked.lines[1:]][WARM_UP:]
        bench.tell(name, f"{corpus.name}: one question, p50", "ms", median(taken))
        bench.tell(name, f"{corpus.name}: one question, p95", "ms", quantiles(taken, n=20, method="inclusive")[-1])
    cold = bench.ask(tool, corpus, questions[:1])
    bench.tell(label(tool), f"{corpus.name}: first answer from cold", "s", cold.arrivals[1])
    if tool not in PEERS:
        command = [str(bench.pythons[tool]), "-m", "qa", questions[0].text]
        command += ["--documents", str(bench.documents(corpus)), "--store", str(bench.store(tool, corpus))]
        answered = processes.run(command, bench.work / "logs" / "qa.log")
        bench.tell(ANSWER, f"{corpus.name}: first answer from cold", "s", answered.arrivals[0])


def orders(tools: Sequence[str], rounds: int) -> Iterator[list[str]]:
    """The tools once a round, another one first each time."""
    for number in range(rounds):
        at = number % len(tools)
        yield [*tools[at:], *tools[:at]]


def report(bench: Bench, corpus_names: Sequence[str], settings: dict[str, object]) -> str:
    """Write the table, the picture and every figure; gives the table."""
    measures = bench.measures()
    tools = [name for name in (SEARCH, ANSWER, *PEERS.values()) if any(m.rounds.get(name) for m in measures)]
    named = {label(tool) if tool in PEERS else "Footnote": reason for tool, reason in bench.failures.items()}
    table = markdown(measures, tools, named)
    drawn = [m for m in measures if m.name.removeprefix(f"{corpus_names[-1]}: ").startswith(DRAWN)]
    packages = {tool: processes.versions(python) for tool, python in bench.pythons.items()}
    record = {
        "settings": settings,
        "cores": os.cpu_count(),
        "failures": named,
        "packages": packages,
        "figures": [
            {"name": m.name, "unit": m.unit, "more is better": m.more_is_better, "rounds": m.rounds} for m in measures
        ],
    }
    (bench.work / "peers.md").write_text(table, "utf-8")
    (bench.work / "peers.svg").write_text(bars(drawn, tools), "utf-8")
    (bench.work / "peers.json").write_text(json.dumps(record, indent=1), "utf-8")
    return table


def main() -> None:
    every = ("footnote", *PEERS)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of scifact, squad and squad_articles")
    parser.add_argument("--work", type=Path, default=Path(".work/peers"), help="where everything is made and kept")
    parser.add_argument("--tools", nargs="+", choices=every, default=every)
    parser.add_argument("--corpora", nargs="+", choices=("scifact", "squad_articles"))
    parser.add_argument("--documents", type=int, help="at most so many of a corpus")
    parser.add_argument("--questions", type=int, default=300, help="at most so many on a corpus")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sample", type=int, default=1000, help="kB of text that a round indexes")
    parser.add_argument("--timed", type=int, default=50, help="questions that a round times")
    options = parser.parse_args()
    # Sorted by size: the last corpus is the one that is drawn.
    made = [corpora.scifact(options.data / "scifact")]
    made.append(corpora.squad_articles(options.data / "squad_articles", options.data / "squad"))
    chosen = [
        c.cut(options.documents, options.questions) for c in made if not options.corpora or c.name in options.corpora
    ]
    bench = Bench(options.work.absolute())
    print("environments", file=sys.stderr)
    bench.each(options.tools, lambda tool: install(bench, tool))
    for corpus in chosen:
        print(f"{corpus.name}: {len(corpus.documents)} documents, {len(corpus.questions)} questions", file=sys.stderr)
        bench.each(options.tools, lambda tool, corpus=corpus: once(bench, tool, corpus))  # type: ignore[misc]
        sample = corpus.sample(1000 * options.sample)
        for number, order in enumerate(orders(options.tools, options.rounds), 1):
            print(f"{corpus.name}: round {number}", file=sys.stderr)
            bench.each(order, lambda tool, c=corpus, s=sample: turn(bench, tool, c, s, options.timed))  # type: ignore[misc]
        report(bench, [c.name for c in chosen], {n: str(v) for n, v in vars(options).items()})
    print(report(bench, [c.name for c in chosen], {n: str(v) for n, v in vars(options).items()}))


if __name__ == "__main__":
    main()
