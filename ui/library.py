"""The assistant behind the page: opened while the page is already up, brought up to date on request, watched."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Generator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from threading import Event, Lock, Thread
from typing import Final

from index import progress
from index.build import Report
from index.documents import Document
from index.errors import FootnoteError
from qa.answers import Answer, Step, Turn
from qa.assistant import Assistant
from qa.retrieval import Hit
from qa.settings import Settings
from ui import suggestions
from ui.manner import AS_STARTED, Manner, Timings
from ui.priority import step_back
from ui.rail import Listed

_log = logging.getLogger(__name__)

_SUGGESTED: Final = 4  # questions to begin with
_ASKED_OF_ONE: Final = 3
_TRIED: Final = 40  # documents that questions are made from
_SURE: Final = 0.6
_BROKEN: Final = "The program failed. Its log says more; starting it again may help."
_OPENING: Final = "The index is still being opened. Wait until it is, and try again."
_STOPPING: Final = "The program is being stopped."
_LEAVE: Final = 5.0  # seconds that each thing under way has to come to its end before the program goes without it


@dataclass(frozen=True, slots=True)
class Activity:
    """What is being done to the documents, in words; `share` (0..1) of it is done, `None` where that is not known."""

    words: str
    share: float | None = None


class Library:
    """One assistant for everybody. Safe from several threads.

    `version` grows whenever the list of documents may have changed.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.version = 0
        self.activity: Activity | None = Activity("Opening the index")
        self.problem = ""
        self._assistant: Assistant | None = None
        self.timings = Timings()
        self._measuring = Lock()
        self._opened = Event()
        self._lock = Lock()
        self._working = True
        self._again = False
        self._stopping = False
        self._suggested: tuple[str, ...] = ()
        self._changes = 0
        self._threads: list[Thread] = []
        self._begin(self._work)

    @property
    def ready(self) -> bool:
        """Whether questions are answered at once: the index is open and the models are loaded."""
        return self._assistant is not None and self._assistant.ready

    @property
    def opened(self) -> Assistant | None:
        """The assistant, once its index is open."""
        return self._assistant

    def assistant(self) -> Assistant:
        """The assistant, waited for. Raises the error that kept it from opening."""
        self._opened.wait()
        return self._at_once()

    def _at_once(self) -> Assistant:
        assistant = self._assistant
        if assistant is None:
            raise FootnoteError(self.problem or _OPENING)
        return assistant

    def files(self) -> tuple[Listed, ...]:
        """Every document, and every file that gave none; nothing before the index is open."""
        assistant = self._assistant
        if assistant is None:
            return ()
        indexed = (
            Listed(
                record.path,
                record.file,
                record.title,
                passages=record.passages,
                digest=record.digest,
                metadata=record.metadata,
            )
            for record in assistant.documents()
        )
        others = (
            Listed(file.path, file.path, PurePosixPath(file.path).name, file.state, file.reason)
            for file in assistant.rejected()
        )
        return (*indexed, *others)

    def suggestions(self) -> tuple[str, ...]:
        """Questions that the documents have been seen to answer, to begin with; more may come while they are tried."""
        return self._suggested

    def overview(self, path: str) -> tuple[Answer, tuple[str, ...]]:
        """What a document says as a whole, in its own sentences, and questions that it has been seen to answer."""
        assistant = self.assistant()
        document = assistant.document(path)
        whole = self.plain().answer("What is this document about?", within=(path,))
        return whole, tuple(suggestions.chosen([document], self._answers, _ASKED_OF_ONE))

    def document(self, path: str) -> Document | None:
        """A document with its text, or `None` where there is none (any more).

        Raises a `FootnoteError` before the index is open: each request that waits would keep others from being served.
        """
        try:
            return self._at_once().document(path)
        except KeyError:
            return None

    def plain(self) -> Assistant:
        """An assistant over the same index that answers in the documents' own sentences, whatever the settings."""
        return self.assistant().adjusted(plain=True)

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        within: Collection[str] | None = None,
        manner: Manner = AS_STARTED,
    ) -> Generator[Step, None, None]:
        """The answer to a question, step by step."""
        assistant = self._in(manner)
        for step in assistant.stream(question, history, within=within):
            if step.answer is not None:
                self.timings.note(assistant.settings, step.answer.seconds)
            yield step

    def search(
        self,
        question: str,
        history: Sequence[Turn] = (),
        within: Collection[str] | None = None,
        manner: Manner = AS_STARTED,
    ) -> tuple[Hit, ...]:
        """The passages that are read for a question: known long before they are read."""
        return self._in(manner).search(question, history, within)

    def measure(self, manners: Sequence[Manner]) -> bool:
        """Answers a question of its own in the first of the manners, in the background, to tell what it costs.

        The others are left to later calls, so that nothing is measured for long after the last of them.
        Whether that is being done: there is no question before the documents have been tried.
        """
        if not self._suggested or not manners or not self._measuring.acquire(blocking=False):
            return self._measuring.locked()
        self._begin(self._measure, self._suggested[0], manners[0])
        return True

    def _measure(self, question: str, manner: Manner) -> None:
        step_back()
        try:
            for _ in self.stream(question, manner=manner):
                pass
        except FootnoteError:
            if not self._stopping:
                _log.warning("what answers cost could not be measured", exc_info=True)
        finally:
            self._measuring.release()

    def _in(self, manner: Manner) -> Assistant:
        return self.assistant().adjusted(length=manner.length, passages=manner.passages, plain=manner.plain)

    def update(self) -> None:
        """Brings the index up to date in the background; while that is being done, once more afterwards."""
        with self._lock:
            if self._working:
                self._again = True
                return
            self._working = True
            self.activity = Activity("Looking at the files")
        self._begin(self._work)

    def update_now(self) -> Report:
        """Brings the index up to date and says what that did. Waits for an update that is under way."""
        assistant = self.assistant()
        try:
            report = assistant.update(progress=self._progress)
        finally:
            with self._lock:
                if not self._working:
                    self.activity = None
        self.problem = ""
        if report.outcomes or report.repaired:
            self._changed()
        return report

    def stop(self) -> None:
        """Lets nobody wait any longer for an index that is being opened, and ends what is being done to it.

        Questions under way can still be answered.
        """
        with self._lock:
            self._stopping = True
            self.problem = _STOPPING
            self._opened.set()

    def close(self) -> None:
        """Stops, and closes the assistant."""
        self.stop()
        with self._lock:
            assistant, self._assistant = self._assistant, None
        for thread in self._threads:
            thread.join(_LEAVE)
        if assistant is not None:
            assistant.close()

    def _work(self) -> None:
        """Opens the index, or brings it up to date; once more for all who asked for that meanwhile."""
        step_back()
        again = True
        while again:
            try:
                # What kept the index from opening may be mended by now.
                if self._assistant is None:
                    self._open()
                else:
                    self.update_now()
            except FootnoteError as error:
                self.problem = str(error)
            except Exception:
                _log.exception("the index could not be opened or brought up to date")
                self.problem = _BROKEN
            with self._lock:
                again, self._again = self._again and not self._stopping, False
                self._working = again
                if not again:
                    self._opened.set()
                    self.activity = None

    def _open(self) -> None:
        with self._lock:
            if self._stopping:
                return
            self._opened.clear()
        assistant = Assistant.open(self.settings, progress=self._progress)
        with self._lock:
            stopping = self._stopping
            if not stopping:
                self._assistant = assistant
                self.problem = ""
                self._opened.set()
        if stopping:
            assistant.close()
            return
        self.version += 1
        self.activity = Activity("Loading the models")
        assistant.load()
        self._changed()

    def _changed(self) -> None:
        self._changes += 1
        self.version += 1
        self._begin(self._suggest)

    def _begin(self, work: Callable[..., None], *arguments: object) -> None:
        thread = Thread(target=work, args=arguments, name=work.__name__, daemon=True)
        thread.start()
        self._threads = [*(each for each in self._threads if each.is_alive()), thread]

    def _suggest(self) -> None:
        """Tries questions on the documents until enough are answered. A change of the documents ends it."""
        step_back()
        changes = self._changes
        found: list[str] = []
        try:
            assistant = self.assistant()
            records = assistant.documents()
            # From all over the folder, not from its first files only.
            apart = records[:: max(1, len(records) // _TRIED)]
            documents = (assistant.document(record.path) for record in apart)
            for question in suggestions.chosen(documents, self._answers, _SUGGESTED):
                if self._changes != changes:
                    return
                found.append(question)
        except (FootnoteError, KeyError):
            if self._stopping:
                return
            _log.warning("no questions to begin with could be found", exc_info=True)
        self._suggested = tuple(found)
        self.version += 1

    def _answers(self, question: str, path: str) -> bool:
        assistant = self.plain()
        answer = assistant.answer(question)
        self.timings.note(assistant.settings, answer.seconds)
        cited = {citation.document for citation in answer.citations}
        return path in cited and answer.confidence >= _SURE

    def _progress(self, event: progress.Event) -> None:
        if self._stopping:
            raise FootnoteError(_STOPPING)  # what is done so far is kept
        self.activity = told(event)


def told(event: progress.Event) -> Activity:
    """What an update does, in words for the page."""
    match event:
        case progress.Waiting(message=message) | progress.Repaired(message=message):
            return Activity(message)
        case progress.Applied(done=done, total=total, outcomes=outcomes):
            name = f": {outcomes[-1].path}" if outcomes else ""
            return Activity(f"Reading {done:,} of {total:,} files{name}", done / total if total else None)
        case progress.Embedded(passages=passages):
            return Activity(f"{passages:,} passages read")
        case progress.Sealing(done=done, total=total):
            return Activity("Filing the passages", done / total if total else None)
        case _:
            return Activity("Looking at the files")
