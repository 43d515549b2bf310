"""The page with a language model: it streams, its sentences are checked, and numbers that name nothing go."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.model_server import Reply, ScriptedServer, running
from tests.ui.conftest import wait_for

pytestmark = pytest.mark.timeout(600)  # a server of its own starts and loads the models

FERRY = "When was the ferry Astrid built?"
SAID = "The ferry Astrid was built in 1987 [{0}]. She carries 900 elephants [{0}]. Her captain is kind [77]."


def written(messages: list[dict[str, str]]) -> str:
    """What a model says that cites the right passage, invents, and cites a passage that there is not."""
    numbers = re.findall(
        r"(?m)^\S+ passage (\d+)\b[^\n]*\n(?:(?!end of passage).)*?1987", messages[-1]["content"], re.S
    )
    return SAID.format(numbers[0] if numbers else 1)


@pytest.fixture(scope="module")
def speaking() -> Iterator[ScriptedServer]:
    yield from running()


@pytest.fixture(scope="module")
def modelled(
    ready: Any,
    tmp_path_factory: pytest.TempPathFactory,
    serve: Callable[..., AbstractContextManager[Any]],
    speaking: ScriptedServer,
) -> Iterator[Any]:
    store = tmp_path_factory.mktemp("modelled") / "store"
    address = f"{speaking.address}/v1"
    with serve(ready.documents, store, "--model", "openai:tiny", "--base-url", address) as page:
        yield page


def test_a_models_answer_streams_and_is_checked(
    modelled: Any, speaking: ScriptedServer, open_page: Callable[..., Page]
) -> None:
    speaking.follows(lambda messages: Reply(written(messages), size=5, delay=0.1))
    page = open_page(url=modelled.url)
    page.fill("#question", FERRY)
    page.keyboard.press("Enter")
    seen: list[str] = []
    while not page.locator("#thread .turn").count():
        seen.append(page.locator("#live").inner_text())
        page.wait_for_timeout(100)
    assert len({text for text in seen if "built in" in text}) >= 2, "the text did not grow"
    assert not any(re.search(r"\[\d*$|77", text) for text in seen), "a marker flashed"
    turn = page.locator("#thread .turn").last
    expect(turn).to_contain_text("900 elephants")
    expect(turn).not_to_contain_text("77")
    turn.locator("button.cite").first.click()
    expect(page.locator("#source mark.chosen").first).to_contain_text("1987")
    answer = modelled.kept()[0]["exchanges"][0]["answer"]
    assert answer["model"] == "openai:tiny"
    verdicts = {
        verdict: [answer["text"][s["start"] : s["end"]] for s in answer["statements"] if s["verdict"] == verdict]
        for verdict in ("supported", "unsupported")
    }
    assert "1987" in verdicts["supported"][0]
    assert any("elephants" in said for said in verdicts["unsupported"])


def test_a_model_that_is_away_leaves_the_documents_own_words(modelled: Any, speaking: ScriptedServer) -> None:
    speaking.says(Reply(status=500, error={"message": "out of order"}))
    begun = modelled.call("page_begin", "", FERRY, None, "", {"plain": False, "length": None, "passages": None})
    wait_for(lambda: not modelled.call("page_open", begun["conversation"])["running"])
    answer = modelled.kept()[0]["exchanges"][0]["answer"]
    assert answer["notice"] and answer["model"] == "extractive"
