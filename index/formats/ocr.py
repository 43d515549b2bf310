"""Text in pictures, recognised by RapidOCR where the extra `ocr` is installed. Its models come inside its package."""

from __future__ import annotations

import io
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.formats.content import Content, Writer, one_line
from index.formats.opening import stated_in
from index.formats.pdf_layout import paragraphs
from index.formats.pdf_lines import Line
from index.formats.progress import alive
from index.formats.unreadable import Unreadable

if TYPE_CHECKING:
    import pypdfium2
    from PIL.Image import Image

NO_TEXT = "it is a picture without text. Install Footnote with the extra 'ocr' to have the words in pictures read."
_NOTHING = "it is a picture in which no words were recognised"
_DOTS_PER_INCH = 200
_WIDEST = 3000
_MOST_FRAMES = 2000
_SURE = 0.6  # the engine's confidence under which a line is noise rather than words
_PARTS = ("Det", "Rec", "Cls")  # finding lines, reading them, turning those that stand on their heads


def is_available() -> bool:
    """Whether words in pictures can be read: the engine is installed and its models lie beside it."""
    return len(_models()) == len(_PARTS)


def page_lines(document: pypdfium2.PdfDocument, number: int) -> list[Line]:
    """The lines recognised on page `number` (from 0) of a PDF; none without the engine."""
    if not is_available():
        return []
    page = document[number]
    scale = min(_DOTS_PER_INCH / 72, _WIDEST / max(page.get_size()))
    return _lines(page.render(scale=scale).to_pil(), number)


def read(data: bytes, path: str) -> Content:
    """A picture of text; of a TIFF every page. Raises `Unreadable`: scanned where no words can be had."""
    from PIL import Image, ImageSequence

    if not is_available():
        raise Unreadable("scanned", NO_TEXT)
    with Image.open(io.BytesIO(data)) as picture:
        frames = ImageSequence.Iterator(picture) if picture.format == "TIFF" else iter([picture])
        pages = [_lines(frame, number) for number, frame in zip(range(_MOST_FRAMES), frames, strict=False)]
    writer = Writer()
    label = -1
    for paragraph in paragraphs(pages):
        start = writer.block(paragraph.text)
        for offset, page in paragraph.pages:
            if page != label and len(pages) > 1:
                writer.page_from(start + offset, str(page + 1))
            label = page
    content = writer.content()
    if not content.text:
        raise Unreadable("scanned", _NOTHING)
    opening = stated_in(content.text, path)
    return Content(content.text, opening.title, content.pages, metadata=opening.metadata)


def _lines(picture: Image, number: int) -> list[Line]:
    import numpy

    alive()
    shown = picture.convert("RGB")
    shown.thumbnail((_WIDEST, _WIDEST))
    try:
        found = _engine()(numpy.asarray(shown)[:, :, ::-1])  # it takes blue before red
    except Exception as error:
        if "alloc" in str(error).lower():  # the engine's libraries each have their own error for a lack of memory
            raise MemoryError(str(error)) from error
        raise
    if found.txts is None:
        return []
    lines = []
    for text, score, box in zip(found.txts, found.scores, found.boxes, strict=True):
        across, down = [float(x) for x, _ in box], [shown.height - float(y) for _, y in box]
        if score >= _SURE and (words := one_line(text)):
            height = max(down) - min(down)
            lines.append(Line(number, words, min(across), max(across), max(down), min(down), height))
    return lines


@cache
def _engine() -> Any:
    from rapidocr import RapidOCR

    # Naming the models' files keeps the library from looking for them, and from fetching them if it found none.
    paths = {f"{part}.model_path": str(path) for part, path in _models().items()}
    return RapidOCR(params={"Global.log_level": "error", **paths})


def _models() -> dict[str, Path]:
    spec = find_spec("rapidocr")
    folders = [Path(folder) / "models" for folder in (spec.submodule_search_locations or ())] if spec else []
    found: dict[str, Path] = {}
    for part in _PARTS:
        for folder in folders:
            for path in sorted(folder.glob(f"*_{part.lower()}_*.onnx"))[:1]:
                found[part] = path
    return found
