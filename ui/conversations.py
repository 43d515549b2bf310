"""Conversations, kept on disk: one JSON file each, one folder for each person, written whole or not at all."""

from __future__ import annotations

import json
import os
import re
import secrets
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any, Final, Literal
from urllib.parse import quote

from qa.answers import Answer, Citation, Nearest, Statement, Turn

State = Literal["asking", "answered", "stopped", "failed"]

_FORMAT: Final = 1
_ID: Final = re.compile(r"[0-9a-f]{16}")
_TITLE_LENGTH: Final = 80


def new_id() -> str:
    """A name that no other conversation or exchange has."""
    return secrets.token_hex(8)


def now() -> str:
    """The time, in ISO 8601 and UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _this_instant() -> str:
    """The time to the microsecond: conversations answered within one second are still listed in order."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and what became of it. `within` are the documents it was limited to, `None` for all of them."""

    id: str
    question: str
    asked: str
    within: tuple[str, ...] | None = None
    state: State = "asking"
    answer: Answer | None = None
    problem: str = ""
    useful: bool | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        if (self.state == "answered") != (self.answer is not None):
            raise ValueError(f"an exchange has an answer exactly when it is answered, got {self.state}")


@dataclass(frozen=True, slots=True)
class Conversation:
    """Questions and answers in order."""

    id: str
    title: str
    created: str
    updated: str
    exchanges: tuple[Exchange, ...] = field(default=())

    @classmethod
    def begun(cls, question: str) -> Conversation:
        """A conversation named after its first question, still without it."""
        at = _this_instant()
        return cls(new_id(), clipped_title(question), at, at)

    def with_exchange(self, exchange: Exchange, instead_of: str = "") -> Conversation:
        """The conversation with one more exchange; `instead_of` names the one that it and all after it make way for."""
        ids = [existing.id for existing in self.exchanges]
        kept = self.exchanges[: ids.index(instead_of)] if instead_of in ids else self.exchanges
        return replace(self, exchanges=(*kept, exchange), updated=_this_instant())

    def with_changed(self, exchange: Exchange) -> Conversation:
        """The conversation with the exchange of the same id replaced."""
        changed = tuple(exchange if existing.id == exchange.id else existing for existing in self.exchanges)
        return replace(self, exchanges=changed, updated=_this_instant())

    def exchange(self, id: str) -> Exchange | None:
        """The exchange called `id`."""
        return next((exchange for exchange in self.exchanges if exchange.id == id), None)

    def history(self, before: str) -> tuple[Turn, ...]:
        """What was said before the exchange called `before`, for a question that follows it."""
        turns: list[Turn] = []
        for exchange in self.exchanges:
            if exchange.id == before:
                break
            if exchange.answer is not None:
                turns += [Turn("user", exchange.question), Turn("assistant", exchange.answer.text)]
        return tuple(turns)


class Conversations:
    """The folder of conversations. Safe from several threads; another process sees whole files only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._changing = Lock()
        self._read: dict[Path, tuple[tuple[int, ...], Conversation]] = {}

    def all(self, person: str) -> tuple[Conversation, ...]:
        """A person's conversations, the last used first. A file that cannot be understood is left alone."""
        folder = self._of(person)
        files = sorted(folder.glob("*.json")) if folder.is_dir() else []
        found = [conversation for file in files if (conversation := self._load(file)) is not None]
        return tuple(sorted(found, key=lambda conversation: conversation.updated, reverse=True))

    def find(self, person: str, words: str) -> tuple[Conversation, ...]:
        """The conversations whose title, questions or answers contain every one of `words`."""
        wanted = words.casefold().split()
        return tuple(
            conversation
            for conversation in self.all(person)
            if all(word in _searchable(conversation) for word in wanted)
        )

    def get(self, person: str, id: str) -> Conversation | None:
        """A conversation of a person's own, or `None`."""
        return self._load(self._of(person) / f"{id}.json") if _ID.fullmatch(id) else None

    def change(self, person: str, id: str, change: Callable[[Conversation], Conversation]) -> Conversation | None:
        """Reads a conversation, changes it and writes it, with nothing of the same kind in between."""
        with self._changing:
            found = self.get(person, id)
            if found is None:
                return None
            changed = change(found)
            self.save(person, changed)
            return changed

    def save(self, person: str, conversation: Conversation) -> None:
        """Writes a conversation. After a crash at any moment there is the old file or the new one."""
        folder = self._of(person)
        folder.mkdir(parents=True, exist_ok=True)
        data = {"format": _FORMAT, **asdict(conversation)}
        with tempfile.NamedTemporaryFile("w", dir=folder, suffix=".tmp", delete=False, encoding="utf-8") as file:
            try:
                # Lone surrogates, which a document may hold, survive as \\ud8xx escapes.
                json.dump(data, file, ensure_ascii=True)
                file.flush()
                os.fsync(file.fileno())
            except BaseException:
                Path(file.name).unlink()
                raise
            Path(file.name).replace(folder / f"{conversation.id}.json")

    def delete(self, person: str, id: str) -> None:
        """Forgets a conversation for good."""
        if not _ID.fullmatch(id):
            return
        with self._changing:
            (self._of(person) / f"{id}.json").unlink(missing_ok=True)

    def _of(self, person: str) -> Path:
        # Quoting keeps one person's folder apart from another's and inside this one, whatever the name.
        return self._folder / f"of-{quote(person, safe='').replace('.', '%2E')}"

    def _load(self, file: Path) -> Conversation | None:
        try:
            status = file.stat()
            # Two files of one size may be written within one tick of the clock.
            seen = (status.st_mtime_ns, status.st_size, status.st_ino)
            known = self._read.get(file)
            if known and known[0] == seen:
                return known[1]
            conversation = conversation_from(json.loads(file.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError):
            return None
        self._read[file] = (seen, conversation)
        return conversation


def conversation_from(data: Mapping[str, Any]) -> Conversation:
    """A conversation from its JSON. Raises `ValueError`, `KeyError` or `TypeError` for anything else."""
    if data.get("format") != _FORMAT:
        raise ValueError(f"not a conversation of format {_FORMAT}: {data.get('format')!r}")
    exchanges = tuple(_exchange_from(exchange) for exchange in data["exchanges"])
    return Conversation(data["id"], data["title"], data["created"], data["updated"], exchanges)


def clipped_title(text: str) -> str:
    """A title made of the first words of `text`."""
    plain = " ".join(text.split())
    return plain if len(plain) <= _TITLE_LENGTH else plain[: _TITLE_LENGTH - 1].rsplit(" ", 1)[0] + "…"


def _exchange_from(data: Mapping[str, Any]) -> Exchange:
    values = dict(data)
    values["within"] = None if values["within"] is None else tuple(values["within"])
    values["answer"] = None if values["answer"] is None else answer_from(values["answer"])
    return Exchange(**values)


def answer_from(data: Mapping[str, Any]) -> Answer:
    """An answer from its JSON, checked again by its constructors."""
    citations = tuple(Citation(**citation) for citation in data["citations"])
    nearest = tuple(Nearest(**passage) for passage in data["nearest"])
    statements = tuple(
        Statement(**{**statement, "citations": tuple(statement["citations"])}) for statement in data["statements"]
    )
    return Answer(**{**data, "citations": citations, "nearest": nearest, "statements": statements})


def _searchable(conversation: Conversation) -> str:
    texts = [conversation.title]
    for exchange in conversation.exchanges:
        texts += [exchange.question, exchange.answer.text if exchange.answer else ""]
    return "\n".join(texts).casefold()
