"""Takes the README's pictures of the page: `python tests/ui/screenshots.py docs`. Needs Chromium."""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which

from playwright.sync_api import Browser, Page, sync_playwright

ASKED = "What did the two sides agree on?"
FOLLOWED = "And what did they disagree about?"
REFUSED = "Who won the chess world championship in 1972?"
CITED_IN_PDF = "How can I add documents?"


@contextmanager
def served() -> Iterator[str]:
    with socket.socket() as free, tempfile.TemporaryDirectory() as folder:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        process = subprocess.Popen([sys.executable, "-m", "ui", "--store", f"{folder}/store", "--port", str(port)])
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(15)


def opened(browser: Browser, url: str, *, dark: bool = False, phone: bool = False) -> Page:
    page = browser.new_context(
        viewport={"width": 390, "height": 844} if phone else {"width": 1440, "height": 900},
        color_scheme="dark" if dark else "light",
        device_scale_factor=2,
        has_touch=phone,
        is_mobile=phone,
    ).new_page()
    page.set_default_timeout(180_000)
    page.goto(url)
    page.wait_for_selector("#desk[data-ready=true]")
    return page


def ask(page: Page, question: str) -> None:
    before = page.locator("#thread .turn").count()
    page.fill("#question", question)
    page.keyboard.press("Enter")
    page.wait_for_function("n => document.querySelectorAll('#thread .turn').length > n", arg=before)
    page.wait_for_selector("#live .turn", state="detached")


def open_citation(page: Page, number: int = 0) -> None:
    page.locator("#thread .turn").last.locator("button.cite").nth(number).click()
    page.wait_for_selector("#source-title")


def shoot(page: Page, file: Path) -> None:
    page.mouse.move(700, 5)
    page.wait_for_timeout(700)
    page.screenshot(path=file)


def take(browser: Browser, url: str, folder: Path) -> None:
    """The main views, at a desk and on a phone, light and dark."""
    page = opened(browser, url)
    page.wait_for_selector(".example")
    page.wait_for_timeout(4000)
    shoot(page, folder / "welcome.png")
    ask(page, ASKED)
    open_citation(page)
    shoot(page, folder / "answer.png")
    ask(page, FOLLOWED)
    page.keyboard.press("Escape")
    ask(page, REFUSED)
    shoot(page, folder / "refusal.png")
    ask(page, CITED_IN_PDF)
    open_citation(page)
    shoot(page, folder / "pdf.png")
    page.locator("#documents [data-act=document]").first.click()
    page.wait_for_selector("#overview section")
    shoot(page, folder / "document.png")

    dark = opened(browser, url, dark=True)
    ask(dark, ASKED)
    open_citation(dark)
    shoot(dark, folder / "answer-dark.png")

    phone = opened(browser, url, phone=True)
    ask(phone, ASKED)
    shoot(phone, folder / "phone.png")
    open_citation(phone)
    shoot(phone, folder / "phone-source.png")


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "docs")
    folder.mkdir(parents=True, exist_ok=True)
    chromium = which("chromium") or which("chromium-browser") or which("google-chrome")
    if chromium is None:
        raise SystemExit("No Chromium on this machine: install the package chromium.")
    with served() as url, sync_playwright() as playwright:
        wait_for(url)
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args="--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
            "--disable-component-update --disable-sync".split(),
        )
        take(browser, url, folder)
        browser.close()


def wait_for(url: str, seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(f"{url}/config", timeout=5).close()
        except OSError:
            time.sleep(0.5)
        else:
            return
    raise SystemExit(f"The page did not come up at {url}.")


if __name__ == "__main__":
    main()
