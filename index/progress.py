"""What an update tells of itself while it runs: small events, handed to whoever shows them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.plan import Plan


@dataclass(frozen=True, slots=True)
class Waiting:
    """Another process holds the write lock."""

    message: str


@dataclass(frozen=True, slots=True)
class Repaired:
    """Something was found missing or damaged and put right."""

    message: str


@dataclass(frozen=True, slots=True)
class Planned:
    """What will be done."""

    plan: Plan


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file, or member of an archive.

    `change` is "added", "changed", "moved" or "removed"; `state` is "indexed", a state of `Rejected`,
    or "" for what was removed.
    """

    path: str
    change: str
    state: str = ""
    passages: int = 0
    reason: str = ""
    was: str = ""  # the former path of a moved file


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of some files; and the files done so far, of those planned, in number and in bytes."""

    outcomes: tuple[Outcome, ...]
    done: int
    total: int
    bytes_done: int
    bytes_total: int


@dataclass(frozen=True, slots=True)
class Embedded:
    """Texts embedded so far in this update, and the seconds that took."""

    passages: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Sealing:
    """Vectors written to Chroma, or words of passages to tantivy, so far, of all. `what` is "vectors" or "words"."""

    what: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Checking:
    """Documents or files checked so far, of all. `what` is "documents" or "files"."""

    what: str
    done: int
    total: int


Event = Waiting | Repaired | Planned | Applied | Embedded | Sealing | Checking
Progress = Callable[[Event], None]


def silent(event: Event) -> None:
    """Show nothing."""
