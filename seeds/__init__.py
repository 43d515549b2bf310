"""The documents Footnote answers from by default, and questions that measure how well it does.

`FOLDER` holds the documents and nothing else; where their facts come from is in SOURCES.md beside it.
"""

from pathlib import Path

__all__ = ["FOLDER"]

FOLDER: Path = Path(__file__).resolve().parent / "documents"
