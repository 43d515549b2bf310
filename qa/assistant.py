"""Assistant: documents in, cited answers out. Puts the parts together and holds what is open."""

from __future__ import annotations

import copy
import threading
import time
from collections.abc import AsyncGenerator, Collection, Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from index.build import Report, update
from index.documents import Document, Rejected, Span
from index.embedding import Embedder, open_embedder
from index.progress import Progress, silent
from index.records import DocumentRecord
from index.snapshot import Snapshot
from index.store import Store
from qa import choosing, extractive, overview
from qa.answers import Answer, Step, Turn, well_formed
from qa.checking.tongues import differ
from qa.confidence import Calibration, features
from qa.finding import Finder, Findings, nearest
from qa.lengths import SHORT, Length
from qa.reader import Reader
from qa.retrieval import Hit
from qa.settings import Settings

if TYPE_CHECKING:
    from qa.generative import Found
    from qa.models import LanguageModel
    from qa.retriever import Retriever

REFUSAL = "The documents do not say."
FOREIGN = (
    "The question seems to be in another language than the documents, which only names and numbers can bridge. "
    "Ask in theirs, or use a language model."
)
_OPENING = threading.Lock()  # of `answer`: threads that ask first must not each open an assistant
NEAREST = 3  # passages offered beside a refusal
OVERVIEW_CONFIDENCE = 0.5  # an overview has no right or wrong that could be counted


class Assistant:
    """Answers questions over one folder of documents. Safe to use from several threads."""

    def __init__(self, settings: Settings, store: Store, embedder: Embedder, model: LanguageModel | None) -> None:
        self.settings = settings
        self._store = store
        self._embedder = embedder
        self._model = model
        self._calibration = Calibration.load()
        self._loading = threading.Lock()
        self._loaded: Reader | None = None

    @classmethod
    def open(
        cls,
        settings: Settings | None = None,
        *,
        refresh: bool = True,
        once: bool = False,
        progress: Progress = silent,
    ) -> Self:
        """Open the assistant over a folder of documents, and bring its index up to date unless told not to.

        `once` makes the first answer come sooner and later ones later: for a program that asks one question.
        Raises a `FootnoteError` where the folder, the index or the language model cannot be used.
        """
        settings = settings or Settings()
        model = _open_model(settings)
        embedder = open_embedder(settings.embedding)
        if refresh:
            update(settings.folder, settings.location, embedder, progress=progress)
        store = Store.open(settings.location, embedder_name=embedder.name, once=once)
        return cls(settings, store, embedder, model)

    def adjusted(self, *, length: Length | None = None, passages: int | None = None, plain: bool = False) -> Assistant:
        """This assistant with another length of answer, another number of passages, or without a language model.

        It shares everything that is open with this one, which is the one to close.
        """
        settings = replace(
            self.settings,
            length=self.settings.length if length is None else length,
            passages=self.settings.passages if passages is None else passages,
        )
        if plain:
            settings = replace(settings, model="", base_url="")
        if settings == self.settings:
            return self
        self._reader()  # loaded once for all
        other = copy.copy(self)
        other.settings = settings
        other._model = None if plain else self._model
        return other

    def close(self) -> None:
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def ready(self) -> bool:
        """Whether the models are loaded, so that the next answer does not wait for them."""
        return self._loaded is not None

    def load(self) -> None:
        """Load the models now rather than with the first question."""
        self._reader()

    def answer(self, question: str, history: Sequence[Turn] = (), within: Collection[str] | None = None) -> Answer:
        """Answer a question with citations, or refuse.

        `history` holds the turns before it, oldest first; `within` the paths of the only documents to
        answer from, `None` for all. Raises `ValueError` for a blank question.
        """
        for step in self.stream(question, history, within):
            if step.answer is not None:
                return step.answer
        raise AssertionError("a stream ends with an answer")

    def stream(
        self, question: str, history: Sequence[Turn] = (), within: Collection[str] | None = None
    ) -> Generator[Step, None, None]:
        """The same in steps: text that grows, and the whole answer in the last step."""
        question = well_formed(question)
        if not question.strip():
            raise ValueError("The question is empty. Ask something about the documents.")
        started = time.perf_counter()
        for step in self._steps(question, history, within):
            if step.answer is None:
                yield step
            else:
                answer = replace(step.answer, seconds=time.perf_counter() - started)
                yield Step(answer.text, answer, len(answer.text))

    def astream(
        self, question: str, history: Sequence[Turn] = (), within: Collection[str] | None = None
    ) -> AsyncGenerator[Step, None]:
        """`stream` for asynchronous programs."""
        from qa.asynchronous import astream  # asyncio is slow to import, and the shell has no use for it

        return astream(self, question, history, within)

    async def aanswer(
        self, question: str, history: Sequence[Turn] = (), within: Collection[str] | None = None
    ) -> Answer:
        """`answer` for asynchronous programs."""
        from qa.asynchronous import aanswer

        return await aanswer(self, question, history, within)

    def as_retriever(self, limit: int = 8, within: Collection[str] | None = None) -> Retriever:
        """The search as a LangChain retriever of the `limit` best passages, with exact spans in their metadata."""
        from qa.retriever import as_retriever

        return as_retriever(self, limit, within)

    def _steps(self, question: str, history: Sequence[Turn], within: Collection[str] | None) -> Iterator[Step]:
        if self._model is None:
            with self._store.snapshot() as now:
                answer = self._extract(now, self.find(now, question, history, within), within)
            yield Step(answer.text, answer)
            return
        # What checks a language model's words takes a while to import, and an answer without one has no use for it.
        from qa.generative import generate
        from qa.similarity import Similar

        def look_up(text: str, earlier: Sequence[Turn]) -> Found:
            return self._look_up(text, earlier, within)

        yield from generate(question, history, self._model, look_up, Similar(self._embedder), self.settings)

    def _look_up(self, question: str, history: Sequence[Turn], within: Collection[str] | None) -> Found:
        """One search for a language model: the passages, the answer made of their sentences, and the refusal."""
        from qa.citations import Given
        from qa.generative import Found

        with self._store.snapshot() as now:
            findings = self.find(now, question, history, within, thorough=True)
            extracted = self._extract(now, findings, within)
            hits = findings.hits
            documents = {path: now.document(path) for path in {hit.passage.document for hit in hits}}
        given = tuple(Given(documents[hit.passage.document], hit.passage) for hit in hits)
        return Found(given, extracted, self._refusal(findings, extracted.confidence))

    def find(
        self,
        now: Snapshot,
        question: str,
        history: Sequence[Turn] = (),
        within: Collection[str] | None = None,
        *,
        thorough: bool = False,
    ) -> Findings:
        """Search and read: the passages for a question and their sentences, ranked as evidence.

        Reading stops when the answer is sure; if `thorough`, every passage is read.
        """
        return self._finder.find(now, well_formed(question), history, within, thorough)

    def search(
        self, question: str, history: Sequence[Turn] = (), within: Collection[str] | None = None
    ) -> tuple[Hit, ...]:
        """The passages that are read for a question at most, the most promising first: what answering begins with.

        It takes a fraction of the time that reading them does.
        """
        with self._store.snapshot() as now:
            return self._finder.search(now, well_formed(question), history, within)

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """The index as it is now; what is asked of it agrees, whatever is written meanwhile."""
        return self._store.snapshot()

    def documents(self) -> tuple[DocumentRecord, ...]:
        """The indexed documents, by path."""
        return self._store.documents()

    def rejected(self) -> tuple[Rejected, ...]:
        """The files that gave no document, and why."""
        return self._store.rejected()

    def document(self, path: str) -> Document:
        """A document with its text. Raises `KeyError` if it is not indexed (any more)."""
        return self._store.document(path)

    def update(self, progress: Progress = silent) -> Report:
        """Bring the index up to date with the documents folder."""
        return update(self.settings.folder, self.settings.location, self._embedder, progress=progress)

    @property
    def _finder(self) -> Finder:
        return Finder(self._embedder, self._reader, self._calibration, self.settings.passages)

    def _reader(self) -> Reader:
        with self._loading:
            if self._loaded is None:
                with ThreadPoolExecutor(1) as beside:
                    reader = beside.submit(Reader.open)
                    self._embedder.embed_query("ready")
                    self._loaded = reader.result()
            return self._loaded

    def _extract(self, now: Snapshot, findings: Findings, within: Collection[str] | None) -> Answer:
        """The answer made of the documents' own sentences, or a refusal, with a notice where languages differ."""
        answer = self._extracted(now, findings, within)
        foreign = differ(findings.asked, " ".join(hit.passage.text for hit in findings.hits))
        return replace(answer, notice=FOREIGN) if foreign else answer

    def _extracted(self, now: Snapshot, findings: Findings, within: Collection[str] | None) -> Answer:
        if overview.asks_for_whole(findings.asked):
            records = [r for r in now.documents() if within is None or r.path in within]
            # What was said before may name one of several documents; an only one needs no name.
            named = findings.searched_for if len(records) > 1 else findings.asked
            if records and (path := overview.meant(named, records)):
                document = now.document(path)
                if spans := overview.candidates(document):
                    return self._overview(document, spans, findings)
        # Whether there is an answer must not depend on the length asked for, so it is the shortest one's.
        if not choosing.choose(findings.asked, findings.rankings, SHORT):
            return self._refusal(findings, 0.0)
        answerable, right = self._calibration.probabilities(features(findings.asked, findings.ranked))
        if answerable < self._calibration.threshold:
            return self._refusal(findings, answerable)
        chosen = choosing.choose(findings.asked, findings.rankings, self.settings.budget)
        documents = {path: now.document(path) for path in {e.document for e in chosen}}
        answer = self._answer(findings, extractive.quotes(findings.asked, chosen, documents), documents, right)
        several = len(findings.rankings) > 1 or choosing.asks_for_several(findings.asked)
        return answer if several or chosen[0].short not in answer.text else replace(answer, short=chosen[0].short)

    def _overview(self, document: Document, spans: Sequence[Span], findings: Findings) -> Answer:
        """What a document says as a whole: the most central of some of its sentences, over its whole length."""
        vectors = self._embedder.embed([span.of(document.text) for span in spans])
        quoted = [(document.path, spans[i]) for i in overview.central(vectors, self.settings.budget.overview)]
        return self._answer(findings, quoted, {document.path: document}, OVERVIEW_CONFIDENCE)

    def _answer(
        self,
        findings: Findings,
        quoted: Sequence[tuple[str, Span]],
        documents: Mapping[str, Document],
        confidence: float,
    ) -> Answer:
        text, citations = extractive.compose(quoted, documents)
        return Answer(
            question=findings.asked,
            text=text,
            citations=citations,
            confidence=confidence,
            searched_for=findings.searched_for,
        )

    def _refusal(self, findings: Findings, confidence: float) -> Answer:
        best = list(dict.fromkeys(evidence.hit for evidence in findings.ranked))[:NEAREST]
        return Answer(
            question=findings.asked,
            text=REFUSAL,
            refused=True,
            confidence=confidence,
            searched_for=findings.searched_for,
            nearest=tuple(nearest(hit) for hit in best),
        )


def _open_model(settings: Settings) -> LanguageModel | None:
    if not settings.model:
        return None
    from qa.models import open_model

    return open_model(settings.model, settings.base_url)


def answer(question: str, history: Sequence[Turn] = (), settings: Settings | None = None) -> Answer:
    """Answer one question over the default documents, or those of `settings`; the index is made on first use.

    The assistant stays open for the next question with equal settings.
    """
    with _OPENING:
        assistant = _assistant(settings or Settings(), Path.cwd())
    return assistant.answer(question, history)


@cache
def _assistant(settings: Settings, beside: Path) -> Assistant:
    """The assistant with these settings, whose relative paths are `beside` a folder."""
    return Assistant.open(settings)
