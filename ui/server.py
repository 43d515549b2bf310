"""The server of the chat page: put together, and run until it is told to stop."""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import os
import socket
from collections.abc import Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import FootnoteError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from fastapi import FastAPI

    from qa.settings import Settings


@dataclass(frozen=True, slots=True)
class Serving:
    """Where the page is served, to whom, and what may be added. `people` maps names to passwords."""

    host: str = "127.0.0.1"
    port: int = 7860
    people: Mapping[str, str] = field(default_factory=dict)
    upload_megabytes: int = 100
    upload_files: int = 500
    mcp: bool = False

    def __post_init__(self) -> None:
        if not is_loopback(self.host) and not self.people:
            raise FootnoteError(
                f"The page was not served at {self.host}: other machines could reach it, and "
                f"everybody there could read the "
                "documents. Give --auth USER:PASSWORD, or leave --host out to serve this machine only."
            )
        if any(not name or not password for name, password in self.people.items()):
            raise FootnoteError("A person who may sign in is given as USER:PASSWORD, neither of them empty.")
        if self.mcp and self.people:
            raise FootnoteError(
                "The page was not served: MCP tools cannot sign in, so --mcp and --auth do not go together. Leave one "
                "of them out; chat programs can sign in at /v1."
            )

    @property
    def address(self) -> str:
        """Where a browser on this machine finds the page."""
        name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)
        return f"http://{f'[{name}]' if ':' in name and '[' not in name else name}:{self.port}"


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server at `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def serve(settings: Settings, serving: Serving, started: Callable[[], None]) -> None:
    """Serves the page until the program is told to stop. `started` is called once a browser can open it."""
    import uvicorn

    _check_free(serving)
    config = uvicorn.Config(
        application(settings, serving, started),
        host=serving.host.strip("[]"),
        port=serving.port,
        log_level="warning",
        timeout_graceful_shutdown=3,
    )
    uvicorn.Server(config).run()


def application(settings: Settings, serving: Serving, started: Callable[[], None] = lambda: None) -> FastAPI:
    """The page as an ASGI application. The index is opened and the models are loaded behind it."""
    if serving.mcp:
        _check_mcp()

    import gradio as gr
    from fastapi import FastAPI
    from gradio.utils import get_upload_folder

    from index.location import locate
    from qa import openai_api
    from ui.asking import Asking
    from ui.chat import head, page
    from ui.conversations import Conversations
    from ui.desk import Desk
    from ui.guard import Guard
    from ui.library import Library
    from ui.pictures import Pictures
    from ui.shelf import Shelf
    from ui.uploads import Limits

    library = Library(settings)
    # A language model is waited for; an answer of the documents' own sentences needs a processor of its own.
    asking = Asking(library.stream, library.search, 16 if settings.model else max(2, os.cpu_count() or 2))
    pictures = Pictures(settings.folder)
    desk = Desk(library, Conversations(locate(settings.location).folder / "conversations"), asking, pictures)
    shelf = Shelf(library, Limits(serving.upload_megabytes * 1024 * 1024, serving.upload_files))

    @asynccontextmanager
    async def open_until_stopped(_: FastAPI) -> AsyncIterator[None]:
        asyncio.get_running_loop().call_later(0.2, started)
        yield
        library.stop()  # what waits for the index would never end
        await asyncio.to_thread(asking.close)
        await asyncio.to_thread(library.close)
        await asyncio.to_thread(pictures.close)

    people = [f"{name}:{password}" for name, password in serving.people.items()]
    outer = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=open_until_stopped)
    names = {"127.0.0.1", "localhost", "::1", serving.host.strip("[]")} if is_loopback(serving.host) else None
    outer.add_middleware(Guard, names=names)
    outer.mount("/v1", openai_api.application(library, people))
    mounted: FastAPI = gr.mount_gradio_app(
        outer,
        page(desk, shelf, Path(get_upload_folder())),
        path="/",
        server_name=serving.host,
        server_port=serving.port,
        footer_links=[],
        run_history=False,
        auth=_checked(serving.people) if serving.people else None,
        show_error=False,
        max_file_size=f"{serving.upload_megabytes}mb",
        ssr_mode=False,
        pwa=False,
        enable_monitoring=False,
        mcp_server=serving.mcp,
        theme=gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]),
        head=head(),
    )
    return mounted


def _checked(people: Mapping[str, str]) -> Callable[[str, str], object]:
    from qa.openai_api import SLOW_DOWN

    async def may_enter(name: str, password: str) -> bool:
        known = people.get(name, "")
        right = hmac.compare_digest(known.encode(), password.encode()) and bool(known)
        if not right:
            await asyncio.sleep(SLOW_DOWN)
        return right

    return may_enter


def _check_mcp() -> None:
    try:
        import mcp  # noqa: F401
    except ImportError as error:
        raise FootnoteError(
            "The page was not served: --mcp needs the package mcp, which cannot be imported here. Install it with: "
            'pip install "footnote-qa[mcp]"'
        ) from error


def _check_free(serving: Serving) -> None:
    host = serving.host.strip("[]")
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, serving.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(place)
    except OSError as error:
        raise FootnoteError(
            f"The page was not served at {serving.address}: {error.strerror or error}. Choose another "
            f"port with --port, or stop the "
            "program that uses this one."
        ) from error
