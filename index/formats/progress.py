"""Signs of life while a file takes long: whoever limits the time of a reading may listen for them."""

from __future__ import annotations

from collections.abc import Callable

_listeners: list[Callable[[], None]] = []


def listen(listener: Callable[[], None]) -> None:
    """Has `listener` called at every sign of life in this process."""
    _listeners.append(listener)


def alive() -> None:
    """Says that one of many long steps is done, and that the next may take as long again."""
    for listener in _listeners:
        listener()
