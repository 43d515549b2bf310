"""How a question is to be answered, as a person chose it in the page; and how long answers of each manner took."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from threading import Lock
from typing import Any, Final

from index.errors import FootnoteError
from qa.lengths import BUDGETS, Length
from qa.settings import Settings

PASSAGES: Final = (5, 20, 35, 50)  # offered in the page, besides what the program was started with
_KEPT: Final = 200  # answers of one manner that a median is taken of


@dataclass(frozen=True, slots=True)
class Manner:
    """What a person chose; `None` is what the program was started with. `plain`: without a language model."""

    plain: bool = False
    length: Length | None = None
    passages: int | None = None

    def __post_init__(self) -> None:
        if self.length is not None and self.length not in BUDGETS:
            raise FootnoteError(f"An answer's length is one of {', '.join(BUDGETS)}, not {self.length!r}.")
        if self.passages is not None and not 1 <= self.passages <= 50:
            raise FootnoteError(f"Between 1 and 50 passages are read for one question, not {self.passages}.")

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Manner:
        """The manner that the page's script sends. Raises `FootnoteError` for anything else."""
        match given:
            case {"plain": bool(plain), "length": str() | None as length, "passages": int() | None as passages}:
                return cls(plain, length, passages)  # type: ignore[arg-type]  # checked by the constructor
        raise FootnoteError("The page's settings were not understood. Reload the page.")


AS_STARTED: Final = Manner()


class Timings:
    """The seconds that answers took since the program started. Safe from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._taken: dict[tuple[str, Length, int], deque[float]] = defaultdict(lambda: deque(maxlen=_KEPT))

    def note(self, settings: Settings, seconds: float) -> None:
        """Keeps how long an answer with some settings took."""
        with self._lock:
            self._taken[settings.model, settings.length, settings.passages].append(seconds)

    def median(self, model: str, *, length: Length | None = None, passages: int | None = None) -> float | None:
        """The median of the answers by a language model ("": without one), of a length, from so many passages.

        `None` where there was no such answer.
        """
        with self._lock:
            taken = [
                seconds
                for (by, said, read), each in self._taken.items()
                if by == model and length in (None, said) and passages in (None, read)
                for seconds in each
            ]
        return median(taken) if taken else None
