"""What several tests of the page share."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest


class Reading(HTMLParser):
    """What a browser would show: the text, the text inside marks, and the tags that were used."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.marked: dict[str, str] = {}
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self._open: list[tuple[str, dict[str, str | None]]] = []
        self.feed(str(page))
        self.close()
        assert not self._open, f"not closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in ("br", "img"):
            self._open.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        if any("data-made" in attributes for _, attributes in self._open):
            return
        self.text += data
        for tag, attributes in self._open:
            if tag == "mark":
                key = "chosen" if attributes.get("class") == "chosen" else str(attributes["data-number"])
                self.marked[key] = self.marked.get(key, "") + data


@pytest.fixture(scope="session")
def read() -> type[Reading]:
    return Reading
