"""Who may command the page: its own pages at its own names; and where it may be served."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from index.errors import FootnoteError
from ui.guard import Guard
from ui.server import Serving, is_loopback


def status(method: str, headers: Mapping[str, str], names: set[str] | None) -> tuple[int, dict[str, str]]:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "headers": [(k.encode(), v.encode()) for k, v in headers.items()]}
    asyncio.run(Guard(app, names)(scope, None, send))  # type: ignore[arg-type]
    return sent[0]["status"], {k.decode(): v.decode() for k, v in sent[0]["headers"]}


LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@pytest.mark.parametrize(
    ("method", "headers", "expected"),
    [
        ("GET", {"host": "127.0.0.1:7860"}, 200),
        ("GET", {"host": "localhost:7860"}, 200),
        ("GET", {"host": "[::1]:7860"}, 200),
        ("GET", {"host": "evil.example:7860"}, 403),
        ("GET", {"host": "127.0.0.1.evil.example"}, 403),
        ("GET", {}, 403),
        ("POST", {"host": "127.0.0.1:7860"}, 200),
        ("POST", {"host": "127.0.0.1:7860", "origin": "http://127.0.0.1:7860"}, 200),
        ("POST", {"host": "127.0.0.1:7860", "origin": "http://evil.example"}, 403),
        ("POST", {"host": "127.0.0.1:7860", "origin": "http://127.0.0.1:9999"}, 403),
        ("POST", {"host": "127.0.0.1:7860", "origin": "null"}, 403),
        ("POST", {"host": "127.0.0.1:7860", "sec-fetch-site": "cross-site"}, 403),
    ],
)
def test_strangers_are_turned_away(method: str, headers: dict[str, str], expected: int) -> None:
    found, sent = status(method, headers, LOOPBACK)
    assert found == expected
    assert "default-src 'self'" in sent["content-security-policy"]


def test_other_names_pass_where_the_page_is_public() -> None:
    assert status("GET", {"host": "footnote.example"}, None)[0] == 200
    assert status("POST", {"host": "footnote.example", "origin": "https://evil.example"}, None)[0] == 403


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("localhost", True),
        ("::1", True),
        ("[::1]", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.2", False),
        ("example.org", False),
        ("", False),
    ],
)
def test_loopback_is_known(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_the_page_is_not_served_to_others_without_sign_in() -> None:
    with pytest.raises(FootnoteError, match="--auth"):
        Serving(host="0.0.0.0")
    assert Serving(host="0.0.0.0", people={"ann": "secret"}).address == "http://127.0.0.1:7860"
    with pytest.raises(FootnoteError, match="neither of them empty"):
        Serving(people={"ann": ""})


@pytest.mark.parametrize("arguments", [["--host", "0.0.0.0"], ["--auth", "nocolon"]])
def test_the_program_says_so_and_ends(arguments: list[str]) -> None:
    run = subprocess.run([sys.executable, "-m", "ui", *arguments], capture_output=True, text=True, timeout=60)
    assert run.returncode == 1
    assert "USER:PASSWORD" in run.stderr and "Traceback" not in run.stderr


def test_help_and_import_load_no_server() -> None:
    code = (
        "import sys, ui.cli\n"
        "try: ui.cli.app(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'gradio', 'fastapi', 'torch', 'chromadb', 'onnxruntime'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60, capture_output=True)
