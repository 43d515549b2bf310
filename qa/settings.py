"""What an assistant is opened with: inert data, made by the programs from flags and the environment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import seeds
from index.embedding import BUNDLED
from index.location import default_store


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the documents are, where the index is kept, and what answers.

    `store` is a folder or the URL of a Chroma server; empty for the default place, which depends on
    the documents folder. `embedding` names the embedding model. `model` names a LangChain chat model
    ("openai:gpt-5-mini", "ollama:llama3.2"); empty for answers made of the documents' own sentences.
    `base_url` is the address of an OpenAI-compatible server. `strict` drops a sentence that its source
    does not support instead of marking it. `passages` (1..50) is how many are read for one question.
    """

    documents: str | Path = seeds.FOLDER
    store: str | Path = ""
    embedding: str = BUNDLED
    model: str = ""
    base_url: str = ""
    strict: bool = False
    passages: int = 15

    def __post_init__(self) -> None:
        if not 1 <= self.passages <= 50:
            raise ValueError(f"between 1 and 50 passages are read for one question, got {self.passages}")
        if self.base_url and not self.model:
            raise ValueError("base_url is the address of a model's server: name the model too")

    @property
    def folder(self) -> Path:
        """The documents folder, absolute."""
        return Path(self.documents).expanduser().absolute()

    @property
    def location(self) -> str | Path:
        """Where the index is kept."""
        return self.store or default_store(self.folder)
