"""Ask a folder of documents and get cited answers.

    from qa import answer
    answer("When did the visit end?").text

Nothing heavy is imported until a name is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.lazy import lazily

if TYPE_CHECKING:
    from qa.answers import Answer, Citation, Step, Turn
    from qa.assistant import Assistant, answer
    from qa.settings import Settings

__all__ = ["Answer", "Assistant", "Citation", "Settings", "Step", "Turn", "answer"]

__getattr__ = lazily(
    __name__,
    {
        "Answer": "qa.answers",
        "Assistant": "qa.assistant",
        "Citation": "qa.answers",
        "Settings": "qa.settings",
        "Step": "qa.answers",
        "Turn": "qa.answers",
        "answer": "qa.assistant",
    },
)
