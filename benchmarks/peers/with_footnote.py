"""Footnote: its search alone, or with --whole its answer and the passages in the order that reading gives them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import measuring


def indexer() -> measuring.Build:
    from index.build import update
    from index.embedding import open_embedder
    from index.store import Store

    embedder = open_embedder()
    embedder.embed_query("ready")

    def texts(store: Path) -> Iterator[str]:
        opened = Store.open(store, embedder_name=embedder.name)
        with opened.snapshot() as now:
            for record in now.documents():
                yield from (passage.text for passage in now.passages_of(record.path).values())
        opened.close()

    def build(documents: Path, store: Path) -> Iterable[str]:
        update(documents, store, embedder)
        return texts(store)

    return build


def asker(store: Path) -> measuring.Search:
    from qa.assistant import Assistant
    from qa.settings import Settings

    assistant = Assistant.open(Settings(store=store, passages=50), refresh=False)

    def search(question: str, limit: int) -> Iterable[tuple[str, str]]:
        return [(hit.passage.document, hit.passage.text) for hit in assistant.search(question)[:limit]]

    return search


def whole(store: Path) -> measuring.Search:
    from qa.assistant import Assistant
    from qa.settings import Settings

    assistant = Assistant.open(Settings(store=store), refresh=False)
    assistant.load()

    def ranked(question: str, limit: int) -> Iterator[tuple[str, str]]:
        reading = assistant.adjusted(passages=max(limit, assistant.settings.passages))
        with reading.snapshot() as now:
            best = dict.fromkeys(evidence.hit.passage for evidence in reading.find(now, question).ranked)
        yield from [(passage.document, passage.text) for passage in best][:limit]

    def answer(question: str, limit: int) -> Iterable[tuple[str, str]]:
        assistant.answer(question)
        return ranked(question, limit)  # read anew after the clock has stopped: an answer does not show its ranking

    return answer


if __name__ == "__main__":
    measuring.main(indexer, asker, whole)
