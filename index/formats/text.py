"""Plain text and source code: kept word for word."""

from __future__ import annotations

from index.formats.content import Content, verbatim
from index.formats.encoding import decode
from index.formats.opening import stated_in


def read(data: bytes, path: str) -> Content:
    """Plain text. Title, author, publisher and date are read from its first lines where they state them."""
    text = verbatim(decode(data))
    opening = stated_in(text, path)
    return Content(text, opening.title, metadata=opening.metadata)


def read_code(data: bytes, path: str) -> Content:
    """Source code: its title is its path, since the names of modules repeat from folder to folder."""
    return Content(verbatim(decode(data)), path)
