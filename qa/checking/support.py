"""Does a source bear out a sentence? Figures, dates, names, denials and speakers must agree; a score says how well."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa.checking.agreement import Ground, different_figures, disagreement, ground_of
from qa.checking.evidence import Place, Similarity, Source, alike, content_words, narrow
from qa.checking.facts import Facts, facts
from qa.checking.tongues import differ

SUPPORTED = 0.5  # the score from which a sentence counts as supported
# "Until 31 March" means little alone: with half of it found, it is also read together with its question.
ELLIPTIC = 0.5
_CLAUSE = re.compile(r";\s+")


@dataclass(frozen=True, slots=True)
class Support:
    """How a statement stands: `score` 0..1, and the places of the sources it was held against, in order.

    `reason` says what is wrong, and is "" for a supported statement. `share` and `cosine` are the evidence's.
    `translated`: the sources are in another language, so that only figures, dates and codes could be compared.
    """

    score: float
    reason: str
    evidence: tuple[Place, ...]
    share: float = 0.0
    cosine: float = 0.0
    translated: bool = False

    @property
    def supported(self) -> bool:
        return self.score >= SUPPORTED


def check(statement: str, sources: Sequence[Source], similarity: Similarity, question: str = "") -> Support:
    """Whether the sources together bear the statement out, and which of their sentences do.

    Each clause between semicolons is held against the sources by itself, and the worst decides. `question` is
    what was asked: its words need little support of their own, but its figures and names need all. A short answer
    that alone is not like its evidence is compared together with the question.
    """
    clauses = [clause for clause in _CLAUSE.split(statement) if clause.strip()]
    if len(clauses) < 2 or any(len(clause.split()) < 3 for clause in clauses):
        return _check(statement, sources, similarity, question)
    found = [_check(clause, sources, similarity, question) for clause in clauses]
    worst = min(found, key=lambda support: support.score)
    evidence = tuple(sorted({place for support in found for place in support.evidence}))
    return Support(worst.score, worst.reason, evidence, worst.share, worst.cosine, worst.translated)


def _check(statement: str, sources: Sequence[Source], similarity: Similarity, question: str) -> Support:
    narrowed = narrow(statement, sources, similarity)
    if not narrowed.places:
        return Support(0.0, "no source was given", ())
    said, ground = facts(statement), ground_of(sources, narrowed.places, question)
    if differ(statement, "\n".join(sentence for source in sources for sentence in source.sentences)):
        reason = different_figures(said, ground)
        return Support(0.2 if reason else SUPPORTED, reason, narrowed.places, narrowed.share, narrowed.cosine, True)
    reason = disagreement(said, ground)
    share, cosine = _share(said, ground, narrowed.share), narrowed.cosine
    score = _score(share, cosine)
    if not reason and score < SUPPORTED and question and share >= ELLIPTIC:
        texts = [sources[i].sentences[j] for i, j in narrowed.places]
        cosine = max(cosine, *similarity(f"{question} {statement}", texts))
        score = _score(share, cosine)
    if reason:
        score = min(score, SUPPORTED) * 0.4
    elif score < SUPPORTED:
        reason = "the source does not say this"
    return Support(score, reason, narrowed.places, share, cosine)


def _score(share: float, cosine: float) -> float:
    return 1 / (1 + math.exp(-(-5.0 + 5.0 * share + 5.0 * cosine)))


def _share(said: Facts, ground: Ground, share: float) -> float:
    """The share of the statement that its evidence has; of the rest, words of the title or the question count half."""
    have = [word.stem for word in ground.evidence.words]
    known = [word.stem for word in (*ground.about.words, *ground.question.words)]
    lacking = [word.stem for _, word in content_words(said) if not any(alike(word.stem, stem) for stem in have)]
    if not lacking:
        return share
    asked = sum(any(alike(word, stem) for stem in known) for word in lacking)
    return share + (1 - share) * 0.5 * asked / len(lacking)
