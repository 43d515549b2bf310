"""Files to documents: one small reader a format, chosen by content first and by name second."""

from __future__ import annotations

from index.formats.reading import READER_VERSION, is_plain, read_file

__all__ = ["READER_VERSION", "is_plain", "read_file"]
