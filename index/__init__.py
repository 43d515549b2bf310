"""Documents in, searchable passages out.

Nothing heavy is imported until a name is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from index.build import Report, update
    from index.documents import Document, Span
    from index.passages import Passage
    from index.store import Store

__all__ = ["Document", "Passage", "Report", "Span", "Store", "update"]

_HOMES = {
    "Document": "index.documents",
    "Passage": "index.passages",
    "Report": "index.build",
    "Span": "index.documents",
    "Store": "index.store",
    "update": "index.build",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'index' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
