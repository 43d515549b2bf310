"""A language model's server, real but for its wits: it speaks the OpenAI protocol over HTTP and says what it
is told."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest


@dataclass
class Reply:
    """One answer of the server: a text in pieces of `size` characters, or an HTTP error.

    `delay` seconds pass before each piece. `cut_after` characters the connection breaks: with `rudely` in the middle
    of the protocol, else at a point where nothing but the closing words is missing.
    """

    text: str = ""
    size: int = 7
    delay: float = 0.0
    cut_after: int | None = None
    rudely: bool = False
    status: int = 200
    error: dict[str, Any] = field(default_factory=dict)


Script = Callable[[list[dict[str, str]]], Reply | str]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ScriptedServer

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        if self.path == "/api/tags":
            self._json(200, {"models": [{"name": "tiny:1b"}, {"name": "small:3b"}]})
        else:
            self._json(404, {"error": {"message": "no such place"}})

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append(asked)
        reply = self.server.next_reply(asked["messages"])
        if reply.status != 200:
            self._json(reply.status, {"error": reply.error})
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            self._stream(reply, asked["model"])
        except (BrokenPipeError, ConnectionResetError):
            self.server.abandoned += 1
        self.close_connection = True

    def _stream(self, reply: Reply, model: str) -> None:
        shown = reply.text if reply.cut_after is None else reply.text[: reply.cut_after]
        for at in range(0, len(shown), reply.size):
            time.sleep(reply.delay)
            self._event({"delta": {"content": shown[at : at + reply.size]}, "finish_reason": None}, model)
        if reply.cut_after is not None:
            if not reply.rudely:
                self.wfile.write(b"0\r\n\r\n")
            self.wfile.flush()
            return
        self._event({"delta": {}, "finish_reason": "stop"}, model)
        self._chunk(b"data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def _event(self, choice: dict[str, Any], model: str) -> None:
        event = {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": model}
        self._chunk(f"data: {json.dumps(event | {'choices': [{'index': 0} | choice]})}\n\n".encode())

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def _json(self, status: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


class ScriptedServer(ThreadingHTTPServer):
    """Says the `replies` it was given, one a request, and the last of them again; or what a function makes of each."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[dict[str, Any]] = []
        self.abandoned = 0
        self._script: Script | Sequence[Reply | str] = ["Nothing to say."]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def says(self, *replies: Reply | str) -> None:
        self._script = replies

    def follows(self, script: Script) -> None:
        self._script = script

    def next_reply(self, messages: list[dict[str, str]]) -> Reply:
        script = self._script
        reply = script(messages) if callable(script) else script[min(len(self.requests), len(script)) - 1]
        return Reply(reply) if isinstance(reply, str) else reply


def running() -> Iterator[ScriptedServer]:
    """A server until the iterator is closed; what it is to say is set by the test."""
    server = ScriptedServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def model_server() -> Iterator[ScriptedServer]:
    yield from running()


@pytest.fixture
def reply() -> type[Reply]:
    """The class of the server's replies."""
    return Reply
