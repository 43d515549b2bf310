"""The document beside the chat: nothing lost, nothing invented, the quote marked exactly."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.documents import Document, Heading, Page
from ui.pages import Mark, is_markdown, page_html
from ui.structure import blocks

HOSTILE = (
    "<script>alert(1)</script>",
    "</mark></p></div><img src=x onerror=alert(1)>",
    "[click](javascript:alert(1)) and ![x](http://evil.example/p.png)",
    "`` ` `` **bold *it** x* __a_b__ snake_case_name [1] [^1]",
    "| a | b |\n|---|:-:|\n| 1 \\| 2 | <b>3</b> |\n| lone",
    "Item: Spade; Price: 12\nItem: Rake; Colour: red; Price: 9\n",
    "> quoted **text**\n> goes on\n\n1. one\n   more\n2) two\n- dash\n\t- deeper\n",
    "```\n<code> & more\n```\nafter",
    "```never closed\n**x**",
    "Title\n=====\n\nSub\n---\n\n***\n",
    "a\u202etxt.exe\u0000b\ud800c",
    "&lt;b&gt; &amp;amp; &#60;script&#62; &copy",
    "x" * 10_000,
    "**" * 5_000,
)
Read = Callable[[str], Any]

FORMATS = ("a.md", "a.txt", "a.docx", "a.xlsx", "a.pdf", "a.html")
alphabet = st.sampled_from(list("ab*_`|[](){}<>&\"'#-=+!:;.~>\\ \n\t1é漢\u202e"))
texts = st.one_of(
    st.lists(alphabet, min_size=1, max_size=120).map("".join),
    st.lists(st.sampled_from(HOSTILE[:10]), min_size=1, max_size=4).map("\n".join),
).filter(lambda text: bool(text.strip()))


def expected(text: str) -> str:
    return text.replace("\ud800", "\ufffd")


def document(path: str, text: str, headings: tuple[Heading, ...] = (), pages: tuple[Page, ...] = ()) -> Document:
    return Document(path, "Title", text, pages, headings)


@pytest.mark.parametrize("path", FORMATS)
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_text_with_nothing_lost(read: Read, path: str, text: str) -> None:
    reading = read(page_html(document(path, text), (0, len(text)), ()))
    assert reading.text == expected(text)
    assert reading.tags <= set("p span strong em code h3 h4 h5 h6 ul li blockquote div table tr td th mark".split())
    assert not {name for name in reading.attributes if name.startswith("on") or name in ("href", "src", "style")}


def test_a_long_document_takes_time_in_proportion() -> None:
    def seconds(count: int) -> float:
        text = "A line.\n\n" * count
        before = time.process_time()
        assert sum(1 for _ in blocks(text, (0, len(text)), {}, False, False)) == 2 * count
        return time.process_time() - before

    assert seconds(16_000) < 10 * seconds(4_000)  # 4 times is fair, 16 would be the square


@settings(deadline=None)
@given(text=texts, path=st.sampled_from(FORMATS), data=st.data())
def test_marks_hold_exactly_the_passage(read: Read, text: str, path: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    other = data.draw(st.integers(0, len(text) - 1))
    marks = (Mark(other, len(text), 1), Mark(start, end, 2, chosen=True))
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=3)))
    pages = tuple(Page(cut, str(number)) for number, cut in enumerate(cuts, 1))
    heading = data.draw(st.integers(0, len(text)))
    made = document(path, text, (Heading(heading, 2, "x"),), pages)
    reading = read(page_html(made, (0, len(text)), marks))
    assert reading.text == text
    assert reading.marked["chosen"] == text[start:end]


@settings(deadline=None)
@given(text=texts, path=st.sampled_from(FORMATS), data=st.data())
def test_a_window_shows_its_part_of_the_text(read: Read, text: str, path: str, data: st.DataObject) -> None:
    starts = [0, *(at + 1 for at, character in enumerate(text) if character == "\n" and at + 1 < len(text))]
    start = data.draw(st.sampled_from(starts))
    end = data.draw(st.sampled_from([*(at for at in starts if at > start), len(text)]))
    assert read(page_html(document(path, text), (start, end), ())).text == text[start:end]


def test_markdown_is_shown_as_its_structure() -> None:
    text = "# Costs\n\nThe **rail** pass costs *12*.\n\n| Item | Price |\n|---|---|\n| Spade | 12 |\n\n- one\n- two\n"
    page = page_html(document("a.md", text), (0, len(text)), ())
    for piece in ("<h3>", "<strong>rail</strong>", "<em>12</em>", "<th>", "<td>", "<li", "<table>"):
        assert piece in page
    assert "<span hidden>**</span>" in page


def test_rows_of_named_values_become_a_table() -> None:
    text = "Item: Spade; Price: 12\nItem: Rake; Colour: red; Price: 9\n"
    page = page_html(document("prices.xlsx", text), (0, len(text)), ())
    assert '<th scope="col">Item</th><th scope="col">Colour</th><th scope="col">Price</th>' in page
    assert page.count("<tr>") == 2
    assert "<table>" not in page_html(document("prices.txt", text), (0, len(text)), ())


def test_pages_are_told_apart() -> None:
    text = "First page.\nSecond page.\n"
    page = page_html(document("a.pdf", text, pages=(Page(0, "1"), Page(12, "slide 2"))), (0, len(text)), ())
    assert 'aria-label="Page 1"' in page and 'aria-label="Slide 2"' in page


def test_markdown_is_what_the_index_reads_as_markdown() -> None:
    assert is_markdown("a/b.QMD") and is_markdown("a.md")
    assert not is_markdown("a.txt") and not is_markdown("a.unknown") and not is_markdown("md")
