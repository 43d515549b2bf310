"""Documents in, searchable passages out.

Nothing heavy is imported until a name is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.lazy import lazily

if TYPE_CHECKING:
    from index.build import Report, update
    from index.documents import Document, Span
    from index.passages import Passage
    from index.store import Store

__all__ = ["Document", "Passage", "Report", "Span", "Store", "update"]

__getattr__ = lazily(
    __name__,
    {
        "Document": "index.documents",
        "Passage": "index.passages",
        "Report": "index.build",
        "Span": "index.documents",
        "Store": "index.store",
        "update": "index.build",
    },
)
