"""Questions being answered: each runs to its end and is kept, whoever is still watching."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Final, Protocol

from index.errors import FootnoteError
from qa.answers import Answer, Turn
from qa.retrieval import Hit
from ui.conversations import Exchange
from ui.manner import Manner
from ui.priority import step_back

PATIENCE: Final = 1.0  # seconds a person waits for what was found before seeing that it is searched for

_log = logging.getLogger(__name__)


class Step(Protocol):
    """How far an answer has come: its text so far, and the answer once it is complete."""

    @property
    def text(self) -> str: ...
    @property
    def answer(self) -> Answer | None: ...


Stream = Callable[[str, Sequence[Turn], tuple[str, ...] | None, Manner], Generator[Step, None, None]]
Search = Callable[[str, Sequence[Turn], tuple[str, ...] | None, Manner], tuple[Hit, ...]]
Done = Callable[[Exchange], None]


@dataclass(eq=False)
class Asked:
    """A question on its way: what can be shown of its answer, and who waits for more.

    `done` is given the exchange when it is over, before those who follow see the end.
    """

    exchange: Exchange
    history: tuple[Turn, ...]
    done: Done
    manner: Manner = field(default_factory=Manner)
    text: str = ""
    place: int | None = None  # how many questions wait before it; None once its turn has come
    found: tuple[Hit, ...] = ()
    finished: bool = False
    stopped: bool = False
    _waiting: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    @property
    def doing(self) -> str:
        """What is being done, in words."""
        if self.place is not None:
            count = "one question waits" if self.place == 1 else f"{self.place} questions wait"
            return f"Waiting for its turn: {count} before it" if self.place else "Its turn is next"
        if not self.found:
            return "Searching the documents"
        passages = "one passage" if len(self.found) == 1 else f"up to {len(self.found)} passages"
        documents = len({hit.passage.document for hit in self.found})
        return f"Reading {passages} of {'one document' if documents == 1 else f'{documents} documents'}"

    def show(self, text: str) -> None:
        """Lets everybody who follows see the answer so far."""
        self.text = text
        self.wake()

    def show_found(self, found: tuple[Hit, ...]) -> None:
        """The same of the passages that are read."""
        self.found = found
        self.wake()

    def show_place(self, place: int | None) -> None:
        """The same of how many questions wait before it."""
        self.place = place
        self.wake()

    def finish(self, exchange: Exchange) -> None:
        """The last word: `exchange` is how it ended."""
        self.exchange = exchange
        self.finished = True
        self.wake()

    async def follow(self) -> AsyncIterator[Asked]:
        """Itself, now and whenever there is more to show; ends when it is finished."""
        changed = asyncio.Event()
        waiter = (asyncio.get_running_loop(), changed)
        with self._lock:
            self._waiting.append(waiter)
        try:
            while True:
                changed.clear()
                over = self.finished  # before it is shown: it may end while that is being done
                yield self
                if over:
                    return
                await changed.wait()
        finally:
            with self._lock:
                self._waiting.remove(waiter)

    def wake(self) -> None:
        """Tells everybody who follows to look again."""
        with self._lock:
            for loop, changed in self._waiting:
                loop.call_soon_threadsafe(changed.set)


class Asking:
    """Answers questions in the background, `at_once` of them at a time, the others in the order they came.

    What there is to read is searched for at once for everybody, whoever's turn it is: it takes a fraction of the
    time, and shows those who wait that they are understood.
    """

    def __init__(self, stream: Stream, search: Search, at_once: int) -> None:
        self._stream = stream
        self._search = search
        self._pool = ThreadPoolExecutor(at_once, "asking", initializer=step_back)
        self._searching = ThreadPoolExecutor(1, thread_name_prefix="searching")
        self._waiting: list[Asked] = []
        self._running: dict[tuple[str, str], Asked] = {}
        self._lock = Lock()

    def running(self, person: str, conversation: str) -> Asked | None:
        """The question of this conversation that is being answered."""
        with self._lock:
            return self._running.get((person, conversation))

    def begin(self, person: str, conversation: str, asked: Asked, keep: Callable[[], None] = lambda: None) -> None:
        """Starts on a question. It returns when there is something to show, or after `PATIENCE` seconds.

        `keep` is called before, when no other question of the conversation can be begun any more; where it fails,
        nothing is.
        """
        key = (person, conversation)
        with self._lock:
            if key in self._running:
                raise FootnoteError(
                    "A question of this conversation is being answered. Stop it first, or wait for the answer."
                )
            self._running[key] = asked
        try:
            keep()
        except BaseException:
            with self._lock:
                del self._running[key]
            asked.finish(replace(asked.exchange, state="stopped"))
            raise
        with self._lock:
            asked.place = len(self._waiting)
            self._waiting.append(asked)
        looked = self._searching.submit(self._look, asked)
        self._pool.submit(self._run, key, asked)
        wait([looked], PATIENCE)

    def stop(self, person: str, conversation: str) -> None:
        """Ends the answering of a conversation's question: at once if it still waits, else at the next chance."""
        key = (person, conversation)
        with self._lock:
            asked = self._running.get(key)
            waited = asked in self._waiting
            if asked is None:
                return
            asked.stopped = True
            if waited:
                self._waiting.remove(asked)
        if waited:
            self._end(key, asked, replace(asked.exchange, state="stopped"))
            self._show_places()

    def close(self) -> None:
        """Stops everything and waits for it."""
        with self._lock:
            running = list(self._running.values())
        for asked in running:
            asked.stopped = True
        self._searching.shutdown(wait=True, cancel_futures=True)
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _look(self, asked: Asked) -> None:
        if asked.finished or asked.stopped:
            return
        exchange = asked.exchange
        try:
            asked.show_found(self._search(exchange.question, asked.history, exchange.within, asked.manner))
        except FootnoteError:
            return  # answering meets the same, and tells
        except Exception:
            _log.exception("searching for %r failed", exchange.question)

    def _show_places(self) -> None:
        with self._lock:
            waiting = list(self._waiting)
        for place, asked in enumerate(waiting):
            asked.show_place(place)

    def _run(self, key: tuple[str, str], asked: Asked) -> None:
        exchange = asked.exchange
        with self._lock:
            if asked not in self._waiting:
                return  # it was stopped while it waited
            self._waiting.remove(asked)
        asked.show_place(None)
        self._show_places()
        try:
            ended = self._answered(asked)
        except FootnoteError as error:
            ended = replace(exchange, state="failed", problem=str(error))
        except Exception:
            _log.exception("answering %r failed", exchange.question)
            problem = "The question could not be answered because of an error in the program. Its log says more."
            ended = replace(exchange, state="failed", problem=problem)
        self._end(key, asked, ended)

    def _end(self, key: tuple[str, str], asked: Asked, ended: Exchange) -> None:
        try:
            asked.done(ended)
        except Exception:
            _log.exception("the answer to %r could not be kept", ended.question)
        with self._lock:
            del self._running[key]
        asked.finish(ended)

    def _answered(self, asked: Asked) -> Exchange:
        exchange = asked.exchange
        if asked.stopped:
            return replace(exchange, state="stopped")
        answer: Answer | None = None
        with closing(self._stream(exchange.question, asked.history, exchange.within, asked.manner)) as steps:
            for step in steps:
                if asked.stopped:
                    return replace(exchange, state="stopped")
                answer = step.answer
                asked.show(step.text)
        if answer is None:
            raise RuntimeError("the last step of an answer holds it")
        return replace(exchange, state="answered", answer=answer)
