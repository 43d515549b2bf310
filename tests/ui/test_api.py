"""What other programs may ask of the page, and what nobody may: real HTTP, a real server."""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

from index.errors import FootnoteError
from index.writing import write_lock
from qa.models import ollama_models
from qa.settings import Settings
from tests.ui.conftest import wait_for
from ui.server import Serving, application

pytestmark = pytest.mark.timeout(600)  # the first test starts the server and loads the models

FERRY = "When was the ferry Astrid built?"
USUAL = {"plain": False, "length": None, "passages": None}  # as the program was started
Serve = Callable[..., AbstractContextManager[Any]]


def called(url: str, name: str, *data: Any) -> Any:
    """Calls a documented verb by plain HTTP, as its documentation says: ask, then read the event."""
    with client(url) as http:
        event = http.post(f"/gradio_api/call/{name}", json={"data": list(data)}).json()["event_id"]
        lines = http.get(f"/gradio_api/call/{name}/{event}").text.splitlines()
    at = lines.index("event: complete")
    return json.loads(lines[at + 1].removeprefix("data: "))[0]


def client(url: str) -> httpx.Client:
    return httpx.Client(base_url=url, verify=False, trust_env=False, timeout=120)


def test_programs_ask_by_plain_http(ready: Any) -> None:
    answer = called(ready.url, "ask", FERRY, None, None)
    assert "1987" in answer["text"]
    assert answer["citations"][0]["document"] == "ferry.txt"
    limited = called(ready.url, "ask", FERRY, None, ["library.docx"])
    assert all(citation["document"] == "library.docx" for citation in limited["citations"])
    history = [
        {"role": "user", "text": "When was the lighthouse of Kell first lit?"},
        {"role": "assistant", "text": "In 1851."},
    ]
    assert "lighthouse" in called(ready.url, "ask", "Who was its keeper?", history, None)["searched_for"]


def test_gradio_client_asks_too(ready: Any) -> None:
    code = f"""
from gradio_client import Client
client = Client({ready.url!r}, verbose=False, analytics_enabled=False)
assert "1987" in client.predict(question={FERRY!r}, api_name="/ask")["text"]
states = {{file["document"]: file["state"] for file in client.predict(api_name="/documents")}}
assert states["ferry.txt"] == "indexed" and states["empty.txt"] == "empty", states
assert client.predict(api_name="/update")["changes"] == []
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=240)


def test_any_chat_program_can_use_the_server(ready: Any) -> None:
    with openai.OpenAI(base_url=f"{ready.url}/v1", api_key="none", timeout=120) as program:
        assert [model.id for model in program.models.list()] == ["footnote"]
        asked: Any = [{"role": "user", "content": FERRY}]
        answer = program.chat.completions.create(model="footnote", messages=asked)
        assert "1987" in (answer.choices[0].message.content or "")
        cited = answer.model_extra["citations"][0] if answer.model_extra else None
        assert cited["document"] == "ferry.txt" and "1987" in cited["quote"]
        streamed = program.chat.completions.create(model="footnote", messages=asked, stream=True)
        assert "1987" in "".join(event.choices[0].delta.content or "" for event in streamed)


def test_models_of_this_machine_are_offered_where_there_are_any(ready: Any) -> None:
    assert ready.call("page_models") == {"models": list(ollama_models())}


def test_only_the_three_verbs_are_documented(ready: Any) -> None:
    info = httpx.get(f"{ready.url}/gradio_api/info").json()
    assert sorted(info["named_endpoints"]) == ["/ask", "/documents", "/update"]
    assert info["unnamed_endpoints"] == {}


@pytest.mark.parametrize("data", [["  ", None, None], ["x", [{"role": "user"}], None]])
def test_a_callers_mistake_is_told(ready: Any, data: list[Any]) -> None:
    with client(ready.url) as http:
        event = http.post("/gradio_api/call/ask", json={"data": data}).json()["event_id"]
        assert "event: error" in http.get(f"/gradio_api/call/ask/{event}").text


@pytest.mark.parametrize("headers", [{"origin": "http://evil.example"}, {"host": "evil.example"}])
def test_other_sites_cannot_command_the_page(ready: Any, headers: dict[str, str]) -> None:
    reply = httpx.post(f"{ready.url}/gradio_api/run/page_refresh", json={"data": []}, headers=headers)
    assert reply.status_code == 403


def test_nothing_is_loaded_from_elsewhere(ready: Any) -> None:
    reply = httpx.get(ready.url)
    assert "default-src 'self'" in reply.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("verb", "data"),
    [
        ("page_add", [[{"path": "/etc/passwd", "name": "passwd.txt"}]]),
        ("page_remove", ["../store/current"]),
        ("page_remove", ["/etc/passwd"]),
        ("page_document", ["../../etc/passwd", 0, None]),
        ("page_cite", ["../x", "y", 1, None]),
        ("page_begin", ["", "   ", None, "", USUAL]),
        ("page_begin", ["", "x" * 5000, None, "", USUAL]),
        ("page_begin", ["", "x", [], "", USUAL]),
        ("page_begin", ["", "x", None, "", USUAL | {"length": "huge"}]),
        ("page_begin", ["", "x", None, "", USUAL | {"passages": 51}]),
        ("page_begin", ["", "x", None, "", {}]),
        ("page_export", ["0" * 16, "md"]),
        ("page_rename", ["0" * 16, "x", ""]),
    ],
)
def test_what_cannot_be_done_is_said(ready: Any, verb: str, data: list[Any]) -> None:
    assert ready.call(verb, *data)["problem"]
    assert not (ready.documents / "passwd.txt").exists()


def test_the_servers_own_files_are_not_served(ready: Any) -> None:
    for path in ("/etc/passwd", str(ready.documents / "ferry.txt"), str(ready.store / "current")):
        assert httpx.get(f"{ready.url}/gradio_api/file={path}").status_code in (403, 404)


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory, ready: Any, serve: Serve) -> Iterator[tuple[Any, Any, Any]]:
    """A page where ann and bob have signed in, and a client for each, and one for somebody who has not."""
    store = tmp_path_factory.mktemp("signed") / "store"
    with (
        serve(ready.documents, store, "--auth", "ann:secret", "--auth", "bob:hidden") as page,
        client(page.url) as ann,
        client(page.url) as bob,
        client(page.url) as stranger,
    ):
        for person, name, password in ((ann, "ann", "secret"), (bob, "bob", "hidden")):
            assert person.post("/login", data={"username": name, "password": password}).status_code == 200
        yield ann, bob, stranger


def run(person: httpx.Client, verb: str, *data: Any) -> Any:
    return person.post(f"/gradio_api/run/page_{verb}", json={"data": data}).json()["data"][0]


def answered(person: httpx.Client, conversation: str) -> Any:
    end = time.monotonic() + 60
    while (values := run(person, "open", conversation))["running"]:
        assert time.monotonic() < end
        time.sleep(0.1)
    return values


def test_what_is_chosen_in_the_page_counts_and_its_cost_is_told(ready: Any) -> None:
    costs = ready.call("page_costs", USUAL)
    assert [each["value"] for each in costs["lengths"]] == ["short", "normal", "long"]
    assert [each["value"] for each in costs["passages"]] == [5, 20, 35, 50]
    assert costs["started"] == {"length": "normal", "passages": 20}
    wait_for(lambda: bool(ready.call("page_open", "")["thread"].count("data-act")), 120)  # questions were tried
    wait_for(lambda: not ready.call("page_costs", USUAL)["measuring"], 120)
    costs = ready.call("page_costs", USUAL)
    assert all(each["seconds"] > 0 for each in costs["lengths"] + costs["passages"])

    question = "What do the documents say about the ferry Astrid, the lighthouse, the library and the harbour?"
    cited = {}
    for length in ("short", "normal", "long"):
        begun = ready.call("page_begin", "", question, None, "", USUAL | {"length": length})["conversation"]
        wait_for(lambda begun=begun: not ready.call("page_open", begun)["running"], 60)
        (kept,) = [each for each in ready.kept() if each["id"] == begun]
        cited[length] = len(kept["exchanges"][0]["answer"]["citations"])
    assert cited["short"] < cited["long"], cited


@pytest.mark.slow
def test_people_who_sign_in_have_conversations_of_their_own(signed: Any) -> None:
    ann, bob, stranger = signed
    assert stranger.post("/login", data={"username": "ann", "password": "hidden"}).status_code == 400
    assert stranger.post("/gradio_api/run/page_pulse", json={"data": [0]}).status_code == 401
    assert stranger.post("/gradio_api/call/ask", json={"data": [FERRY, None, None]}).status_code == 401
    with ThreadPoolExecutor() as pool:
        hers = pool.submit(lambda: run(ann, "begin", "", FERRY, None, "", USUAL)["conversation"])
        his = pool.submit(
            lambda: run(bob, "begin", "", "How many books may readers borrow?", None, "", USUAL)["conversation"]
        )
        mine, other = hers.result(), his.result()
    assert "1987" in answered(ann, mine)["thread"]
    assert "seven" in answered(bob, other)["thread"]
    assert run(bob, "open", mine)["conversation"] == ""
    assert run(bob, "export", mine, "md")["problem"]
    assert "No conversation mentions" in run(bob, "find", "ferry", "")["conversations"]
    run(bob, "delete", mine, "")
    assert run(ann, "open", mine)["conversation"] == mine


@pytest.mark.slow
def test_thirty_people_at_once_each_get_their_own_answer(ready: Any, capsys: pytest.CaptureFixture[str]) -> None:
    asked = [
        (FERRY, "1987"),
        ("When was the lighthouse of Kell first lit?", "1851"),
        ("How many books may readers borrow at a time?", "seven"),
        ("How long is the longest path in the Orrin hills?", "31 kilometres"),
        ("How many passengers does the ferry carry?", "64"),
    ]
    started = time.perf_counter()
    dependencies = httpx.get(f"{ready.url}/config").json()["dependencies"]
    follow = next(each["id"] for each in dependencies if each["targets"] and each["targets"][0][1] == "follow")

    def one(number: int) -> tuple[float, float]:
        """Seconds to the first words of what was found, as a browser follows it, and to the answer."""
        question, expected = asked[number % len(asked)]
        with client(ready.url) as person:
            begun = time.perf_counter()
            values = run(person, "begin", "", question, None, "", USUAL)
            conversation = values["conversation"]
            first = time.perf_counter() - begun if 'class="found"' in values["live"] else 0.0
            event = {"data": [], "fn_index": follow, "session_hash": f"person{number}"}
            joined = person.post("/gradio_api/queue/join", json=event | {"event_data": {"conversation": conversation}})
            assert joined.status_code == 200, joined.text
            place = f"/gradio_api/queue/data?session_hash=person{number}"
            with person.stream("GET", place) as lines:
                for line in lines.iter_lines():
                    # What was found, a place in an answer, or its end, whichever a person sees first.
                    if not first and any(shown in line for shown in ('class=\\"found', 'class=\\"answer', "data-over")):
                        first = time.perf_counter() - begun
                    if '"process_completed"' in line:
                        break
            values = run(person, "open", conversation)
            assert not values["running"]
            assert expected in values["thread"] and question in values["thread"]
            return first, time.perf_counter() - begun

    with ThreadPoolExecutor(30) as pool:
        times = list(pool.map(one, range(30)))
    words, whole = ([each[i] for each in times] for i in (0, 1))
    with capsys.disabled():
        print(
            f"\n30 at once: first words median {statistics.median(words):.1f} s (longest {max(words):.1f} s), "
            f"answers median {statistics.median(whole):.1f} s, all in {time.perf_counter() - started:.1f} s"
        )
    assert all(words)
    assert statistics.median(words) < statistics.median(whole)


@pytest.mark.slow
def test_the_program_ends_while_the_index_is_being_opened(tmp_path: Path, serve: Serve) -> None:
    documents, store = tmp_path / "documents", tmp_path / "store"
    documents.mkdir()
    (documents / "ferry.txt").write_text("The ferry Astrid was built in 1987.\n")
    with write_lock(store):  # as another program that writes to the index
        with serve(documents, store) as page:
            page.call("page_begin", "", FERRY, None, "", USUAL)
            assert "still being opened" in page.call("page_document", "ferry.txt", 0, None)["problem"]
            assert page.call("page_pulse")["busy"]
        # That it ended in time is seen by who served it.


def test_mcp_is_refused_where_nobody_could_use_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(FootnoteError, match="--auth"):
        Serving(mcp=True, people={"ann": "secret"})
    monkeypatch.setitem(sys.modules, "mcp", None)
    with pytest.raises(FootnoteError, match="footnote-qa\\[mcp\\]"):
        application(Settings(tmp_path, tmp_path / "store"), Serving(mcp=True))


@pytest.mark.slow
def test_the_verbs_are_mcp_tools(tmp_path: Path, ready: Any, serve: Serve) -> None:
    async def used(url: str) -> tuple[list[str], str]:
        async with streamable_http_client(f"{url}/gradio_api/mcp/") as (reading, writing, _):
            async with ClientSession(reading, writing) as session:
                await session.initialize()
                tools = await session.list_tools()
                answer = await session.call_tool("ask", {"question": FERRY})
                return sorted(tool.name for tool in tools.tools), str(answer.content)

    with serve(ready.documents, tmp_path / "store", "--mcp") as page:
        tools, answer = asyncio.run(used(page.url))
        assert [name.split("_")[-1] for name in tools] == ["ask", "documents", "update"]
        assert "1987" in answer
