"""What to search for: a follow-up made whole, a many-sided question taken apart; by the model, or else by rule."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.errors import ModelError
from qa import followups
from qa.answers import Turn
from qa.checking.wording import content_stems, fold
from qa.models import LanguageModel
from qa.prompts import SEARCH, one_line, plan_messages

MOST_SEARCHES = 3
LONGEST_QUERY = 300  # characters
KNOWN = 0.5  # share of a rewritten question's words that the conversation must have

_SEVERAL = re.compile(
    r"\b(?:compare[ds]?|comparison|differ\w*|versus|vs|between|respectively|both|each)\b"
    r"|\band (?:what|who|when|where|why|how|which|did|is|was)\b|\?.*\?",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Plan:
    """The question as it stands alone, and what is searched for: the question first."""

    question: str
    searches: tuple[str, ...]


def by_rule(question: str, history: Sequence[Turn]) -> Plan:
    """The plan without a language model."""
    resolved = followups.resolve(history, question)
    return Plan(resolved, (resolved,))


def needs_model(question: str, history: Sequence[Turn]) -> bool:
    """Whether a model can better the plan: a follow-up that leans on what was said, or several questions in one."""
    return (bool(history) and followups.leans_on_history(question)) or bool(_SEVERAL.search(question))


def by_model(question: str, history: Sequence[Turn], model: LanguageModel) -> Plan:
    """The model's plan, or the rule's where the model fails or wanders off from what was asked."""
    ruled = by_rule(question, history)
    try:
        reply = model.write(plan_messages(question, history))
    except ModelError:
        return ruled
    return read_plan(reply, question, history) or ruled


def read_plan(reply: str, question: str, history: Sequence[Turn]) -> Plan | None:
    """The plan in a model's reply; None where there is none that keeps to the conversation."""
    lines = [line.strip().lstrip("-*# ") for line in reply.splitlines()]
    rewritten = next((one_line(line[9:]) for line in lines if line.upper().startswith("QUESTION:")), "")
    said = " ".join([question, *(turn.text for turn in history)])
    if not _keeps_to(rewritten, said):
        return None
    parts = [one_line(line[len(SEARCH) :]) for line in lines if line.upper().startswith(SEARCH)]
    parts = [part for part in parts if _keeps_to(part, f"{said} {rewritten}")][:MOST_SEARCHES]
    return Plan(rewritten, tuple(dict.fromkeys([rewritten, *parts])))


def _keeps_to(text: str, said: str) -> bool:
    if not 0 < len(text) <= LONGEST_QUERY:
        return False
    words, known = set(content_stems(fold(text))), set(content_stems(fold(said)))
    return len(words & known) >= KNOWN * len(words)
