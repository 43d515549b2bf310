"""How much is read for a question, over the real reader and the seed documents."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from index.build import update
from index.embedding import open_embedder
from index.snapshot import Snapshot
from index.store import Store
from qa.confidence import Calibration
from qa.finding import FIRST, Finder
from qa.reader import Reader
from qa.windows import Reading, Window
from training.findings import stopped

SEEDS = Path(__file__).parents[2] / "seeds" / "documents"
QUESTIONS = (
    "Who is Jin Canrong?",
    "What is an embedding?",
    "Why did Washington put sanctions on Li Shangfu?",
    "Which measures did the two sides agree on?",
    "Who won the 1972 chess title?",
    "When did Blinken meet Xi Jinping?",
)


@dataclass
class Counting:
    """The reader, and how many windows it was given with each call."""

    reader: Reader
    given: list[int] = field(default_factory=list)

    def read(self, question: str, windows: list[Window]) -> tuple[Reading, ...]:
        self.given.append(len(windows))
        return self.reader.read(question, windows)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.open()


@pytest.fixture(scope="module")
def now(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    location = tmp_path_factory.mktemp("finding")
    embedder = open_embedder()
    update(SEEDS, location, embedder)
    with closing(Store.open(location, embedder_name=embedder.name)) as store, store.snapshot() as snapshot:
        yield snapshot


@pytest.fixture
def counting(reader: Reader) -> Counting:
    return Counting(reader)


@pytest.fixture
def finder(counting: Counting) -> Finder:
    return Finder(open_embedder(), lambda: counting, Calibration.load(), 15)  # type: ignore[arg-type, return-value]


@pytest.mark.parametrize("question", QUESTIONS)
def test_reading_stops_exactly_where_what_was_read_is_sure(finder, counting, now, question) -> None:
    found = finder.find(now, question, (), None)
    whole = finder.find(now, question, (), None, thorough=True)
    assert counting.given in ([FIRST, 15], [FIRST, 15 - FIRST, 15])
    stopping = stopped(whole, finder.calibration)
    assert (len(counting.given) == 2) == (stopping != whole)
    kept, wanted = found.ranked, stopping.ranked
    assert [(e.document, e.span) for e in kept] == [(e.document, e.span) for e in wanted]
    assert [e.score for e in kept] == pytest.approx([e.score for e in wanted], abs=1e-3)


def test_some_questions_are_sure_and_others_are_not(finder, counting, now) -> None:
    stops = {}
    for question in QUESTIONS:
        counting.given.clear()
        finder.find(now, question, (), None)
        stops[question] = len(counting.given) == 1
    assert stops["Who is Jin Canrong?"]
    assert not stops["Who won the 1972 chess title?"]


@pytest.mark.parametrize(
    "question", [*QUESTIONS, "According to Responsible Statecraft, when did Blinken meet Xi?", "What does CGTN say?"]
)
def test_fewer_passages_are_the_first_of_more(finder, now, question) -> None:
    most = replace(finder, passages=1000).search(now, question, (), None)
    for few in (1, 3, 20):
        assert replace(finder, passages=few).search(now, question, (), None) == most[:few]
