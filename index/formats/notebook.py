"""Jupyter notebooks: the cells' text and code, without outputs."""

from __future__ import annotations

import json
from dataclasses import replace

from index.documents import Heading
from index.formats.content import Content, verbatim
from index.formats.encoding import decode
from index.formats.markdown import headings_in
from index.formats.naming import title_from_name


def read(data: bytes, path: str) -> Content:
    """A notebook; the headings of its Markdown cells are the document's."""
    text = ""
    headings: list[Heading] = []
    for cell in json.loads(decode(data))["cells"]:
        source = cell.get("source", "")
        part = verbatim(source if isinstance(source, str) else "".join(source)).strip("\n")
        if not part.strip():
            continue
        text += "\n\n" if text else ""
        if cell.get("cell_type") == "markdown":
            headings += [replace(heading, start=len(text) + heading.start) for heading in headings_in(part)]
        text += part
    return Content(text, headings[0].text if headings else title_from_name(path), headings=tuple(headings))
