"""What several tests of the page share."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from shutil import which
from typing import Any

import docx
import httpx
import openpyxl
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from reportlab.pdfgen.canvas import Canvas


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


# One client for all: making one reads every certificate of the machine, and none is needed here.
HTTP = httpx.Client(verify=False, trust_env=False, timeout=60)


@dataclass(frozen=True, slots=True)
class Served:
    """A page over a small folder, served by the program itself."""

    url: str
    documents: Path
    store: Path

    def call(self, verb: str, *data: Any) -> Any:
        reply = HTTP.post(f"{self.url}/gradio_api/run/{verb}", json={"data": data})
        reply.raise_for_status()
        return reply.json()["data"][0]

    def kept(self) -> list[dict[str, Any]]:
        """All conversations on disk, the last written first."""
        files = sorted((self.store / "conversations").rglob("*.json"), key=lambda file: -file.stat().st_mtime_ns)
        return [json.loads(file.read_text()) for file in files]


@contextmanager
def serving(documents: Path, store: Path, *arguments: str) -> Iterator[Served]:
    """Runs `python -m ui` until the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "ui", "--documents", documents, "--store", store, "--port", str(port), *arguments]
    with (store.parent / f"{store.name}.log").open("w+") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        try:
            wait_for(lambda: process.poll() is None and answers(f"http://127.0.0.1:{port}/config"), 240)
            yield Served(f"http://127.0.0.1:{port}", documents, store)
            log.seek(0)
            assert "Traceback" not in log.read()
        finally:
            process.terminate()
            process.wait(15)


def answers(url: str) -> bool:
    try:
        return HTTP.get(url).status_code in (200, 401)
    except httpx.TransportError:
        return False


def wait_for(done: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    documents = folder / "documents"
    documents.mkdir()
    write_documents(documents)
    with serving(documents, folder / "store") as page:
        yield page


@pytest.fixture(scope="session")
def ready(served: Served) -> Served:
    """The same, its models loaded."""

    def loaded() -> bool:
        state = served.call("page_pulse")
        assert not state["problem"], state["problem"]
        return bool(state["ready"])

    wait_for(loaded, 300)
    return served


@pytest.fixture(scope="session")
def serve() -> Callable[..., AbstractContextManager[Served]]:
    """Runs another server: `with serve(documents, store, *arguments) as page`."""
    return serving


@pytest.fixture(scope="module")  # while Playwright runs, no other test of the thread can have an event loop
def chromium() -> Iterator[Browser]:
    found = next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := which(name))), None)
    if found is None:
        pytest.skip("no Chromium on this machine: install the package chromium to run the browser tests")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found,
            args="--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
            "--disable-component-update --disable-sync".split(),
        )
        yield browser
        browser.close()


Open = Callable[..., Page]


class Visits:
    """Pages that are watched: none may reach beyond this machine, fail, or run what it shows."""

    def __init__(self, browser: Browser, url: str) -> None:
        self._browser = browser
        self._url = url
        self._contexts: list[BrowserContext] = []
        self.wrong: list[str] = []

    def open(
        self, url: str = "", width: int = 1440, height: int = 900, dark: bool = False, touch: bool = False
    ) -> Page:
        """A page in a context of its own, ready to be asked."""
        context = self._browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            has_touch=touch,
            is_mobile=touch,
            accept_downloads=True,
        )
        self._contexts.append(context)
        context.set_default_timeout(20_000)
        page = context.new_page()
        page.on("request", lambda request: self.wrong.append(request.url) if is_elsewhere(request.url) else None)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("dialog", lambda dialog: (self.wrong.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("console", lambda message: self.wrong.append(message.text) if is_error(message) else None)
        page.goto(url or self._url)
        return page

    def close(self) -> None:
        for context in self._contexts:
            context.close()


@pytest.fixture(scope="module")
def _visited(chromium: Browser, ready: Served) -> Iterator[tuple[Visits, Page]]:
    visits = Visits(chromium, ready.url)
    page = visits.open()
    page.wait_for_selector("#desk[data-ready=true]")
    yield visits, page
    visits.close()


@pytest.fixture
def page(_visited: tuple[Visits, Page]) -> Iterator[Page]:
    """A page with an empty conversation, all documents ticked. It is the same for all tests: opening one takes long."""
    visits, page = _visited
    page.set_default_timeout(20_000)
    if page.locator("#dialog[open]").count():  # of a test that failed
        page.keyboard.press("Escape")
    if page.locator("#desk.with-source").count():
        page.get_by_role("button", name="Close the source").click()
    page.locator("#tick-all").check()
    page.fill("#find", "")
    page.get_by_role("button", name="New conversation").click()
    page.wait_for_selector("#thread .welcome")
    yield page
    assert visits.wrong == []


@pytest.fixture
def open_page(chromium: Browser, ready: Served) -> Iterator[Open]:
    """Opens a page in a context of its own."""
    visits = Visits(chromium, ready.url)

    def opened(**how: Any) -> Page:
        page = visits.open(**how)
        page.wait_for_selector("#desk[data-ready=true]")
        return page

    yield opened
    visits.close()
    assert visits.wrong == []


def is_error(message: ConsoleMessage) -> bool:
    # A page that is left breaks off what it was reading, and its script says so.
    return message.type == "error" and "AbortError" not in message.text and "errored out" not in message.text


def is_elsewhere(url: str) -> bool:
    return not url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:"))


def write_documents(folder: Path) -> None:
    """One small document of each common format, each with a fact of its own, and files that mean harm."""
    (folder / "harbour").mkdir()
    (folder / "harbour" / "moorings.md").write_text(
        """---
title: Moorings in Dunmore
date: 2033-05-01
---
# Moorings

## Fees

The harbour office sets the fees each spring. A **mooring at the north quay** costs *240 euros* a year.

| Berth | Fee |
|---|---|
| North quay | 240 |
| South quay | 180 |

Boats longer than 12 metres need a permit from the harbour master.
"""
    )
    (folder / "ferry.txt").write_text(
        """The Astrid ferry

The ferry Astrid was built in 1987 at the yard in Brell. It carries 64 passengers and nine cars. On Sundays the
ferry leaves Dunmore at 07:40.

As the harbour book says [1], nobody was hurt when it ran aground in 2004.
"""
    )
    (folder / "lighthouse.html").write_text(
        """<html><head><title>The lighthouse of Kell</title></head><body><h1>The lighthouse of Kell</h1>
<p>The lighthouse of Kell was first lit in 1851. Its keeper, Maren Oddly, kept a diary of the storms.</p>
<p>The lamp turns once every fifteen seconds, and is seen from nineteen miles away on a clear night.</p></body></html>
"""
    )
    word = docx.Document()
    word.add_heading("Rules of the library", 1)
    word.add_heading("Loans", 2)
    word.add_paragraph(
        "Readers may borrow seven books at a time. A loan ends after four weeks and can be renewed twice."
    )
    word.save(str(folder / "library.docx"))
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Tool", "Price in euros", "Shelf"])
    sheet.append(["Spade", 12, "B4"])
    sheet.append(["Wheelbarrow", 55, "C1"])
    book.save(folder / "tools.xlsx")
    write_pdf(
        folder / "guide.pdf",
        ["Walking guide to the Orrin hills. The paths are marked in white."],
        ["The longest path in the Orrin hills is 31 kilometres long and takes two days."],
    )
    (folder / "<img src=x onerror=alert(1)>.txt").write_text(
        "<script>alert('document')</script> The kettle of the <b>tea room</b> holds eleven litres of water. "
        "[Press](javascript:alert(2)) \u202eright to left. " + "x" * 10_000 + "\n"
    )
    (folder / "empty.txt").write_text("")


def write_pdf(path: Path, *pages: list[str]) -> None:
    canvas = Canvas(str(path))
    for lines in pages:
        for number, line in enumerate(lines):
            canvas.drawString(72, 760 - 20 * number, line)
        canvas.showPage()
    canvas.save()
