"""LangChain's retrieval tutorial: pieces of 1,000 characters with 200 in common, in Chroma on disk."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import measuring

BATCH = 5000  # Chroma takes no more records than about this at once


def indexer() -> measuring.Build:
    from langchain_chroma import Chroma
    from langchain_core.documents import Document
    from langchain_huggingface import HuggingFaceEmbeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    embeddings = HuggingFaceEmbeddings(model_name=measuring.model_folder())
    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200, add_start_index=True)

    def build(documents: Path, store: Path) -> list[str]:
        read = measuring.read_documents(documents)
        splits = splitter.split_documents([Document(text, metadata={"source": name}) for name, text in read])
        vectors = Chroma("example_collection", embedding_function=embeddings, persist_directory=str(store))
        for at in range(0, len(splits), BATCH):
            vectors.add_documents(splits[at : at + BATCH])
        return [split.page_content for split in splits]

    return build


def asker(store: Path) -> measuring.Search:
    from langchain_chroma import Chroma
    from langchain_huggingface import HuggingFaceEmbeddings

    embeddings = HuggingFaceEmbeddings(model_name=measuring.model_folder())
    vectors = Chroma("example_collection", embedding_function=embeddings, persist_directory=str(store))

    def search(question: str, limit: int) -> Iterable[tuple[str, str]]:
        found = vectors.similarity_search(question, k=limit)
        return [(document.metadata["source"], document.page_content) for document in found]

    return search


if __name__ == "__main__":
    measuring.main(indexer, asker)
