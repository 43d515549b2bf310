"""What a language model wrote, sentence by sentence, into text whose every marker is a checked citation.

A sentence is held against the passages it cites; where they do not bear it out, against all passages the model was
given, since models mix numbers up; where none does, it is marked as unsupported or, if so wished, left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.documents import Document, Span
from index.passages import Passage
from qa.answers import MARKER, Citation, Statement, Verdict
from qa.checking.evidence import Place, Similarity, Source, comparable, source_of
from qa.checking.silence import speaks_of_the_documents
from qa.checking.support import Support, check
from qa.extractive import cite
from qa.markers import Written

_IMAGE = re.compile(r"!\[([^\]]*)\]\([^)]*\)")
_LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]*)[^)]*\)")
_ADDRESS = re.compile(r"<?\b(?:https?://|www\.|mailto:|javascript:|data:)[^\s<>)\]]*>?", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<!--.*?-->", re.DOTALL)
# The beginning of an image, a link or a tag: what it will be cannot be told yet.
_BEGUN = re.compile(r"(?:!?\[[^\]]*(?:\]\([^)]*)?|!|<[/!A-Za-z][^<>]*)$")
LONGEST_REASON = 160
OF_ALL = "it speaks of the documents as a whole"
NOTHING_SAID = "it says nothing that could be compared"
OTHER_LANGUAGE = "it is in another language than its source: only figures and dates were compared"


@dataclass(frozen=True, slots=True)
class Given:
    """A passage the model was given, with its document. Passages are numbered from 1 in the order given."""

    document: Document
    passage: Passage


class Draft:
    """An answer as it is written: text, citations and statements, all of them final as far as they go."""

    def __init__(self, given: Sequence[Given], similarity: Similarity, question: str, strict: bool = False) -> None:
        self.text = ""
        self.citations: list[Citation] = []
        self.statements: list[Statement] = []
        self.dropped = 0  # sentences that no passage supports, as far as they are not shown
        self._given = tuple(given)
        self._sources = tuple(source_of(each.document, each.passage) for each in given)
        self._similarity = similarity
        self._question = question
        self._strict = strict

    def preview(self, text: str) -> str:
        """What may be shown of a sentence that is not over: nothing of it that could be rendered or followed."""
        harmless = self._harmless(Written("", _BEGUN.sub("", text), ()))
        return (" " if self.text and harmless else "") + harmless

    def add(self, written: Written) -> None:
        """Check a sentence and take it in: cited, marked as unsupported or, in strict drafts, not at all."""
        sentence = self._harmless(written)
        if not any(character.isalnum() for character in sentence):
            return
        known = [number - 1 for number in written.numbers if 1 <= number <= len(self._given)]
        if not known and speaks_of_the_documents(sentence, self._question):
            self._append(written.layout, sentence, "unchecked", 0.5, OF_ALL, ())
            return
        if not comparable(sentence):
            self._append(written.layout, sentence, "unchecked", 0.5, NOTHING_SAID, ())
            return
        support, places = self._support(sentence, known)
        if support.translated and support.supported:
            if known:  # where nothing but figures can be compared, only the model knows its source
                self._append(written.layout, sentence, "unchecked", support.score, OTHER_LANGUAGE, places)
            else:
                self._reject(written.layout, sentence, 0.0, "it names no source")
        elif support.supported:
            self._append(written.layout, sentence, "supported", support.score, "", places)
        else:
            self._reject(written.layout, sentence, support.score, support.reason[:LONGEST_REASON])

    def _reject(self, layout: str, sentence: str, score: float, reason: str) -> None:
        if self._strict:
            self.dropped += 1
        else:
            self._append(layout, sentence, "unsupported", score, reason, ())

    def _support(self, sentence: str, known: Sequence[int]) -> tuple[Support, tuple[Place, ...]]:
        """The verdict, and the places of the given passages that bear the sentence out."""
        first = self._check(sentence, known) if known else None
        if first is not None and first.supported:
            places = list(first.evidence)
            for number in known:  # a further source that says the same by itself is cited too
                if number not in {i for i, _ in places}:
                    other = self._check(sentence, [number])
                    places += other.evidence if other.supported else ()
            return first, tuple(places)
        anywhere = self._check(sentence, range(len(self._given)))
        best = anywhere if first is None or anywhere.supported else first
        return best, best.evidence if best.supported else ()

    def _check(self, sentence: str, numbers: Sequence[int]) -> Support:
        sources: list[Source] = [self._sources[number] for number in numbers]
        support = check(sentence, sources, self._similarity, self._question)
        places = tuple((numbers[i], j) for i, j in support.evidence)
        return replace(support, evidence=places)

    def _append(
        self, layout: str, sentence: str, verdict: Verdict, score: float, reason: str, places: Sequence[Place]
    ) -> None:
        numbers = self._cited(places)
        mark = "".join(f"[{number}]" for number in numbers)
        if verdict == "unsupported":
            mark = f"(not supported: {reason})"
        if self.text:
            self.text += layout or " "
        start = len(self.text)
        self.text += f"{sentence} {mark}".rstrip()
        self.statements.append(Statement(start, len(self.text), verdict, score, reason, numbers))

    def _cited(self, places: Sequence[Place]) -> tuple[int, ...]:
        """The numbers of the citations for some places; neighbouring sentences are one, known ones keep theirs."""
        numbers: list[int] = []
        for document, span in self._spans(places):
            same = (
                c.number
                for c in self.citations
                if (c.document, c.start, c.end) == (document.path, span.start, span.end)
            )
            number = next(same, 0)
            if not number:
                number = len(self.citations) + 1
                self.citations.append(cite(document, span, number))
            numbers.append(number)
        return tuple(dict.fromkeys(numbers))

    def _spans(self, places: Sequence[Place]) -> list[tuple[Document, Span]]:
        spans: list[tuple[Document, Span]] = []
        before: Place | None = None
        for i, j in dict.fromkeys(places):
            document, span = self._given[i].document, self._given[i].passage.sentences[j]
            if before == (i, j - 1):
                spans[-1] = (document, Span(spans[-1][1].start, span.end))
            else:
                spans.append((document, span))
            before = (i, j)
        return spans

    def _harmless(self, written: Written) -> str:
        """The sentence without what could be rendered or followed and does not stand in a passage it cites."""
        cited = [n - 1 for n in written.numbers if 1 <= n <= len(self._given)] or range(len(self._given))
        shown = "\n".join(self._given[number].passage.text for number in cited)

        def address(match: re.Match[str]) -> str:
            bare = match.group().strip("<>").rstrip(".,;:")
            return match.group() if bare in shown else ""

        text = _IMAGE.sub(lambda match: match[1], written.text)
        text = _LINK.sub(lambda match: match.group() if match[2] and match[2] in shown else match[1], text)
        text = _ADDRESS.sub(address, _TAG.sub("", text))
        return re.sub(r"[ \t]{2,}", " ", MARKER.sub(r"(\1)", text)).strip()
