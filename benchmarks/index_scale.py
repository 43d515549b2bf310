"""How the index does as it grows: building, updating, searching, recall and memory, with synthetic vectors.

    python benchmarks/index_scale.py 10000 100000 [--sections 5] [--folder DIR]

A document has so many sections, a passage each. Their words are drawn by Zipf's law from 50,000, and their vectors lie
in groups of about 50 with a cosine of 0.7 between any two of a group, so that near and far mean something; questions
are drawn from the same groups. Recall is held against scoring every passage. Each step is a process of its own, so that
the memory of the last is what answering takes.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.build import update
from index.progress import Applied, Event
from index.store import Store

DIMENSION = 384
WORDS = 50_000
QUESTIONS = 200
GROUP = 50  # vectors about one centre
STEPS = ("build", "update", "ask")  # each in a process of its own
SPREAD = 0.65  # length of what is added to a centre: two of a group have a cosine of 1 / (1 + SPREAD ** 2)


class Synthetic:
    """An embedder whose vectors follow from the group named by a text's first word and from the text itself."""

    name = "synthetic@1"
    dimension = DIMENSION

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.stack([self.embed_query(text) for text in texts])

    def embed_query(self, text: str) -> NDArray[np.float32]:
        group = next(word for word in text.split() if word.startswith("group"))
        vector = _unit(group) + SPREAD * _unit(text)
        return (vector / np.linalg.norm(vector)).astype(np.float32)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]


def _unit(text: str) -> NDArray[np.float64]:
    seed = int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")
    vector = np.random.Generator(np.random.SFC64(seed)).standard_normal(DIMENSION)
    return vector / np.linalg.norm(vector)


def write_documents(folder: Path, passages: int, sections: int) -> None:
    """So many passages in files of `sections` each, a thousand files a folder."""
    chance = np.random.default_rng(7)
    groups = max(passages // GROUP, 1)
    for number in range(passages // sections):
        words = np.minimum(chance.zipf(1.2, sections * 60), WORDS).reshape(sections, 60)
        parts = [
            f"# Part {i}\n\ngroup{chance.integers(groups)} {' '.join(f'w{word}' for word in row)}.\n"
            for i, row in enumerate(words)
        ]
        file = folder / f"{number // 1000:04}" / f"{number:07}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join(parts))


def questions(passages: int) -> list[str]:
    chance = np.random.default_rng(11)
    groups = max(passages // GROUP, 1)
    return [
        f"group{chance.integers(groups)} " + " ".join(f"w{min(word, WORDS)}" for word in chance.zipf(1.2, 8))
        for _ in range(QUESTIONS)
    ]


def timed_update(documents: Path, store: Path) -> tuple[float, float]:
    """Seconds an update takes, and how many of these go into the sealed bases."""
    began = applied = time.monotonic()

    def progress(event: Event) -> None:
        nonlocal applied
        if isinstance(event, Applied):
            applied = time.monotonic()

    update(documents, store, Synthetic(), progress=progress)
    ended = time.monotonic()
    return ended - began, ended - applied


def build(folder: Path, passages: int, sections: int) -> dict[str, object]:
    documents, store = folder / "documents", folder / "store"
    write_documents(documents, passages, sections)
    whole, sealing = timed_update(documents, store)
    return {
        "passages": passages,
        "files": passages // sections,
        "build s": round(whole, 1),
        "of it sealing s": round(sealing, 1),
        "index MB": round(sum(file.stat().st_size for file in store.rglob("*") if file.is_file()) / 1e6),
        "peak memory building MB": _peak(),
    }


def change(folder: Path) -> dict[str, object]:
    """Update without a change, and with one document changed."""
    documents, store = folder / "documents", folder / "store"
    unchanged, _ = timed_update(documents, store)
    changed = documents / "0000" / "0000003.md"
    changed.write_text(changed.read_text().replace("# Part 1", "# Part 1, changed", 1))
    one, _ = timed_update(documents, store)
    return {"no-change update s": round(unchanged, 2), "one document changed s": round(one, 2)}


def ask(folder: Path, passages: int) -> dict[str, object]:
    embedder = Synthetic()
    began = time.monotonic()
    store = Store.open(folder / "store", embedder_name=embedder.name)
    asked = [(text, embedder.embed_query(text)) for text in questions(passages)]
    opened = store.search_words(asked[0][0], 10), store.search_vectors(asked[0][1], 10)
    opening = time.monotonic() - began
    assert all(opened)
    seconds: dict[str, list[float]] = {"words": [], "vectors": [], "both": []}
    found: list[set[int]] = []
    for text, vector in asked:
        began = time.perf_counter()
        store.search_words(text, 10)
        middle = time.perf_counter()
        found.append({key for key, _ in store.search_vectors(vector, 10)})
        ended = time.perf_counter()
        for name, taken in (("words", middle - began), ("vectors", ended - middle), ("both", ended - began)):
            seconds[name].append(1000 * taken)
    peak = _peak()
    with store.snapshot() as now:
        keys = [key for record in now.documents() for key in now.passages_of(record.path)]
        exact = [set(_ten_best(now.score_vectors(vector, keys))) for _, vector in asked[: held(passages)]]
    result: dict[str, object] = {"opening and first question s": round(opening, 2)}
    for name, values in seconds.items():
        result[f"{name} p50 ms"] = round(float(np.median(values)), 1)
        result[f"{name} p95 ms"] = round(float(np.quantile(values, 0.95)), 1)
    result["recall at 10"] = round(float(np.mean([len(a & b) / 10 for a, b in zip(found, exact, strict=False)])), 4)
    result["peak memory answering MB"] = peak
    result["notice"] = store.notice
    return result


def held(passages: int) -> int:
    """How many questions are held against scoring every passage: 50, fewer where that would take the night."""
    return min(50, max(5, 5_000_000 // passages))


def _ten_best(scores: dict[int, float]) -> list[int]:
    return sorted(scores, key=lambda key: (-scores[key], key))[:10]


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def done(step: str, folder: Path, passages: int, sections: int) -> dict[str, object]:
    """What a step measured."""
    if step == "build":
        return build(folder, passages, sections)
    return change(folder) if step == "update" else ask(folder, passages)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("passages", type=int, nargs="+")
    parser.add_argument("--sections", type=int, default=5, help="passages of a document")
    parser.add_argument("--folder", type=Path, help="where the indexes are made and kept; else they are deleted")
    parser.add_argument("--step", choices=STEPS, help="only this one; the folder holds what the steps before it made")
    arguments = parser.parse_args()
    if arguments.step and not arguments.folder:
        parser.error("a step alone needs the --folder that holds the index")
    parent = arguments.folder or Path(tempfile.mkdtemp())
    for passages in arguments.passages:
        if arguments.step:
            print(json.dumps(done(arguments.step, parent / str(passages), passages, arguments.sections)))
            continue
        result: dict[str, object] = {}
        for step in STEPS:
            ran = [sys.executable, __file__, str(passages), "--folder", str(parent), "--step", step]
            ran += ["--sections", str(arguments.sections)]
            result |= json.loads(subprocess.run(ran, check=True, stdout=subprocess.PIPE, text=True).stdout)
        print(json.dumps(result, indent=2), flush=True)
        if arguments.folder is None:
            shutil.rmtree(parent / str(passages))
    if arguments.folder is None:
        parent.rmdir()


if __name__ == "__main__":
    main()
