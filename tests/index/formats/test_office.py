"""DOCX, PPTX and XLSX: headings, numbers that Word only shows, tables, slides, sheets."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import docx
import openpyxl
import pptx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from pptx.chart.data import CategoryChartData, XyChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from index.documents import Document

One = Callable[[str, bytes], Document]
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


def saved(file: Any) -> bytes:
    buffer = io.BytesIO()
    file.save(buffer)
    return buffer.getvalue()


def test_word_headings_lists_and_tables(one: One, samples: dict[str, bytes]) -> None:
    document = one("rules.docx", samples["rules.docx"])
    assert document.title == "Harbour rules"
    assert [(heading.level, heading.text) for heading in document.headings] == [
        (1, "Harbour rules"),
        (1, "Mooring"),
        (1, "Dues"),
    ]
    assert "1. Show your licence.\n2. Pay the dues." in document.text
    assert document.text.endswith("Length: 10 m; Dues: 340 crowns")
    assert document.metadata.author == ""  # the template's author is nobody


def test_word_numbers_are_counted_through_as_the_page_shows_them(one: One) -> None:
    document = docx.Document()
    levels = (
        '<w:lvl w:ilvl="0"><w:start w:val="4"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>'
        '<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerRoman"/><w:lvlText w:val="%1.%2)"/></w:lvl>'
    )
    numbering = document.part.numbering_part.element
    numbering.insert(0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="77">{levels}</w:abstractNum>'))
    numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="77"><w:abstractNumId w:val="77"/></w:num>'))
    for text, level in (("Liability", 0), ("of owners", 1), ("of guests", 1), ("Term", 0), ("of years", 1)):
        properties = document.add_paragraph(text)._p.get_or_add_pPr()
        properties.append(
            parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="77"/></w:numPr>')
        )
    text = one("contract.docx", saved(document)).text
    assert text == "4. Liability\n4.i) of owners\n4.ii) of guests\n5. Term\n5.i) of years"


def test_word_text_that_shows_is_read_and_deleted_text_is_not(one: One) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("The dues ")._p
    run = "<w:r><w:t>{}</w:t></w:r>"
    space = nsdecls("w")
    paragraph.append(parse_xml(f"<w:ins {space}>{run.format('rise')}</w:ins>"))
    paragraph.append(parse_xml(f"<w:del {space}><w:r><w:delText>fall</w:delText></w:r></w:del>"))
    paragraph.append(parse_xml(f"<w:hyperlink {space}>{run.format(' in April')}</w:hyperlink>"))
    body = document.element.body
    control = f"<w:sdt {space}><w:sdtContent><w:p>{run.format('In a content control.')}</w:p></w:sdtContent></w:sdt>"
    body.insert(1, parse_xml(control))
    box = f"<w:r><w:pict><w:txbxContent><w:p>{run.format('In a text box.')}</w:p></w:txbxContent></w:pict></w:r>"
    body.insert(2, parse_xml(f"<w:p {space}>{box}</w:p>"))
    text = one("tracked.docx", saved(document)).text
    assert text.split("\n\n") == ["The dues rise in April", "In a content control.", "In a text box."]


def test_word_merged_cells_are_repeated_downwards(one: One) -> None:
    document = docx.Document()
    table = document.add_table(3, 2)
    for cell, text in zip(table._cells, ("Quay", "Depth", "North", "3 m", "", "4 m"), strict=True):
        cell.text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    text = one("depths.docx", saved(document)).text
    assert text == "Quay: North; Depth: 3 m\nQuay: North; Depth: 4 m"


def test_word_rows_and_cells_inside_content_controls_are_read(one: One) -> None:
    document = docx.Document()
    table = document.add_table(3, 2)
    for cell, text in zip(table._cells, ("Quay", "Depth", "North", "3 m", "South", "4 m"), strict=True):
        cell.text = text
    control = f"<w:sdt {nsdecls('w')}><w:sdtContent/></w:sdt>"
    _, north, south = table._tbl.tr_lst
    for held in (north.tc_lst[1], north, south):
        held.addprevious(outer := parse_xml(control))
        outer[0].append(held)
    assert one("depths.docx", saved(document)).text == "Quay: North; Depth: 3 m\nQuay: South; Depth: 4 m"


def math(inside: str) -> str:
    """Word's XML of an equation, "[x]" standing for a run with the text "x"."""
    runs = re.sub(r"\[(.*?)\]", r"<m:r><w:rPr/><m:t>\1</m:t></m:r>", inside)
    return f"<m:oMath {nsdecls('m', 'w')}>{runs}</m:oMath>"


@pytest.mark.parametrize(
    ("inside", "shown"),
    [
        ("[E=m]<m:sSup><m:sSupPr/><m:e>[c]</m:e><m:sup>[2]</m:sup></m:sSup>", "E=mc^2"),
        ("<m:f><m:num>[1]</m:num><m:den>[2]</m:den></m:f>", "1/2"),
        ("<m:f><m:num>[a+b]</m:num><m:den>[2.5]</m:den></m:f>", "(a+b)/2.5"),
        ("<m:sSubSup><m:e>[x]</m:e><m:sub>[i]</m:sub><m:sup>[n+1]</m:sup></m:sSubSup>", "x_i^(n+1)"),
        ("<m:rad><m:deg/><m:e>[2]</m:e></m:rad>[, ]<m:rad><m:deg>[3]</m:deg><m:e>[x]</m:e></m:rad>", "√2, √(3&x)"),
        ('[f]<m:d><m:e>[x]</m:e></m:d>[ ]<m:d><m:dPr><m:begChr m:val="|"/></m:dPr><m:e>[y]</m:e></m:d>', "f(x) |y)"),
        ("<m:nary><m:sub>[0]</m:sub><m:sup>[n+1]</m:sup><m:e>[x]</m:e></m:nary>", "∫_0^(n+1) x"),
        ('<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:e>[i]</m:e></m:nary>', "∑ i"),
        ("[2]<m:f><m:num>[1]</m:num><m:den>[2]</m:den></m:f>[m]", "2 1/2 m"),
        ("<m:sSup><m:e><m:d><m:e>[-x]</m:e></m:d></m:e><m:sup>[2]</m:sup></m:sSup>[5]", "(-x)^2 5"),
        ("<m:f><m:num>[1]</m:num><m:den>[2x]</m:den></m:f>", "1/(2x)"),
        ("<m:func><m:fName>[sin]</m:fName><m:e>[x]</m:e></m:func><w:del><m:r><m:t>+1</m:t></m:r></w:del>", "sin x"),
        ("<m:m><m:mr><m:e>[1]</m:e><m:e>[0]</m:e></m:mr><m:mr><m:e>[0]</m:e><m:e>[1]</m:e></m:mr></m:m>", "1, 0; 0, 1"),
    ],
)
def test_word_equations_are_read_as_they_are_typed(one: One, inside: str, shown: str) -> None:
    document = docx.Document()
    document.add_paragraph("It holds that ")._p.append(parse_xml(math(inside)))
    assert one("law.docx", saved(document)).text == f"It holds that {shown}"


def test_word_states_author_and_date(one: One) -> None:
    document = docx.Document()
    document.add_paragraph("The dues rise in April, the board has decided.")
    document.core_properties.author = "Ada Holm"
    document.core_properties.title = "Dues"
    document.core_properties.language = "en-GB"
    document.core_properties.modified = datetime(2031, 3, 14)
    found = one("dues.docx", saved(document))
    assert (found.title, found.metadata.author) == ("Dues", "Ada Holm")
    assert (found.metadata.date, found.metadata.language) == ("2031-03-14", "en-GB")


def test_slides_have_titles_tables_notes_and_page_labels(one: One, samples: dict[str, bytes]) -> None:
    document = one("plan.pptx", samples["plan.pptx"])
    assert document.title == "Dredging plan"
    assert [page.label for page in document.pages] == ["slide 1", "slide 2"]
    assert [heading.text for heading in document.headings] == ["Dredging plan", "Costs"]
    assert "- Start in May\n- End in August" in document.text
    assert "Notes: Mention the costs." in document.text
    assert document.page_at(document.text.index("Year: 2031; Crowns: 1200000")) == "slide 2"


def test_slides_charts_and_groups(one: One) -> None:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    data = CategoryChartData()
    data.categories = ["2030", "2031"]
    data.add_series("Boats", (12, 14))
    slide.shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, Inches(1), Inches(1), Inches(4), Inches(3), data)
    group = slide.shapes.add_group_shape()
    group.shapes.add_textbox(0, 0, Inches(2), Inches(1)).text_frame.text = "Inside a group"
    text = one("charts.pptx", saved(deck)).text
    assert "2030: Boats: 12\n2031: Boats: 14" in text
    assert "Inside a group" in text


@pytest.mark.parametrize(
    "kind",
    [
        "area3DChart",
        "bar3DChart",
        "line3DChart",
        "pie3DChart",
        "ofPieChart",
        "stockChart",
        "surfaceChart",
        "surface3DChart",
    ],
)
def test_charts_of_every_kind_give_their_numbers(one: One, kind: str) -> None:
    deck = pptx.Presentation()
    data = CategoryChartData()
    data.categories = ["Ebb", "Flood", "Slack"]
    data.add_series("2030", (12, 0.1 + 0.2, None))
    data.add_series("2031", (14, None, 3))
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "Tides"
    chart = slide.shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, 0, 0, Inches(4), Inches(3), data).chart
    chart.chart_title.text_frame.text = "Boats a day"
    (plot,) = chart.element.iter(f"{CHART}barChart")
    plot.tag = f"{CHART}{kind}"
    plot.find(f".//{CHART}val//{CHART}v").text = "#N/A"
    assert one("charts.pptx", saved(deck)).text == (
        "Tides\n\nBoats a day\nEbb: 2030: #N/A; 2031: 14\nFlood: 2030: 0.3\nSlack: 2031: 3"
    )


def test_each_series_of_a_scatter_chart_has_its_own_places(one: One) -> None:
    deck = pptx.Presentation()
    data = XyChartData()
    for name, points in (("North", ((1.5, 2), (3, 4))), ("South", ((1, 5),))):
        series = data.add_series(name)
        for x, y in points:
            series.add_data_point(x, y)
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    slide.shapes.add_chart(XL_CHART_TYPE.XY_SCATTER, 0, 0, Inches(4), Inches(3), data)
    assert one("charts.pptx", saved(deck)).text == "1.5: North: 2\n3: North: 4\n1: South: 5"


def retyped(data: bytes, was: str, now: str) -> bytes:
    """An Office file whose main part is of another content type."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "[Content_Types].xml":
                assert was.encode() in content
                content = content.replace(was.encode(), now.encode())
            target.writestr(name, content)
    return buffer.getvalue()


WORD = "vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
SLIDES = "vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"


@pytest.mark.parametrize(
    ("name", "plain", "was", "kind"),
    [
        ("rules.docm", "rules.docx", WORD, "vnd.ms-word.document.macroEnabled.main+xml"),
        ("rules.dotm", "rules.docx", WORD, "vnd.ms-word.template.macroEnabledTemplate.main+xml"),
        ("rules.dotx", "rules.docx", WORD, WORD.replace("document.main", "template.main")),
        ("plan.pptm", "plan.pptx", SLIDES, "vnd.ms-powerpoint.presentation.macroEnabled.main+xml"),
        ("plan.ppsx", "plan.pptx", SLIDES, SLIDES.replace("presentation.main", "slideshow.main")),
        ("plan.ppsm", "plan.pptx", SLIDES, "vnd.ms-powerpoint.slideshow.macroEnabled.main+xml"),
        ("plan.potx", "plan.pptx", SLIDES, SLIDES.replace("presentation.main", "template.main")),
        ("plan.potm", "plan.pptx", SLIDES, "vnd.ms-powerpoint.template.macroEnabled.main+xml"),
    ],
)
def test_templates_slide_shows_and_files_with_macros_are_read(
    one: One, samples: dict[str, bytes], name: str, plain: str, was: str, kind: str
) -> None:
    assert one(name, retyped(samples[plain], was, kind)).text == one(plain, samples[plain]).text


def test_every_row_of_a_sheet_has_the_names_of_its_columns(one: One, samples: dict[str, bytes]) -> None:
    document = one("dues.xlsx", samples["dues.xlsx"])
    assert document.text == (
        "Length: 10 m; Crowns: 340; Rise: 12%\nLength: 15 m; Crowns: 470; Rise: 10%\n\n"
        "The berths of the north quay\n\nNumber: 7; Depth: 3.5 m"
    )
    assert [page.label for page in document.pages] == ["sheet Dues", "sheet Berths"]


def test_sheets_with_gaps_dates_and_several_tables(one: One) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["Boat", "Paid"],
        ["Tern", date(2031, 3, 14)],
        [],
        ["Gull", datetime(2031, 3, 15, 10, 30)],
        [],
        ["Berth", "Depth", "Free"],
        [7, 3.50, True],
        [None, None, "=1+1"],
    ):
        sheet.append(row)
    assert one("gaps.xlsx", saved(book)).text == (
        "Boat: Tern; Paid: 2031-03-14\n\nBoat: Gull; Paid: 2031-03-15 10:30\n\nBerth: 7; Depth: 3.5; Free: yes"
    )
