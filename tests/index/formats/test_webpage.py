"""HTML: content kept with its structure, furniture left out, metadata read, nothing loaded."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from index.documents import Document, Rejected

One = Callable[[str, bytes], Document]

PAGE = """<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8"><title>Harbour dues rise | The Quay Post</title>
<meta property="og:site_name" content="The Quay Post"><meta name="author" content="Mara Lind">
<meta property="article:published_time" content="2031-03-14T08:00:00Z"><script>var x = "<p>no</p>";</script></head>
<body><header><nav><ul><li><a href="/">Home</a></li><li><a href="/n">News</a></li></ul></nav></header>
<div class="cookie-banner">We use cookies. <button>Accept</button></div>
<main><article><h1>Harbour dues rise</h1><p class="byline">By Mara Lind</p>
<p>The board raised the dues by <b>12</b> percent.<br>It was 5 to 2.</p><h2>What it costs</h2>
<table><caption>Dues</caption><thead><tr><th>Length</th><th>Now</th></tr></thead>
<tbody><tr><td rowspan="2">10 m</td><td>340</td></tr><tr><td>360</td></tr></tbody></table>
<ul><li>The union objects.<ol><li>First.</li><li>Second.</li></ol></li><li>The <a href="x">club</a> too.</li></ul>
<pre><code>one
  two</code></pre><p hidden>secret</p><p style="display:none">secret</p></article></main>
<aside><h3>Most read</h3><a>Ferry late</a></aside><footer><p>Imprint. Privacy.</p></footer></body></html>"""


def test_content_is_kept_in_order_and_furniture_left_out(one: One) -> None:
    document = one("page.html", PAGE.encode())
    assert document.text == (
        "Harbour dues rise\n\nBy Mara Lind\n\nThe board raised the dues by 12 percent.\nIt was 5 to 2.\n\n"
        "What it costs\n\nDues\n\nLength: 10 m; Now: 340\nLength: 10 m; Now: 360\n\n"
        "- The union objects.\n1. First.\n2. Second.\n- The club too.\n\none\ntwo"
    )
    assert [(heading.level, heading.text) for heading in document.headings] == [
        (1, "Harbour dues rise"),
        (2, "What it costs"),
    ]


def test_metadata_is_what_the_page_states(one: One) -> None:
    document = one("page.html", PAGE.encode())
    stated = document.metadata
    assert document.title == "Harbour dues rise"
    assert (stated.author, stated.publisher, stated.date, stated.language) == (
        "Mara Lind",
        "The Quay Post",
        "2031-03-14",
        "en-GB",
    )


def test_linked_data_is_understood(one: One) -> None:
    data = """{"@graph": [{"@type": "Article", "author": [{"name": "Ada Holm"}], "publisher": {"name": "Quay Press"},
               "datePublished": "2031-03-14"}]}"""
    page = f"<html><head><script type='application/ld+json'>{data}</script></head><body><p>Text.</p></body></html>"
    stated = one("page.html", page.encode()).metadata
    assert (stated.author, stated.publisher, stated.date) == ("Ada Holm", "Quay Press", "2031-03-14")


def test_a_plain_page_is_kept_whole(one: One) -> None:
    page = "<h1>Guide</h1><h2>Install</h2><p>Run it.</p><dl><dt>port</dt><dd>7860</dd></dl><div>Loose<br>text</div>"
    assert (
        one("guide.html", f"<html><body>{page}".encode()).text
        == "Guide\n\nInstall\n\nRun it.\n\nport\n\n7860\n\nLoose\ntext"
    )


def test_main_text_ends_where_the_rest_of_a_page_without_marks_begins(one: One) -> None:
    story = "".join(
        f"<p>The tide of day {day} turned at noon, and the boats left with the ebb for the banks.</p>"
        for day in range(9)
    )
    words = "Teaser number {0} that leads to another story of the site, told at length by a poet"
    teaser = f"<div><a href='/{{0}}'>{words}</a></div>"
    teasers = "".join(map(teaser.format, range(40)))
    page = f"<html><body><div><h1>Tides</h1>{story}</div><div>{teasers}</div></body></html>"
    text = one("story.html", page.encode()).text
    assert text.startswith("Tides\n\nThe tide of day 0")
    assert "The tide of day 8" in text
    assert "Teaser number 30" not in text


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252", "iso-8859-7", "shift_jis"])
def test_the_declared_encoding_is_used(one: One, encoding: str) -> None:
    words = {"iso-8859-7": "Το λιμάνι", "shift_jis": "港は開いています"}.get(encoding, "Größe café")
    page = f"<html><head><meta charset='{encoding}'></head><body><p>{words}</p></body></html>"
    assert one("page.html", page.encode(encoding)).text == words


@pytest.mark.parametrize(
    "page", ["<html>", "<html><body><script>x</script></body></html>", "<html><img src='a.png'></html>"]
)
def test_a_page_without_text_is_reported(read: Callable[[str, bytes], tuple[Rejected, ...]], page: str) -> None:
    (rejected,) = read("page.html", page.encode())
    assert rejected.state == "empty"


def test_pages_nested_without_end_are_survived(read: Callable[[str, bytes], tuple[Document | Rejected, ...]]) -> None:
    for tag in ("div", "ul><li", "table><tr><td", "b", "span"):
        (found,) = read("deep.html", f"<html><body><p>Top.</p>{f'<{tag}>' * 20_000}deep".encode())
        assert isinstance(found, (Document, Rejected))
