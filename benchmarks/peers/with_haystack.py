"""Haystack's preprocessing tutorial: pieces of 150 words with 50 in common, in its document store in memory.

The store is written to a file and read from it: that is the way it has to be kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import measuring


def indexer() -> measuring.Build:
    from haystack import Pipeline
    from haystack.components.converters import TextFileToDocument
    from haystack.components.preprocessors import DocumentCleaner, DocumentSplitter
    from haystack.components.writers import DocumentWriter
    from haystack.document_stores.in_memory import InMemoryDocumentStore
    from haystack_integrations.components.embedders.sentence_transformers import SentenceTransformersDocumentEmbedder

    embedder = SentenceTransformersDocumentEmbedder(model=measuring.model_folder(), progress_bar=False)
    embedder.warm_up()

    def build(documents: Path, store: Path) -> list[str]:
        kept = InMemoryDocumentStore()
        pipeline = Pipeline()
        pipeline.add_component("converter", TextFileToDocument())
        pipeline.add_component("cleaner", DocumentCleaner())
        pipeline.add_component("splitter", DocumentSplitter(split_by="word", split_length=150, split_overlap=50))
        pipeline.add_component("embedder", embedder)
        pipeline.add_component("writer", DocumentWriter(kept))
        pipeline.connect("converter", "cleaner")
        pipeline.connect("cleaner", "splitter")
        pipeline.connect("splitter", "embedder")
        pipeline.connect("embedder", "writer")
        pipeline.run({"converter": {"sources": sorted(documents.iterdir())}})
        store.mkdir(parents=True, exist_ok=True)
        kept.save_to_disk(str(store / "documents.json"))
        return [document.content or "" for document in kept.filter_documents()]

    return build


def asker(store: Path) -> measuring.Search:
    from haystack import Pipeline
    from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
    from haystack.document_stores.in_memory import InMemoryDocumentStore
    from haystack_integrations.components.embedders.sentence_transformers import SentenceTransformersTextEmbedder

    kept = InMemoryDocumentStore.load_from_disk(str(store / "documents.json"))
    pipeline = Pipeline()
    pipeline.add_component(
        "embedder", SentenceTransformersTextEmbedder(model=measuring.model_folder(), progress_bar=False)
    )
    pipeline.add_component("retriever", InMemoryEmbeddingRetriever(kept))
    pipeline.connect("embedder.embedding", "retriever.query_embedding")
    pipeline.warm_up()

    def search(question: str, limit: int) -> Iterable[tuple[str, str]]:
        found = pipeline.run({"embedder": {"text": question}, "retriever": {"top_k": limit}})["retriever"]["documents"]
        return [(Path(document.meta["file_path"]).name, document.content) for document in found]

    return search


if __name__ == "__main__":
    measuring.main(indexer, asker)
