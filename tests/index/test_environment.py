"""Settings: the environment before the file, and nothing misspelt passes."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.environment import settings_from
from index.errors import FootnoteError


def test_the_environment_comes_before_the_file(tmp_path: Path) -> None:
    file = tmp_path / "footnote.toml"
    file.write_text('documents = "papers"\nport = 7000\nmodel = "ollama:llama3.2"\nauth = ["ann:a", "bob:b"]\n')
    assert settings_from({"FOOTNOTE_MODEL": "openai:x", "FOOTNOTE_PORT": "", "PATH": "/bin"}, file) == {
        "documents": "papers",
        "port": "7000",
        "model": "openai:x",
        "auth": "ann:a\nbob:b",
    }
    assert settings_from({}, tmp_path / "none.toml") == {}


@pytest.mark.parametrize(
    "text", ['documets = "x"', 'Documents = "x"', "port = true", "store = {a = 1}", "not toml", 'model = "']
)
def test_what_is_wrong_in_the_file_is_said(tmp_path: Path, text: str) -> None:
    (tmp_path / "footnote.toml").write_text(text)
    with pytest.raises(FootnoteError, match=r"footnote\.toml"):
        settings_from({}, tmp_path / "footnote.toml")


def test_an_unknown_variable_is_an_error() -> None:
    with pytest.raises(FootnoteError, match="FOOTNOTE_MODLE is no setting"):
        settings_from({"FOOTNOTE_MODLE": "x"})
