"""The assistant's search as a LangChain retriever, with our exact spans in each document's metadata."""

from __future__ import annotations

from collections.abc import Collection

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, SkipValidation

from qa.assistant import Assistant
from qa.retrieval import Hit


class Retriever(BaseRetriever):
    """Searches and reads as the assistant does for an answer; the best passages come first.

    `page_content` is the passage's text, `document_text[start:end]`. The metadata: `source` (the document's path),
    `title`, `page`, `heading`, `publisher`, `author`, `date`, `start`, `end`, `digest` of the document's text,
    `cosine`, and `sentences`, the spans of its sentences in the document's text.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    assistant: SkipValidation[Assistant]
    limit: int = 8
    within: tuple[str, ...] | None = None

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        with self.assistant.snapshot() as now:
            findings = self.assistant.find(now, query, (), self.within, thorough=True)
            best = findings.hits[: self.limit]
            digests = {path: now.document(path).digest for path in {hit.passage.document for hit in best}}
        return [as_document(hit, digests[hit.passage.document]) for hit in best]


def as_retriever(assistant: Assistant, limit: int = 8, within: Collection[str] | None = None) -> Retriever:
    """A retriever over the assistant's documents, or those `within`. Raises `ValueError` for no passages at all."""
    if limit < 1:
        raise ValueError(f"a retriever finds at least one passage, got a limit of {limit}")
    return Retriever(assistant=assistant, limit=limit, within=None if within is None else tuple(within))


def as_document(hit: Hit, digest: str) -> Document:
    """A passage as LangChain knows it."""
    passage, stated = hit.passage, hit.metadata
    return Document(
        page_content=passage.text,
        metadata={
            "source": passage.document,
            "title": hit.title,
            "page": passage.page,
            "heading": passage.heading,
            "publisher": stated.publisher,
            "author": stated.author,
            "date": stated.date,
            "start": passage.span.start,
            "end": passage.span.end,
            "digest": digest,
            "cosine": hit.cosine,
            "sentences": [(span.start, span.end) for span in passage.sentences],
        },
    )
