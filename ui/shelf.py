"""What the page can do with documents: list, open, add, remove, bring up to date, watch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final

from index.errors import DocumentsError, FootnoteError
from qa.lengths import BUDGETS
from qa.settings import Settings
from ui.choice import Filter, Scope
from ui.library import Library
from ui.manner import PASSAGES, Manner
from ui.rail import documents_html, summary, types_of
from ui.sources import WHOLE, document_pane, overview_html
from ui.uploads import Limits, can_write, remove, store

_WATCH_EVERY: Final = 5.0  # seconds

Values = dict[str, Any]


class Shelf:
    """The documents folder, as the page shows it and changes it."""

    def __init__(self, library: Library, limits: Limits) -> None:
        self.library = library
        self.limits = limits
        self._watching: Event | None = None

    @property
    def settings(self) -> Settings:
        """What the assistant was opened with."""
        return self.library.settings

    def pulse(self) -> Values:
        """How things stand; the list of documents has changed where `version` is another than the one listed."""
        library = self.library
        activity = library.activity
        return {
            "ready": library.ready,
            "busy": activity is not None,
            "activity": activity.words if activity else "",
            "share": activity.share if activity else None,
            "problem": library.problem,
            "version": library.version,
            "watching": self._watching is not None,
            "model": self.settings.model,
            "at_once": self.limits.count,
        }

    def listed(self, filter: Filter, scope: Scope) -> Values:
        """The documents that fit a filter and what became of each, how many there are to ask in all (`indexed`), and
        which of those that `scope` names are not among them (`gone`).
        """
        version = self.library.version  # first: what changes from here on is listed again
        opened = self.library.opened is not None
        files = self.library.files()
        found = [file for file in files if filter.fits(file)]
        indexed = [file.path for file in files if file.state == "indexed"]
        return {
            "version": version,
            "documents": str(documents_html(found, files, can_write(self.settings.folder))) if opened else "",
            "summary": summary(files) if opened else "",
            "types": list(types_of(files)),
            "indexed": len(indexed),
            "gone": scope.gone(indexed) if opened else [],
        }

    def found(self, filter: Filter) -> Values:
        """The paths of all documents that fit a filter, however many are listed."""
        return {"paths": [file.path for file in self.library.files() if file.state == "indexed" and filter.fits(file)]}

    def within(self, scope: Scope) -> tuple[str, ...]:
        """The paths of the documents to ask."""
        if self.library.opened is None:
            raise FootnoteError("The documents are still being opened. Ask again in a moment.")
        return scope.within(file.path for file in self.library.files() if file.state == "indexed")

    def models(self) -> Values:
        """The language models that a server on this machine offers, as --model takes them, where none is used yet."""
        from qa.models import ollama_models

        return {"models": [] if self.settings.model else list(ollama_models())}

    def costs(self, manner: Manner) -> Values:
        """The lengths and the numbers of passages to choose from, with the median seconds of answers since the start.

        They are of answers by whoever writes them in `manner`. Without a language model, what nobody asked for yet is
        measured now: `measuring` says that more is to come.
        """
        model = "" if manner.plain else self.settings.model
        length, passages = manner.length or self.settings.length, manner.passages or self.settings.passages
        timings = self.library.timings
        lengths = {each: timings.median(model, length=each, passages=passages) for each in BUDGETS}
        counts = {each: timings.median(model, passages=each) for each in sorted({*PASSAGES, self.settings.passages})}
        unknown = [Manner(manner.plain, each, passages) for each, seconds in lengths.items() if seconds is None]
        unknown += [Manner(manner.plain, length, each) for each, seconds in counts.items() if seconds is None]
        return {
            "lengths": [{"value": each, "seconds": seconds} for each, seconds in lengths.items()],
            "passages": [{"value": each, "seconds": seconds} for each, seconds in counts.items()],
            "started": {"length": self.settings.length, "passages": self.settings.passages},
            # Nobody's money and nobody's words are spent on measuring.
            "measuring": not model and self.library.measure(list(dict.fromkeys(unknown))),
        }

    def document(self, path: str, at: int, reach: int = WHOLE) -> Values:
        """A document as it is: what is known of it, and its text."""
        document = self.library.document(path)
        record = next((file for file in self.library.files() if file.path == path), None)
        if document is None or record is None:
            raise FootnoteError("This document is not there any more. Press Update to see those that are.")
        passages = "1 passage" if record.passages == 1 else f"{record.passages:,} passages"
        told = document.metadata
        about = [told.publisher, told.author if told.author != told.publisher else "", told.date, passages, path]
        return {"source": str(document_pane(document, [fact for fact in about if fact], reach, at))}

    def overview(self, path: str) -> Values:
        """A document's key sentences and questions it answers, for above its text."""
        if self.library.document(path) is None:
            return {"overview": ""}
        whole, questions = self.library.overview(path)
        return {"overview": str(overview_html(whole, questions))}

    def update(self) -> Values:
        """Brings the index up to date with the folder."""
        self.library.update()
        return self.pulse()

    def update_now(self) -> Values:
        """The same, waited for, and what it did."""
        report = self.library.update_now()
        return {
            "changes": [
                {"document": outcome.path, "change": outcome.change, "state": outcome.state, "reason": outcome.reason}
                for outcome in report.outcomes
            ],
            "not_read": [
                {"document": file.path, "state": file.state, "reason": file.reason} for file in report.rejected
            ],
            "seconds": report.seconds,
        }

    def add(self, files: Sequence[tuple[Path, str]]) -> Values:
        """Stores uploaded files, each given with the name it came under, and reads them.

        `refused` says of each file why it was not stored, in the order given; "" where it was.
        """
        if len(files) > self.limits.count:
            raise DocumentsError(
                f"{len(files)} files were sent; up to {self.limits.count} are taken at once. Send fewer."
            )
        refused: list[str] = []
        for path, name in files:
            try:
                store(self.settings.folder, path, name, self.limits)
                refused.append("")
            except DocumentsError as error:
                refused.append(str(error))
        if not all(refused):
            self.library.update()
        return {"refused": refused}

    def remove(self, path: str) -> Values:
        """Deletes a document's file and forgets what was read from it."""
        remove(self.settings.folder, path)
        self.library.update()
        return {}

    def watch(self, on: bool) -> Values:
        """Follows the folder by itself, or no longer."""
        if on and self._watching is None:
            self._watching = Event()
            Thread(target=self._watch, args=(self._watching,), name="watching", daemon=True).start()
        elif not on and self._watching is not None:
            self._watching.set()
            self._watching = None
        return {"watching": self._watching is not None}

    def _watch(self, ended: Event) -> None:
        while not ended.wait(_WATCH_EVERY):
            self.library.update()
