"""Ask a folder of documents and get cited answers.

    from qa import answer
    answer("When did the visit end?").text

Nothing heavy is imported until a name is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qa.answers import Answer, Citation, Step, Turn
    from qa.assistant import Assistant, answer
    from qa.settings import Settings

__all__ = ["Answer", "Assistant", "Citation", "Settings", "Step", "Turn", "answer"]

_HOMES = {
    "Answer": "qa.answers",
    "Assistant": "qa.assistant",
    "Citation": "qa.answers",
    "Settings": "qa.settings",
    "Step": "qa.answers",
    "Turn": "qa.answers",
    "answer": "qa.assistant",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'qa' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
