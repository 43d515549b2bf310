"""Files to documents: one small reader a format, chosen by content first and by name second."""

from __future__ import annotations

from index.formats.reading import READER_VERSION, read_file, read_plain

__all__ = ["READER_VERSION", "read_file", "read_plain"]
