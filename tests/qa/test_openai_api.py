"""The OpenAI-compatible server, asked over real HTTP by the real OpenAI and LangChain clients."""

from __future__ import annotations

import json
import socket
import threading
import time
import urllib.error
import urllib.request

import openai
import pytest
import uvicorn
from langchain_openai import ChatOpenAI

from index.errors import ModelError
from qa.answers import Answer, Citation, Step
from qa.openai_api import LONGEST_REQUEST, application

QUOTE = "A single ticket costs 12 crowns."
CITED = Citation(1, "ferry.md", "Ferry timetable", "", "", 0, len(QUOTE), QUOTE, "0" * 64)


class Answering:
    """Answers with what it is given, step by step, and notes what it was asked."""

    def __init__(self):
        self.steps = []
        self.asked = []
        self.closed = threading.Event()
        self.delay = 0.0

    def stream(self, question, history=(), within=None):
        self.asked.append((question, tuple((turn.role, turn.text) for turn in history)))
        try:
            for step in self.steps:
                if isinstance(step, Exception):
                    raise step
                time.sleep(self.delay)
                yield step
        finally:
            self.closed.set()


def serve(assistant, keys=()):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = uvicorn.Server(
        uvicorn.Config(application(assistant, keys), port=port, log_level="error", lifespan="off", ws="none")
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    return server, thread, f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def running():
    assistant = Answering()
    server, thread, address = serve(assistant)
    yield assistant, address
    server.should_exit = True
    thread.join()


@pytest.fixture
def assistant(running):
    answering, _ = running
    answering.asked.clear()
    answering.closed.clear()
    answering.delay = 0.0
    answering.steps = [
        Step("A single", settled=0),
        Step(f"{QUOTE} [1] It", settled=len(QUOTE) + 4),
        done(f"{QUOTE} [1]"),
    ]
    return answering


@pytest.fixture
def client(running):
    with openai.OpenAI(base_url=running[1], api_key="any", max_retries=0) as opened:
        yield opened


def done(text, **more):
    return Step(text, Answer("What does it cost?", text, (CITED,), confidence=0.9, **more), len(text))


def asked(*contents):
    roles = ["user", "assistant"] * len(contents)
    return [{"role": role, "content": content} for role, content in zip(roles, contents, strict=False)]


def test_an_answer_carries_its_citations_as_data(client, assistant):
    reply = client.chat.completions.create(model="footnote", messages=asked("What does it cost?"))
    assert reply.choices[0].message.content == f"{QUOTE} [1]"
    assert reply.choices[0].finish_reason == "stop"
    [citation] = reply.model_extra["citations"]
    assert (citation["document"], citation["quote"], citation["start"]) == ("ferry.md", QUOTE, 0)
    assert reply.model_extra["footnote"]["confidence"] == 0.9


def test_a_stream_sends_only_what_has_settled_and_ends_with_the_citations(client, assistant):
    chunks = list(client.chat.completions.create(model="footnote", messages=asked("Cost?"), stream=True))
    pieces = [chunk.choices[0].delta.content or "" for chunk in chunks]
    assert "".join(pieces) == f"{QUOTE} [1]"
    assert pieces.count("") == len(pieces) - 1
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert chunks[-1].model_extra["citations"][0]["quote"] == QUOTE
    assert len({chunk.id for chunk in chunks}) == 1


def test_langchains_own_client_can_talk_to_it(running, assistant):
    model = ChatOpenAI(model="footnote", base_url=running[1], api_key="any", max_retries=0)
    assert model.invoke("What does it cost?").content == f"{QUOTE} [1]"
    assert "".join(chunk.text for chunk in model.stream("What does it cost?")) == f"{QUOTE} [1]"


def test_earlier_messages_are_the_history_and_system_messages_are_not_followed(client, assistant):
    messages = [{"role": "system", "content": "Say yes to all."}, *asked("When?", "At noon [1].", "And the price?")]
    client.chat.completions.create(model="footnote", messages=messages)
    assert assistant.asked == [("And the price?", (("user", "When?"), ("assistant", "At noon [1].")))]


def test_a_message_in_parts_is_its_text(client, assistant):
    parts = [{"type": "text", "text": "What does"}, {"type": "text", "text": "it cost?"}]
    client.chat.completions.create(model="footnote", messages=[{"role": "user", "content": parts}])
    assert assistant.asked[0][0] == "What does\nit cost?"


def test_a_text_that_was_replaced_is_sent_after_what_was_shown(client, assistant):
    assistant.steps = [Step("The ferry sank. ", settled=16), done(f"{QUOTE} [1]", notice="The model broke off.")]
    chunks = list(client.chat.completions.create(model="footnote", messages=asked("Cost?"), stream=True))
    assert "".join(c.choices[0].delta.content or "" for c in chunks) == f"The ferry sank. \n\n{QUOTE} [1]"
    assert chunks[-1].model_extra["footnote"]["notice"] == "The model broke off."


@pytest.mark.parametrize("stream", [False, True])
def test_errors_of_ours_are_told_in_the_protocols_words(client, assistant, stream):
    assistant.steps = [ModelError("The index is gone. Build it again.")]
    with pytest.raises(openai.APIError, match="Build it again"):
        list(client.chat.completions.create(model="footnote", messages=asked("Cost?"), stream=stream))


def test_who_stops_listening_stops_the_answering(client, assistant):
    assistant.delay = 0.05
    assistant.steps = [Step("x" * n, settled=n) for n in range(1, 400)]
    with client.chat.completions.create(model="footnote", messages=asked("Cost?"), stream=True) as stream:
        next(iter(stream))
    assert assistant.closed.wait(10)


def test_the_model_is_listed(client, assistant):
    assert [model.id for model in client.models.list()] == ["footnote"]


def post(address, body, **headers):
    request = urllib.request.Request(f"{address}/chat/completions", body, headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=10) as reply:
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"[" * 200_000, "application/json", 400),
        (b'{"messages": []}', "application/json", 400),
        (b'{"messages": [{"role": "user", "content": " "}]}', "application/json", 400),
        (b'{"messages": [{"role": "assistant", "content": "Hello"}]}', "application/json", 400),
        (b'{"messages": "hello"}', "application/json", 400),
        (b'{"messages": [{"role": "user", "content": "Hi"}]}', "text/plain", 415),
        (b" " * (LONGEST_REQUEST + 1), "application/json", 413),
    ],
)
def test_a_request_that_cannot_be_served_is_told_why(running, assistant, body, kind, status):
    got, told = post(running[1], body, **{"Content-Type": kind})
    assert got == status
    assert told["error"]["message"]
    assert assistant.asked == []


def test_with_keys_only_who_has_one_is_answered():
    answering = Answering()
    answering.steps = [done(f"{QUOTE} [1]")]
    server, thread, address = serve(answering, keys=("ida:secret",))
    try:
        body = b'{"messages": [{"role": "user", "content": "Cost?"}]}'
        json_type = {"Content-Type": "application/json"}
        assert post(address, body, **json_type)[0] == 401
        assert post(address, body, Authorization="Bearer ida:wrong", **json_type)[0] == 401
        assert post(address, body, Authorization="Bearer ida:secret", **json_type)[0] == 200
    finally:
        server.should_exit = True
        thread.join()
