"""Passages: runs of whole sentences, small enough to embed, each knowing where it stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.documents import Document, Span


@dataclass(frozen=True, slots=True)
class Passage:
    """Whole sentences of one document, under one heading.

    `document` is the document's path; `span` says where `text` stands in the document's text, and
    `sentences` where its sentences stand: spans in the document's text, in order, inside `span`.
    """

    document: str
    span: Span
    text: str
    page: str
    heading: str
    sentences: tuple[Span, ...]
