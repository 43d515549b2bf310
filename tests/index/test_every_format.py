"""The offset law, over real files of each format the seeds come in: a quote is a slice of its document."""

from __future__ import annotations

import pytest

import seeds
from index.documents import Document
from index.formats import read_file
from index.passages import split

FILES = sorted(path.name for path in seeds.FOLDER.iterdir())


def words(text):
    return len(text.split())


@pytest.mark.parametrize("name", FILES)
def test_passages_are_slices_and_know_their_page_and_heading(name):
    (document,) = read_file(seeds.FOLDER, name)
    assert isinstance(document, Document)
    passages = split(document, lambda texts: [words(t) for t in texts])
    assert passages
    for passage in passages:
        assert passage.text == document.text[passage.span.start : passage.span.end]
        assert passage.page == document.page_at(passage.span.start)
        assert passage.heading == document.heading_at(passage.span.start)
    if name.endswith(".pdf"):
        assert {p.page for p in passages} >= {"1", "2", "3", "4"}
    else:
        assert any(p.heading for p in passages)


def test_a_newcomer_meets_every_common_format():
    assert {name.rsplit(".", 1)[1] for name in FILES} == {"md", "pdf", "docx", "html"}
