"""From a message to what was found for it: what is searched for, the passages, and their sentences as evidence."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from index.embedding import Embedder
from index.snapshot import Snapshot
from qa import followups, spelling
from qa.answers import Nearest, Turn
from qa.confidence import Calibration, features
from qa.ranking import Evidence, rank
from qa.reader import Reader
from qa.retrieval import Hit, candidates, contenders, in_turns, prefer_named
from qa.windows import Window

# The rest is read unless these answer for sure, as they do for two in three questions.
FIRST, SURE = 10, 0.85  # passages; the probability that the documents answer


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found for a message: for each question it asks, every sentence that was read, best first."""

    asked: str
    searched_for: str
    rankings: tuple[tuple[Evidence, ...], ...]

    @property
    def hits(self) -> tuple[Hit, ...]:
        """The passages that were read, those of the best sentences first; where several things were asked, in turns."""
        return in_turns([tuple(dict.fromkeys(evidence.hit for evidence in ranking)) for ranking in self.rankings])

    @property
    def ranked(self) -> tuple[Evidence, ...]:
        """The ranking of the question that is answered best."""
        return max(self.rankings, key=lambda ranking: ranking[0].score if ranking else -math.inf)


@dataclass(frozen=True, slots=True)
class Finder:
    """Searches and reads. `reader` gives the reader, loaded when it is first needed; `passages` is how many of them are
    read for a question at most.
    """

    embedder: Embedder
    reader: Callable[[], Reader]
    calibration: Calibration
    passages: int

    def find(
        self,
        now: Snapshot,
        question: str,
        history: Sequence[Turn],
        within: Collection[str] | None,
        thorough: bool = False,
    ) -> Findings:
        """The passages for a question and their sentences, ranked as evidence. Arguments as of `Assistant.answer`.

        Reading stops after the first passages if they answer for sure; if `thorough`, all are read.
        """
        texts, searched_for = searches(now, question, history)
        rankings = []
        for text in texts:
            hits = self._hits(now, text, question, within)
            rankings.append(self._read(text, question, hits, len(hits) if thorough else FIRST))
        return Findings(question.strip(), searched_for, tuple(rankings))

    def search(
        self, now: Snapshot, question: str, history: Sequence[Turn], within: Collection[str] | None
    ) -> tuple[Hit, ...]:
        """The passages that `find` reads, all or the first of them, the most promising first."""
        texts, _ = searches(now, question, history)
        found = [self._hits(now, text, question, within) for text in texts]
        return tuple(dict.fromkeys(hit for hits in found for hit in hits))

    def _hits(self, now: Snapshot, text: str, question: str, within: Collection[str] | None) -> list[Hit]:
        found = contenders(candidates(now, text, self.embedder.embed_query, within), self.passages)
        passages = now.passages([key for key, *_ in found])
        records = now.records({passage.document for passage in passages.values()})
        hits = [
            Hit(passages[key], record.title, record.metadata, score, cosine, words)
            for key, score, cosine, words in found
            if key in passages and (record := records.get(passages[key].document))
        ]
        return prefer_named(question, hits)[: self.passages]

    def _read(self, text: str, question: str, hits: Sequence[Hit], first: int) -> tuple[Evidence, ...]:
        """The sentences of the `first` hits, ranked; of all hits unless these answer for sure."""
        readings = self.reader().read(text, [window(hit) for hit in hits[:first]])
        ranked = rank(question, hits[:first], readings, self.calibration.ranking)
        if len(hits) <= first or sure(question, ranked, self.calibration):
            return ranked
        readings += self.reader().read(text, [window(hit) for hit in hits[first:]])
        return rank(question, hits, readings, self.calibration.ranking)


def sure(question: str, ranked: Sequence[Evidence], calibration: Calibration) -> bool:
    """Whether what was read answers a question so surely that nothing else need be read."""
    answerable, _ = calibration.probabilities(features(question, ranked))
    return answerable >= SURE


def searches(now: Snapshot, question: str, history: Sequence[Turn]) -> tuple[list[str], str]:
    """What is searched for, a text for each question of a message, and the same in one."""
    asked = followups.parts(question)
    first = spelling.mend(followups.resolve(history, asked[0]), now.vocabulary)
    later = [spelling.mend(part, now.vocabulary) for part in asked[1:]]
    # What comes later in a message leans on what came first, as a follow-up does.
    return [first, *(f"{first} {part}" for part in later)], " ".join([first, *later])


def window(hit: Hit) -> Window:
    """A passage as the reader reads it, under its document's title and date."""
    passage = hit.passage
    sentences = tuple(passage.sentence(i) for i in range(len(passage.sentences)))
    return Window(hit.title, passage.heading, hit.metadata.date, sentences)


def nearest(hit: Hit) -> Nearest:
    """A passage offered beside a refusal."""
    passage = hit.passage
    return Nearest(
        document=passage.document,
        title=hit.title,
        page=passage.page,
        heading=passage.heading,
        start=passage.span.start,
        end=passage.span.end,
        quote=passage.text,
        score=hit.cosine,
    )
