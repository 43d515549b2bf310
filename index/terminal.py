"""The terminal as all programs write to it."""

from __future__ import annotations

from rich.console import Console


def console(*, error: bool = False, quiet: bool = False) -> Console:
    """Standard output, or standard error: text is shown as it is, whatever rich would make of its signs and names."""
    return Console(soft_wrap=True, markup=False, emoji=False, highlight=False, stderr=error, quiet=quiet)
