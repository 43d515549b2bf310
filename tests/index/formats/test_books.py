"""EPUB, OpenDocument, RTF and reStructuredText."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from index.documents import Document, Metadata

One = Callable[[str, bytes], Document]


def test_a_book_is_read_in_its_own_order(one: One, samples: dict[str, bytes]) -> None:
    book = one("tide.epub", samples["tide.epub"])
    assert book.text == "Ebb\n\nThe water falls.\n\nFlood\n\nThe water rises."
    assert [heading.text for heading in book.headings] == ["Ebb", "Flood"]
    assert book.title == "The Tide Book"
    assert book.metadata == Metadata("Ada Holm", "Quay Press", "2031-03-14", "en")


def test_characters_that_a_book_names_are_read(one: One, build: Any) -> None:
    page = (
        '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "xhtml11.dtd">'
        '<html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body><h1>The caf&eacute;</h1>'
        "<p>Open&nbsp;daily &mdash; but <b>na&iuml;ve</b> &amp; small &unknown; ones.</p></body></html>"
    )
    package = (
        '<!DOCTYPE package SYSTEM "oeb.dtd"><package><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<dc:title>Caf&eacute; days</dc:title></metadata>"
        '<manifest><item id="a" href="a.xhtml" media-type="application/xhtml+xml"/></manifest>'
        '<spine><itemref idref="a"/></spine></package>'
    )
    container = '<container><rootfile full-path="b.opf"/></container>'
    book = one("b.epub", build.zipped({"META-INF/container.xml": container, "b.opf": package, "a.xhtml": page}))
    assert book.text == "The café\n\nOpen daily — but naïve & small &unknown; ones."
    assert (book.title, book.headings[0].text) == ("Café days", "The café")


def test_a_book_under_rights_management_is_locked(read: Any, build: Any) -> None:
    container = '<container><rootfiles><rootfile full-path="b.opf"/></rootfiles></container>'
    encryption = '<encryption><EncryptedData><EncryptionMethod Algorithm="{}"/></EncryptedData></encryption>'
    for method, state in (
        ("http://www.w3.org/2001/04/xmlenc#aes128-cbc", "locked"),
        ("http://www.idpf.org/2008/embedding", "empty"),
    ):
        data = build.zipped(
            {
                "mimetype": "application/epub+zip",
                "META-INF/container.xml": container,
                "META-INF/encryption.xml": encryption.format(method),
                "b.opf": "<package/>",
            }
        )
        (rejected,) = read("drm.epub", data)
        assert rejected.state == state


def test_a_book_that_lacks_a_chapter_is_reported(read: Any, build: Any) -> None:
    item = '<item id="a" href="gone.xhtml" media-type="application/xhtml+xml"/>'
    package = f'<package><manifest>{item}</manifest><spine><itemref idref="a"/></spine></package>'
    data = build.zipped(
        {
            "META-INF/container.xml": '<container><rootfile full-path="b.opf"/></container>',
            "b.opf": package,
        }
    )
    (rejected,) = read("gone.epub", data)
    assert rejected.state == "failed"
    assert "gone.xhtml" in rejected.reason


def test_an_open_document(one: One, samples: dict[str, bytes]) -> None:
    document = one("rules.odt", samples["rules.odt"])
    assert document.text == (
        "Harbour rules\n\nBoats moor at the north quay.\n\n- Show your licence.\n\nLength: 10 m; Dues: 340"
    )
    assert document.title == "Rules of the harbour"
    assert document.metadata == Metadata("Ada Holm", "", "2031-03-14", "")


def open_document(build: Any, kind: str, body: str) -> bytes:
    names = 'xmlns:office="o" xmlns:text="t" xmlns:table="b" xmlns:draw="d" xmlns:presentation="p"'
    content = f"<office:document-content {names}><office:body>{body}</office:body></office:document-content>"
    kind = f"application/vnd.oasis.opendocument.{kind}"
    return bytes(build.zipped({"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": "<manifest/>"}))


def test_open_sheets_and_slides_have_their_pages(one: One, build: Any) -> None:
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    row = "<table:table-row>{}</table:table-row>"
    rows = "".join(row.format("".join(map(cell.format, texts))) for texts in (("Boat", "Dues"), ("Tern", "340")))
    blank = '<table:table-cell table:number-columns-repeated="900"/>'
    rows += f'<table:table-row table:number-rows-repeated="1048000">{blank}</table:table-row>'
    sheet = f'<office:spreadsheet><table:table table:name="Dues">{rows}</table:table></office:spreadsheet>'
    document = one("dues.ods", open_document(build, "spreadsheet", sheet))
    assert (document.text, document.pages[0].label) == ("Boat: Tern; Dues: 340", "sheet Dues")
    slide = (
        '<office:presentation><draw:page><draw:frame presentation:class="title"><draw:text-box><text:p>Plan</text:p>'
        "</draw:text-box></draw:frame><draw:frame><draw:text-box><text:p>Dredge in May.</text:p></draw:text-box>"
        "</draw:frame><presentation:notes><draw:frame><text:p>Costs!</text:p></draw:frame></presentation:notes>"
        "</draw:page></office:presentation>"
    )
    document = one("plan.odp", open_document(build, "presentation", slide))
    assert (document.text, document.pages[0].label) == ("Plan\n\nDredge in May.\n\nNotes: Costs!", "slide 1")


def test_everything_in_a_table_of_an_open_document_is_read_once(one: One, build: Any) -> None:
    def table(*rows: str) -> str:
        return f"<table:table>{''.join(f'<table:table-row>{row}</table:table-row>' for row in rows)}</table:table>"

    def cell(inside: str) -> str:
        return f"<table:table-cell>{inside}</table:table-cell>"

    def words(text: str) -> str:
        return f"<text:p>{text}</text:p>"

    items = "".join(f"<text:list-item>{words(text)}</text:list-item>" for text in ("Light", "Rope"))
    inner = table(cell(words("Ebb")) + cell(words("Flood")))
    comment = "<office:annotation><text:p>a comment</text:p></office:annotation>"
    rows = (
        cell(words("Boat")) + cell(words("Needs")),
        cell('<text:h text:outline-level="2">Tern</text:h>')
        + cell(f"{words('Always:')}<text:list>{items}</text:list>"),
        cell(words("Gull") + comment) + cell(inner),
    )
    document = one("needs.odt", open_document(build, "text", f"<office:text>{table(*rows)}</office:text>"))
    assert document.text == "Boat: Tern; Needs: Always: Light Rope\nBoat: Gull; Needs: Ebb Flood"


def test_rich_text(one: One, samples: dict[str, bytes]) -> None:
    document = one("rules.rtf", samples["rules.rtf"])
    assert document.text == "Boats moor at the café quay.\n\nLength: 10 m; Dues: 340\n\nThe end."
    assert document.title == "Harbour rules"
    assert document.metadata == Metadata("Ada Holm", "", "2031-03-14", "")


def test_restructured_text_is_kept_and_its_fields_read(one: One, samples: dict[str, bytes]) -> None:
    document = one("guide.rst", samples["guide.rst"])
    assert document.text == samples["guide.rst"].decode()
    assert [(heading.level, heading.text) for heading in document.headings] == [(1, "Guide"), (2, "Dues")]
    assert document.metadata.author == "Ada Holm"
    over = one(
        "over.rst",
        b"====\nTide\n====\n\nText that goes on\n\nEbb\n===\n\nMore.\n\n=====  =====\nA      B\n=====  =====\n",
    )
    assert [(heading.level, heading.text) for heading in over.headings] == [(1, "Tide"), (2, "Ebb")]
