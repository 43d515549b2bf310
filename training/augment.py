"""Examples made from examples: misspelt, terse and rambling questions, follow-ups, swaps and cuts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from random import Random

from qa.windows import Window
from training.examples import IGNORE, Example

_SMALL = frozenset(
    "a an the is are was were do does did of to in on at for by with from and or that this it its be been has have had "
    "what which who whom whose when where why how many much will would can could should about there".split()
)
_OPENERS = (
    "hi, ", "hello, ", "please tell me ", "can you tell me ", "i was wondering, ", "quick question: ", "um, ", "so, ",
    "do you know ", "i need to know ", "hey ", "could you check ", "just curious, ",
)  # fmt: skip
_CLOSERS = (" thanks", " please", " thank you!", " ??", " i can't find it", " asap", " i mean in these documents")
_SOUNDS = (("ie", "ei"), ("ei", "ie"), ("ph", "f"), ("ck", "k"), ("ou", "u"), ("ea", "ee"), ("tion", "sion"),
           ("mm", "m"), ("ll", "l"), ("ss", "s"), ("tt", "t"), ("c", "k"), ("y", "i"), ("z", "s"))  # fmt: skip
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_NAME = re.compile(r"(?<!^)(?<![.?!:] )\b[A-Z][\w'’-]+(?: (?:of |the )?[A-Z][\w'’-]+)*")
_NUMBER = re.compile(r"\b\d[\d.,]*\b")


def misspelt(question: str, rng: Random) -> str:
    """One or two words misspelt, as fingers and ears do it."""
    words = question.split(" ")
    long = [i for i, word in enumerate(words) if sum(c.isalpha() for c in word) >= 4]
    for i in rng.sample(long, min(len(long), rng.choice((1, 1, 2, 2, 3)))):
        words[i] = _misspell(words[i], rng)
    text = " ".join(words)
    return text.lower().rstrip("?") if rng.random() < 0.5 else text


def _misspell(word: str, rng: Random) -> str:
    at = rng.randrange(1, len(word) - 1)
    kind = rng.randrange(5)
    sounds = [(a, b) for a, b in _SOUNDS if a in word]
    if kind == 0 and sounds:
        return word.replace(*rng.choice(sounds), 1)
    if kind == 1:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == 2:
        return word[:at] + word[at + 1 :]
    if kind == 3:
        return word[:at] + word[at] + word[at:]
    row = next((row for row in _ROWS if word[at].lower() in row), "aeiou")
    return word[:at] + rng.choice(row) + word[at + 1 :]


def keywords(question: str, rng: Random) -> str:
    """Only the words that carry meaning, as typed into a search box."""
    kept = [word for word in re.findall(r"[\w'’.,%-]*\w", question) if word.lower() not in _SMALL]
    return " ".join(kept).lower() if len(kept) >= 2 and rng.random() < 0.9 else question.lower().rstrip("?")


def disfluent(question: str, rng: Random) -> str:
    """With the words around it that people type, or a false start."""
    lower = question[0].lower() + question[1:]
    choice = rng.randrange(3)
    if choice == 0:
        return rng.choice(_OPENERS) + lower
    if choice == 1:
        return question + rng.choice(_CLOSERS)
    start = " ".join(lower.split(" ")[: rng.randrange(1, 4)])
    return f"{start}, {rng.choice(('no wait', 'sorry', 'i mean', 'er', 'uh'))}, {lower}"


def restyled(example: Example, rng: Random, share: float) -> Example:
    """The question as people may type it, for about `share` of the examples."""
    roll = rng.random() / share
    if roll >= 1 or len(example.question) < 12:
        return example
    style = misspelt if roll < 0.45 else disfluent if roll < 0.75 else keywords
    return replace(example, question=style(example.question, rng))


def bared(example: Example, rng: Random) -> Example:
    """Titles, headings and dates missing as often as real files lack them."""
    w = example.window
    title = "" if rng.random() < 0.12 else w.title
    heading = "" if rng.random() < 0.2 else w.heading
    date = "" if rng.random() < 0.3 else w.date
    return replace(example, window=Window(title, heading, date, w.sentences))


def follow_up(example: Example, earlier: str, rng: Random) -> Example:
    """The question after another on the same text; a name both share becomes a pronoun."""
    question = example.question
    shared = [m for m in _NAME.finditer(question) if m[0] in earlier]
    if shared:
        name = rng.choice(shared)
        before = re.sub(r"\b[Tt]he $", "", question[: name.start()])
        question = before + rng.choice(("it", "they", "he", "she", "that")) + question[name.end() :]
    if rng.random() < 0.25:
        question = f"And {question[0].lower()}{question[1:]}"
    return replace(example, question=f"{earlier} {question}", kind=example.kind + "/followup")


def cropped(example: Example, rng: Random) -> Example:
    """A shorter window around the evidence, or anywhere in a window that does not answer."""
    count = len(example.labels)
    if count < 5:
        return example
    size = rng.randrange(3, count)
    starts = [s for s in range(count - size + 1) if example.answered != 1 or 1 in example.labels[s : s + size]]
    start = rng.choice(starts)
    w = example.window
    window = Window(w.title, w.heading, w.date, w.sentences[start : start + size])
    return replace(example, window=window, labels=example.labels[start : start + size])


def without_evidence(example: Example) -> Example | None:
    """The same window with what answers the question cut out: it no longer does."""
    kept = [i for i, value in enumerate(example.labels) if value == 0]
    if len(kept) < 2 or any(value == IGNORE for value in example.labels):
        return None
    parts = tuple(example.window.sentences[i] for i in kept)
    if example.answer and any(example.answer.casefold() in part.casefold() for part in parts):
        return None
    w = example.window
    window = Window(w.title, w.heading, w.date, parts)
    return replace(example, window=window, labels=(0,) * len(parts), answered=0, answer="", kind=example.kind + "/cut")


def swapped(example: Example, names: Sequence[str], rng: Random) -> Example | None:
    """The question with a name or number of the window put out of place: a question the window does not answer."""
    text = " ".join(example.window.sentences)
    question = example.question
    if example.kind.endswith("/yesno"):
        return None  # a wrong premise answers a yes or no question: no
    found = [m for m in (*_NAME.finditer(question), *_NUMBER.finditer(question)) if m[0] in text]
    if not found:
        return None
    old = rng.choice(found)
    if old[0][0].isdigit():
        digits = re.sub(r"\d", lambda d: str((int(d[0]) + rng.randrange(1, 9)) % 10), old[0][1:])
        new = rng.choice("123456789") + digits
    else:
        words = old[0].count(" ")
        new = rng.choice([n for n in names if n.count(" ") == words] or list(names))
    if new == old[0] or new in text:
        return None
    question = question[: old.start()] + new + question[old.end() :]
    empty = (0,) * len(example.labels)
    return replace(example, question=question, labels=empty, answered=0, answer="", kind=example.kind + "/swap")


def names_in(texts: Sequence[str]) -> list[str]:
    """Names as they stand in sentences, first words left out; to swap with."""
    return sorted({m[0] for text in texts for m in _NAME.finditer(text)})
