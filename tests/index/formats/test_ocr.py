"""Words in pictures, with and without the engine."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image, ImageDraw
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from index.documents import Document, Rejected

LINES = ("Minutes of the harbour board", "The board met on 14 March 2031.", "The basin will cost 1,240,000 crowns.")


def page() -> Image.Image:
    image = Image.new("RGB", (1000, 400), "white")
    pen = ImageDraw.Draw(image)
    for number, line in enumerate(LINES):
        pen.text((60, 60 + 80 * number), line, fill="black", font_size=40)
    return image


def as_bytes(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.mark.usefixtures("without_ocr")
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "BMP", "GIF", "WEBP"])
def test_without_the_engine_a_picture_is_reported_with_what_to_do(read: Any, kind: str) -> None:
    (rejected,) = read("scan.bin", as_bytes(page(), kind))
    assert isinstance(rejected, Rejected)
    assert rejected.state == "scanned"
    assert "'ocr'" in rejected.reason


@pytest.mark.slow
def test_words_in_pictures_are_read_page_by_page(one: Callable[[str, bytes], Document], read: Any) -> None:
    pytest.importorskip("rapidocr")
    assert one("scan.png", as_bytes(page(), "PNG")).text.splitlines()[0] == LINES[0]
    faxed = one("fax.tiff", as_bytes(page(), "TIFF", save_all=True, append_images=[page()]))
    assert [label.label for label in faxed.pages] == ["1", "2"]
    assert faxed.text.count("1,240,000 crowns") == 2
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    canvas.drawString(100, 700, "The first page has text.")
    canvas.showPage()
    canvas.drawImage(ImageReader(page()), 50, 500, 500, 200)
    canvas.save()
    document = one("mixed.pdf", buffer.getvalue())
    assert "14 March 2031" in document.text
    assert document.page_at(document.text.index("14 March 2031")) == "2"
    (nothing,) = read("grey.png", as_bytes(Image.new("RGB", (200, 200), "grey"), "PNG"))
    assert nothing.state == "scanned"
