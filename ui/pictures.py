"""A page of a PDF as a picture with the cited words marked, drawn in a process that may die in our place."""

from __future__ import annotations

import base64
import multiprocessing
import struct
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Final

Box = tuple[float, float, float, float]

_WIDTH: Final = 1240  # pixels: sharp in a pane of 560 on a screen of two pixels to one
_SECONDS: Final = 15.0
_LARGEST: Final = 8 * 1024 * 1024  # bytes of a picture that is still sent


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as a picture: a `data:` address, its size in pixels, and where the cited words stand.

    `rectangles` and `others` (those of the answer's other citations) are left, top, right and bottom as shares
    of the page's width and height.
    """

    address: str
    width: int
    height: int
    rectangles: tuple[Box, ...]
    others: tuple[Box, ...] = ()


class Pictures:
    """Draws pages, one at a time. Safe from several threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = Lock()
        self._pool: ProcessPoolExecutor | None = None
        self._drawn = lru_cache(maxsize=64)(self._draw)

    def page(self, path: str, page: str, quote: str, others: tuple[str, ...]) -> Picture | None:
        """The page labelled `page` of the PDF at `path` with the words of `quote` found on it; else `None`."""
        file = self._folder / path
        if file.suffix.lower() != ".pdf" or not page.isdecimal() or not file.is_file():
            return None
        return self._drawn(file, file.stat().st_mtime_ns, page, quote, others)

    def close(self) -> None:
        """Ends the process that draws."""
        with self._lock:
            if self._pool is not None:
                self._pool.shutdown(cancel_futures=True)
                self._pool = None

    def _draw(self, file: Path, changed: int, page: str, quote: str, others: tuple[str, ...]) -> Picture | None:
        with self._lock:
            if self._pool is None:
                self._pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
            try:
                drawn = self._pool.submit(_draw_page, file, page, (quote, *others)).result(_SECONDS)
            except (BrokenProcessPool, TimeoutError):
                # A file that kills or stalls the process is shown as text; the next one gets a new process.
                for process in list(self._pool._processes.values()):
                    process.kill()
                self._pool.shutdown(wait=False, cancel_futures=True)
                self._pool = None
                return None
        if drawn is None or len(drawn[0]) > _LARGEST:
            return None
        picture, boxes = drawn
        width, height = struct.unpack(">II", picture[16:24])
        address = f"data:image/png;base64,{base64.b64encode(picture).decode()}"
        return Picture(address, width, height, boxes[0], tuple(box for some in boxes[1:] for box in some))


def _draw_page(file: Path, page: str, quotes: tuple[str, ...]) -> tuple[bytes, list[tuple[Box, ...]]] | None:
    from index.formats.pdf import quote_rectangles, render_page
    from index.formats.unreadable import Unreadable

    try:
        boxes = [tuple(quote_rectangles(file, page, quote)) for quote in quotes]
        return (render_page(file, int(page), _WIDTH), boxes) if boxes[0] else None
    except (Unreadable, ValueError):
        return None
