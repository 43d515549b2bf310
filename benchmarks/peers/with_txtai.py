"""txtai's quick start for retrieval: paragraphs in an embeddings database that holds their texts.

The quick start takes its text from a converter of office formats, which plain text does not need; the splitter is the
same. It loads the model by itself, through transformers, and has it read 512 tokens, where the
model's own length is 256.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import measuring


def indexer() -> measuring.Build:
    from txtai import Embeddings
    from txtai.pipeline import Segmentation

    split = Segmentation(paragraphs=True)
    embeddings = Embeddings(path=measuring.model_folder(), content=True)

    def build(documents: Path, store: Path) -> list[str]:
        pieces = [(name, piece) for name, text in measuring.read_documents(documents) for piece in split(text)]
        embeddings.index(pieces)
        embeddings.save(str(store))
        return [piece for _, piece in pieces]

    return build


def asker(store: Path) -> measuring.Search:
    from txtai import Embeddings

    embeddings = Embeddings()
    embeddings.load(str(store))

    def search(question: str, limit: int) -> Iterable[tuple[str, str]]:
        return [(found["id"], found["text"]) for found in embeddings.search(question, limit)]

    return search


if __name__ == "__main__":
    measuring.main(indexer, asker)
