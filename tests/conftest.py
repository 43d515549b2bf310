"""What all tests share."""

from __future__ import annotations

import pytest
from hypothesis import settings

from tests.model_server import model_server, reply

__all__ = ["model_server", "reply"]

# The same examples each time, so that what passes once passes for everybody; `make test-all` looks further.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("search", max_examples=1000, deadline=None)
settings.load_profile("same")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--model", help="ask this language model in test_language_model.py, not the scripted one")
    parser.addoption("--model-url", default="", help="where its OpenAI-compatible server is, if it is one of your own")
