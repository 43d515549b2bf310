"""LlamaIndex's starter tutorial: a VectorStoreIndex with its defaults, persisted to disk.

Its default pieces have up to 1,024 tokens, of which the model reads the first 256.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import measuring


def indexer() -> measuring.Build:
    from llama_index.core import SimpleDirectoryReader, VectorStoreIndex
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding

    model = HuggingFaceEmbedding(model_name=measuring.model_folder())

    def build(documents: Path, store: Path) -> list[str]:
        index = VectorStoreIndex.from_documents(SimpleDirectoryReader(str(documents)).load_data(), embed_model=model)
        index.storage_context.persist(persist_dir=str(store))
        return [node.get_content() for node in index.docstore.docs.values()]

    return build


def asker(store: Path) -> measuring.Search:
    from llama_index.core import StorageContext, load_index_from_storage
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding

    model = HuggingFaceEmbedding(model_name=measuring.model_folder())
    index = load_index_from_storage(StorageContext.from_defaults(persist_dir=str(store)), embed_model=model)

    def search(question: str, limit: int) -> Iterable[tuple[str, str]]:
        found = index.as_retriever(similarity_top_k=limit).retrieve(question)
        return [(node.metadata["file_name"], node.get_content()) for node in found]

    return search


if __name__ == "__main__":
    measuring.main(indexer, asker)
