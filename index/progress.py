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
    """Files done so far, of those planned; what just became of some."""

    done: int
    total: int
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Embedded:
    """Passages embedded so far in this update."""

    passages: int


@dataclass(frozen=True, slots=True)
class Sealing:
    """Vectors written to Chroma so far, of all."""

    done: int
    total: int


Event = Waiting | Repaired | Planned | Applied | Embedded | Sealing
Progress = Callable[[Event], None]


def silent(event: Event) -> None:
    """Show nothing."""
