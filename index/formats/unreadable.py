"""Why a file gives no document."""

from __future__ import annotations


class Unreadable(Exception):
    """A file gives no document: one of the states of `Rejected`, and a sentence that says why."""

    def __init__(self, state: str, reason: str) -> None:
        super().__init__(reason)
        self.state = state
        self.reason = reason
