"""Collections over real prose: questions of our own on articles of Wikipedia that lie in the public sets.

    python -m training.wikipedia [--data FOLDER] [--to FOLDER]

The articles are not in the repository. `questions/articles.json` names those of each collection, `questions/NAME.jsonl`
holds the questions; evidence is given by where it stands. From both this makes collections like all others.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

QUESTIONS = Path(__file__).parent / "questions"
WORDS = 1150  # of each article, in whole paragraphs: about what a newspaper prints
WRITTEN = Path(".work/wikipedia")


def opening(text: str) -> str:
    """An article's first paragraphs (its lines), until they hold `WORDS` words."""
    kept: list[str] = []
    words = 0
    for paragraph in text.split("\n"):
        if words >= WORDS:
            break
        kept.append(paragraph)
        words += len(paragraph.split())
    return "\n".join(kept)


def quoted(question: dict[str, Any], documents: dict[str, str]) -> dict[str, Any]:
    """A question whose evidence is the words themselves."""
    evidence = [
        {"doc": e["doc"], "sentence": documents[e["doc"]][e["start"] : e["end"]], "group": e["group"]}
        for e in question["evidence"]
    ]
    return question | {"evidence": evidence}


def write(data: Path, to: Path) -> list[Path]:
    """Every collection as a folder under `to`, from the articles under `data`; the folders."""
    folders = []
    for name, titles in json.loads((QUESTIONS / "articles.json").read_text(encoding="utf-8")).items():
        folder = to / name
        (folder / "documents").mkdir(parents=True, exist_ok=True)
        documents = {
            f"{unquote(title)}.txt": opening((data / "squad_articles" / f"{title}.txt").read_text(encoding="utf-8"))
            for title in titles
        }
        for file, text in documents.items():
            (folder / "documents" / file).write_text(text, encoding="utf-8")
        lines = (QUESTIONS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        questions = [json.dumps(quoted(json.loads(line), documents), ensure_ascii=False) for line in lines]
        (folder / "questions.jsonl").write_text("".join(f"{line}\n" for line in questions), encoding="utf-8")
        folders.append(folder)
    return folders


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the public sets")
    parser.add_argument("--to", type=Path, default=WRITTEN)
    args = parser.parse_args()
    for folder in write(args.data, args.to):
        print(folder)


if __name__ == "__main__":
    main()
