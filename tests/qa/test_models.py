"""Language models by name, through the real LangChain clients: what they write, and every way they fail."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time

import pytest

from index.errors import ModelError
from qa import models
from qa.model_errors import ContextExceeded
from qa.models import ollama_models, open_model

ASK = [("system", "Be brief."), ("user", "Who?")]


@pytest.fixture
def model(model_server):
    return open_model("openai:tiny", f"{model_server.address}/v1")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_reply_comes_in_pieces_and_whole(model, model_server):
    model_server.says("The council met [1].")
    assert list(model.stream(ASK)) == ["The cou", "ncil me", "t [1]."]
    assert model.write(ASK) == "The council met [1]."


def test_the_server_is_sent_the_conversation_and_nothing_of_ours_besides(model, model_server):
    model.write(ASK)
    [asked] = model_server.requests
    assert asked["messages"] == [{"content": "Be brief.", "role": "system"}, {"content": "Who?", "role": "user"}]
    assert asked["model"] == "tiny"
    assert asked["temperature"] == 0.0
    assert "tools" not in asked


def test_pieces_arrive_while_the_model_is_still_writing(model, model_server, reply):
    model_server.says(reply("word " * 20, size=5, delay=0.02))
    pieces = model.stream(ASK)
    started = time.monotonic()
    next(pieces)
    first = time.monotonic() - started
    list(pieces)
    assert first < (time.monotonic() - started) / 3


def test_a_reader_who_leaves_ends_the_request(model, model_server, reply):
    model_server.says(reply("word " * 2000, size=5, delay=0.002))
    pieces = model.stream(ASK)
    next(pieces)
    pieces.close()
    deadline = time.monotonic() + 10
    while not model_server.abandoned and time.monotonic() < deadline:
        time.sleep(0.02)
    assert model_server.abandoned == 1


def test_a_model_that_never_stops_is_stopped(model, model_server, monkeypatch):
    monkeypatch.setattr(models, "LONGEST", 50)
    model_server.says("again and " * 100)
    assert 50 < len(model.write(ASK)) < 70


@pytest.mark.parametrize(
    ("status", "error", "says"),
    [
        (401, {"message": "Incorrect API key provided", "code": "invalid_api_key"}, "OPENAI_API_KEY"),
        (403, {"message": "Not for you"}, "refused the API key"),
        (404, {"message": "The model tiny does not exist", "code": "model_not_found"}, "is not offered"),
        (429, {"message": "Rate limit reached", "code": "rate_limit_exceeded"}, "rate limit"),
        (500, {"message": "out of memory"}, "failed on its server's side"),
        (400, {"message": "stop must be a list"}, "could not be used"),
    ],
)
def test_every_refusal_of_the_server_says_what_to_do(model, model_server, reply, status, error, says):
    model_server.says(reply(status=status, error=error))
    with pytest.raises(ModelError, match=says) as caught:
        model.write(ASK)
    assert "openai:tiny" in str(caught.value)
    assert error["message"] in str(caught.value)


def test_too_much_text_is_told_apart(model, model_server, reply):
    message = "This model's maximum context length is 4096 tokens"
    model_server.says(reply(status=400, error={"message": message, "code": "context_length_exceeded"}))
    with pytest.raises(ContextExceeded, match="larger context"):
        model.write(ASK)


@pytest.mark.parametrize("rudely", [True, False])
def test_a_reply_that_breaks_off_is_an_error_after_its_first_pieces(model, model_server, reply, rudely):
    model_server.says(reply("The council met on Monday and decided", cut_after=21, rudely=rudely))
    pieces = model.stream(ASK)
    assert next(pieces) == "The cou"
    with pytest.raises(ModelError, match="broke off"):
        list(pieces)


def test_a_server_that_is_away_is_named():
    with pytest.raises(ModelError, match="cannot be reached"):
        open_model("openai:tiny", f"http://127.0.0.1:{free_port()}/v1").write(ASK)


def test_a_server_that_says_nothing_is_not_waited_for_for_ever(model_server, reply, monkeypatch):
    monkeypatch.setitem(models._WAITING, "openai", {"timeout": 0.3, "max_retries": 0})
    model_server.says(reply("late", delay=3.0))
    with pytest.raises(ModelError, match="did not answer in time"):
        open_model("openai:tiny", f"{model_server.address}/v1").write(ASK)


def test_without_a_key_the_provider_is_not_tried(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(ModelError, match="Set OPENAI_API_KEY"):
        open_model("openai:gpt-4.1-mini")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("ollama:llama3.2", r'pip install "footnote-qa\[ollama\]"'),
        ("groq:llama-3", "pip install langchain-groq"),
        ("nonsense", "provider:model"),
        ("nonsense:tiny", "provider:model"),
    ],
)
def test_a_model_that_cannot_be_opened_says_how_it_could_be(name, says):
    if name.startswith("ollama") and __import__("importlib").util.find_spec("langchain_ollama"):
        pytest.skip("langchain-ollama is installed here")
    with pytest.raises(ModelError, match=says):
        open_model(name)


def test_a_name_alone_is_a_model_of_the_server_given(model_server):
    model = open_model("tiny", f"{model_server.address}/v1")
    model.write(ASK)
    assert model_server.requests[0]["model"] == "tiny"


def test_tracing_is_off_whatever_the_environment_says(model_server):
    code = (
        "import langsmith.client, sys\n"
        "def reached(*a, **k): raise SystemExit('a trace was sent')\n"
        "langsmith.client.Client.__init__ = reached\n"
        "from qa.models import open_model\n"
        "from langsmith.utils import tracing_is_enabled\n"
        f"print(open_model('openai:tiny', '{model_server.address}/v1').write([('user', 'Who?')]))\n"
        "assert tracing_is_enabled(), 'the caller of the model keeps its own tracing'\n"
    )
    model_server.says("Nobody.")
    environment = os.environ | {"LANGSMITH_TRACING": "true", "LANGSMITH_API_KEY": "x", "LANGCHAIN_TRACING_V2": "true"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert done.stdout.strip() == "Nobody.", done.stderr


def test_a_running_ollama_is_found_and_a_missing_one_is_no_error(model_server):
    assert ollama_models(model_server.address) == ("ollama:tiny:1b", "ollama:small:3b")
    assert ollama_models(f"http://127.0.0.1:{free_port()}") == ()
