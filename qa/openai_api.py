"""The assistant as an OpenAI-compatible server, for chat programs that know no other language.

    POST /chat/completions   streaming or not; GET /models

Mounted under /v1 by the page's server. Answers carry their markers in the text, and the citations as data: under
"citations", and with everything else of the answer under "footnote" (`Answer.to_dict()`).
"""

from __future__ import annotations

import asyncio
import hmac
import json
import time
import uuid
from collections.abc import AsyncIterator, Collection
from contextlib import aclosing
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from index.errors import FootnoteError
from qa.answers import Answer, Turn
from qa.asynchronous import Answering, aanswer, astream

MODEL = "footnote"
LONGEST_REQUEST = 1_000_000  # bytes
SLOW_DOWN = 1.0  # seconds a wrong key or password costs
NO_KEY = "This server wants a key it knows: Authorization: Bearer USER:PASSWORD, as the server was started with."


def application(assistant: Answering, keys: Collection[str] = ()) -> Starlette:
    """The server. `assistant` answers; `keys` are the bearer tokens let in, empty for everybody.

    A request must be declared as JSON: a web page elsewhere cannot send that without asking this server first, and it
    gives no such leave.
    """

    async def completions(request: Request) -> Response:
        try:
            asked = await _asked(request, keys)
        except _Refused as refused:
            return refused.response
        question, history, streaming = asked
        if streaming:
            events = _events(assistant, question, history)
            return StreamingResponse(events, media_type="text/event-stream", headers={"Cache-Control": "no-store"})
        try:
            answer = await aanswer(assistant, question, history)
        except (FootnoteError, ValueError) as error:
            return _error(400 if isinstance(error, ValueError) else 503, str(error))
        message = {"role": "assistant", "content": answer.text}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return JSONResponse(_head("chat.completion") | {"choices": [choice]} | _data(answer))

    async def models(request: Request) -> Response:
        if not await _let_in(request, keys):
            return _error(401, NO_KEY)
        listed = {"id": MODEL, "object": "model", "created": 0, "owned_by": MODEL}
        return JSONResponse({"object": "list", "data": [listed]})

    return Starlette(
        routes=[
            Route("/chat/completions", completions, methods=["POST"]),
            Route("/models", models, methods=["GET"]),
        ]
    )


class _Refused(Exception):
    def __init__(self, status: int, message: str) -> None:
        self.response = _error(status, message)


async def _asked(request: Request, keys: Collection[str]) -> tuple[str, tuple[Turn, ...], bool]:
    """The question, the turns before it, and whether the answer is to be streamed."""
    if not await _let_in(request, keys):
        raise _Refused(401, NO_KEY)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise _Refused(415, "Send the request as application/json.")
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > LONGEST_REQUEST:
            raise _Refused(413, f"A request may have {LONGEST_REQUEST:,} bytes at most.")
    try:
        asked = json.loads(body)
        turns = [(str(each["role"]), _text(each.get("content"))) for each in asked["messages"]]
        streaming = bool(asked.get("stream", False))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _Refused(400, 'Send {"messages": [{"role": "user", "content": "..."}]}.') from error
    if not turns or turns[-1][0] != "user" or not turns[-1][1].strip():
        raise _Refused(400, "The last message is the question: it has the role user, and some text.")
    # What a chat program writes as system messages is meant for a bare model; our rules are our own.
    history = tuple(
        Turn("user" if role == "user" else "assistant", text)
        for role, text in turns[:-1]
        if role in ("user", "assistant") and text.strip()
    )
    return turns[-1][1], history, streaming


def _text(content: Any) -> str:
    """A message's text; of a list of parts, those that are text."""
    if isinstance(content, list):
        return "\n".join(str(part["text"]) for part in content if part.get("type") == "text")
    return str(content or "")


async def _events(assistant: Answering, question: str, history: tuple[Turn, ...]) -> AsyncIterator[str]:
    """Server-sent events: text as it settles, then the citations. What was sent cannot be taken back."""
    head = _head("chat.completion.chunk")
    sent = ""

    def event(delta: dict[str, str], end: str | None = None, more: dict[str, Any] | None = None) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": end}
        return f"data: {json.dumps(head | {'choices': [choice]} | (more or {}), ensure_ascii=False)}\n\n"

    yield event({"role": "assistant", "content": ""})
    try:
        async with aclosing(astream(assistant, question, history)) as steps:
            async for step in steps:
                text = step.text if step.answer else step.text[: step.settled]
                # A model that fails after its first sentences is replaced by the documents' own words.
                new = text[len(sent) :] if text.startswith(sent) else f"\n\n{text}"
                sent = text
                if new:
                    yield event({"content": new})
                if step.answer is not None:
                    yield event({}, "stop", _data(step.answer))
    except (FootnoteError, ValueError) as error:
        yield f"data: {json.dumps(_problem(str(error)))}\n\n"
    yield "data: [DONE]\n\n"


def _head(kind: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-{uuid.uuid4().hex}", "object": kind, "created": int(time.time()), "model": MODEL}


def _data(answer: Answer) -> dict[str, Any]:
    whole = answer.to_dict()
    return {"citations": whole["citations"], "footnote": whole}


async def _let_in(request: Request, keys: Collection[str]) -> bool:
    given = request.headers.get("authorization", "").removeprefix("Bearer ").encode()
    # All are compared, so that the time taken tells nothing.
    known = not keys or sum(hmac.compare_digest(given, key.encode()) for key in keys) > 0
    if not known:
        await asyncio.sleep(SLOW_DOWN)
    return known


def _problem(message: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": "footnote_error", "param": None, "code": None}}


def _error(status: int, message: str) -> JSONResponse:
    return JSONResponse(_problem(message), status)
