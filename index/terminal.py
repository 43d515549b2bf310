"""The terminal as all programs write to it."""

from __future__ import annotations

import io
import json
import sys

from rich.console import Console


def console(*, error: bool = False, quiet: bool = False) -> Console:
    """Standard output, or standard error: text is shown as it is, whatever rich would make of its signs and names.

    What the terminal's encoding does not have is shown as an escape, as Python itself does on standard error.
    """
    stream = sys.stderr if error else sys.stdout
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
    return Console(soft_wrap=True, markup=False, emoji=False, highlight=False, stderr=error, quiet=quiet)


def print_json(value: object, indent: int | None = 2) -> None:
    """JSON on standard output; what is none, such as a path, as text, and bytes in hexadecimal."""
    plain = sys.stdout.encoding.lower() != "utf-8"
    sys.stdout.write(json.dumps(value, ensure_ascii=plain, indent=indent, default=_as_text) + "\n")
    sys.stdout.flush()


def _as_text(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
