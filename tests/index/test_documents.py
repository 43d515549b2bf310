from __future__ import annotations

import pytest

from index.documents import Document, Heading, Page, Rejected, Span


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../up.txt", "a/../../b.txt"])
def test_a_document_is_inside_its_folder(path):
    with pytest.raises(ValueError, match="inside its folder"):
        Document(path, "T", "text")


@pytest.mark.parametrize(("title", "text"), [(" ", "text"), ("T", " \n")])
def test_a_document_has_a_title_and_text(title, text):
    with pytest.raises(ValueError, match=r"blank title|no text"):
        Document("a.txt", title, text)


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (2, 2), (3, 2)])
def test_a_span_holds_at_least_one_character(start, end):
    with pytest.raises(ValueError, match="start < end"):
        Span(start, end)


def test_pages_and_headings_are_looked_up_by_character():
    document = Document(
        "a.txt",
        "T",
        "x" * 100,
        pages=(Page(0, "1"), Page(50, "2")),
        headings=(Heading(10, 1, "A"), Heading(20, 2, "B"), Heading(60, 1, "C")),
    )
    assert [document.page_at(at) for at in (0, 49, 50, 99)] == ["1", "1", "2", "2"]
    assert [document.heading_at(at) for at in (5, 10, 25, 60)] == ["", "A", "A > B", "C"]


def test_marks_out_of_order_or_outside_are_refused():
    with pytest.raises(ValueError, match="out of order or outside"):
        Document("a.txt", "T", "text", pages=(Page(3, "2"), Page(0, "1")))
    with pytest.raises(ValueError, match="out of order or outside"):
        Document("a.txt", "T", "text", headings=(Heading(9, 1, "A"),))


def test_a_file_is_rejected_for_a_known_reason_only():
    with pytest.raises(ValueError, match="not a state"):
        Rejected("a.txt", "odd", "why")
