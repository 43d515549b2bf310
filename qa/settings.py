"""What an assistant is opened with: inert data, made by the programs from flags and the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import seeds
from index.embedding import BUNDLED
from index.errors import FootnoteError
from index.location import default_store
from qa.lengths import BUDGETS, Budget, Length


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the documents are, where the index is kept, and what answers.

    `store` is a folder or the URL of a Chroma server; empty for the default place, which depends on
    the documents folder. `embedding` names the embedding model. `model` names a LangChain chat model
    ("openai:gpt-5-mini", "ollama:llama3.2"); empty for answers made of the documents' own sentences.
    `base_url` is the address of an OpenAI-compatible server. `strict` drops a sentence that its source
    does not support instead of marking it. `passages` (1..50) is how many are read for one question at most; a language
    model is given the best three fifths of them. `length` is how much an answer says: "short", "normal" or "long".
    """

    documents: str | Path = seeds.FOLDER
    store: str | Path = ""
    embedding: str = BUNDLED
    model: str = ""
    base_url: str = ""
    strict: bool = False
    passages: int = 20
    length: Length = "normal"

    def __post_init__(self) -> None:
        if not 1 <= self.passages <= 50:
            raise ValueError(f"between 1 and 50 passages are read for one question, got {self.passages}")
        if self.length not in BUDGETS:
            raise ValueError(f"an answer's length is one of {', '.join(BUDGETS)}, not {self.length!r}")
        if self.base_url and not self.model:
            raise ValueError("base_url is the address of a model's server: name the model too")

    @classmethod
    def chosen(
        cls,
        environment: Mapping[str, str],
        *,
        strict: bool = False,
        documents: Path | None = None,
        store: str | None = None,
        embedding: str | None = None,
        model: str | None = None,
        base_url: str | None = None,
        length: Length | None = None,
        passages: int | None = None,
    ) -> Self:
        """What a program's flags ask for, then the environment, then the defaults. A flag not given is `None`."""
        flags = {
            "documents": documents,
            "store": store,
            "embedding": embedding,
            "model": model,
            "base_url": base_url,
            "length": length,
            "passages": passages,
        }
        values: dict[str, Any] = {name: environment.get(name) if flag is None else flag for name, flag in flags.items()}
        count = values["passages"]
        if isinstance(count, str):
            if not count.isdecimal():
                raise FootnoteError(f"The number of passages read for one question is 1 to 50, not {count!r}.")
            values["passages"] = int(count)
        return cls(**{name: value for name, value in values.items() if value not in (None, "")}, strict=strict)

    @property
    def folder(self) -> Path:
        """The documents folder, absolute."""
        return Path(self.documents).expanduser().absolute()

    @property
    def budget(self) -> Budget:
        """What an answer may be made of."""
        return BUDGETS[self.length]

    @property
    def given(self) -> int:
        """How many passages a language model is given: it need not read again what the reader found worst."""
        return max(1, self.passages * 3 // 5)

    @property
    def location(self) -> str | Path:
        """Where the index is kept."""
        return self.store or default_store(self.folder)
