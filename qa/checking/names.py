"""Names in a sentence, and who is said to have said it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qa.checking.wording import FUNCTION_WORDS, Word, plain

TITLES = frozenset(
    """mr mrs ms miss dr prof professor sir dame lord lady rev captain capt lieutenant lt colonel col general gen
        sergeant president minister chancellor secretary mayor councillor cllr judge justice senator deputy
        director chair chairman chairwoman commissioner ambassador engineer king queen prince princess
        saint st""".split()
)
_ALIASES = {
    **dict.fromkeys(("usa", "america", "american", "americans"), "us"),
    **dict.fromkeys(("britain", "british"), "uk"),
    "prc": "china",
}
_ALIAS_PHRASES = (
    (re.compile(r"\bUnited States(?: of America)?\b"), "US"),
    (re.compile(r"\bUnited Kingdom\b"), "UK"),
    (re.compile(r"\bEuropean Union\b"), "EU"),
    (re.compile(r"\bUnited Nations\b"), "UN"),
)
_ADJECTIVE = re.compile(r"(?:ians?|ans?|ese|ish|ns?|is?)$")
_REPORTS = frozenset(
    """said says say saying told tells tell telling added adds adding argued argues argue arguing warned warns warn
        warning claimed claims claim claiming believes believed believe thinks thought think expects expected
        expect insisted insists noted notes explained explains stated declared declares announced announces
        replied replies answered wrote writes recalled recalls remembers recommended recommends suggested
        suggests accused accuses denied denies admitted admits acknowledged acknowledges confirmed confirms
        concluded concludes estimates estimated predicts predicted doubts doubted feared fears hopes hoped
        reported reports complained complains commented comments remarked promised promises testified contends
        contended maintains maintained finds stressed stresses objected objects opposes opposed advises advised
        urged urges criticised criticizes calls called describes described regards regarded considers considered
        sees wants wanted""".split()
)
_PARTICIPLES = frozenset("saying telling adding arguing warning claiming".split())
_PRONOUNS = frozenset("he she they i we it who".split())
_CALENDAR = frozenset(
    """january february march april may june july august september october november december monday tuesday wednesday
        thursday friday saturday sunday please""".split()
)
_LABEL = re.compile(r"^\W*(?P<name>[A-Z][\w.' -]{1,40}?)\s?:\s")
_ACCORDING = re.compile(r"\b(?:[Aa]ccording to|[Ii]n the (?:view|opinion|words) of)\s+$")


@dataclass(frozen=True, slots=True)
class Name:
    """A name in a folded text, at its characters `start` to `end`: its words in plain form, titles left out.

    `opening` marks a single capitalised word that opens a sentence, which may be no name at all.
    """

    words: tuple[str, ...]
    start: int
    end: int
    text: str
    opening: bool = False


def expand_aliases(folded: str) -> str:
    """Well-known long forms as their initials, so that both compare equal."""
    for pattern, short in _ALIAS_PHRASES:
        folded = pattern.sub(short, folded)
    return folded


def names(folded: str, tokens: Sequence[Word], taken: Iterable[tuple[int, int]]) -> list[Name]:
    """The runs of capitalised words outside the ranges already `taken` by dates, numbers and codes."""
    ranges = list(taken)
    found: list[Name] = []
    run: list[Word] = []

    def close() -> None:
        opens = bool(run) and _opens(folded, run[0].start)
        if opens and run[0].text.lower() in FUNCTION_WORDS:
            del run[0]
            opens = False
        kept = [word for word in run if word.text.lower() not in TITLES | _CALENDAR]
        if any(word.text.lower() not in FUNCTION_WORDS for word in kept):
            start, end = run[0].start, run[-1].end
            found.append(
                Name(tuple(_key(w.text) for w in kept), start, end, folded[start:end], opens and len(run) == 1)
            )
        run.clear()

    for word in tokens:
        free = not any(start < word.end and word.start < end for start, end in ranges)
        if not free or not word.text[0].isupper() or word.text.split("'")[0] == "I":
            close()
            continue
        gap = folded[run[-1].end : word.start] if run else ""
        if run and not (gap in (" ", "-", "'", "") or (gap in (".", ". ") and len(run[-1].text) <= 2)):
            close()
        run.append(word)
    close()
    return found


def same_name_word(a: str, b: str) -> bool:
    """Whether two words of names are one: equal, or a place and its people ("Orvelia", "Orvelian")."""
    if a == b:
        return True
    if min(len(a), len(b)) < 4:
        return False
    bare_a, bare_b = _ADJECTIVE.sub("", a), _ADJECTIVE.sub("", b)
    if (bare_a != a) == (bare_b != b) and not (bare_a != a and bare_b != b and bare_a == bare_b):
        return False
    return len(bare_a) >= 4 and bare_a.rstrip("aeiouy") == bare_b.rstrip("aeiouy")


def initials_of(short: str, long: Sequence[str]) -> bool:
    """Whether the word is the initials of the name: "qbc" of "quill basin compact"."""
    return 2 <= len(short) <= 6 and len(long) >= 2 and short == "".join(word[0] for word in long)


def speakers(folded: str, tokens: Sequence[Word], found: Sequence[Name]) -> list[Name]:
    """Who is said to say something in the sentence; a pronoun speaker is left out."""
    out: list[Name] = []
    label = _LABEL.match(folded)
    if label:
        out += [name for name in found if name.end <= label.end("name") and name.start >= label.start("name")]
    for name in found:
        if _ACCORDING.search(folded[: name.start].removesuffix("the ")):
            out.append(name)
    for at, word in enumerate(tokens):
        if word.text.lower() not in _REPORTS:
            continue
        speaker = _speaker_of(folded, tokens, at, found)
        if speaker is not None and speaker not in out:
            out.append(speaker)
    return out


def _speaker_of(folded: str, tokens: Sequence[Word], at: int, found: Sequence[Name]) -> Name | None:
    verb = tokens[at]
    if at and tokens[at - 1].text.lower() in _PRONOUNS:
        return None
    if verb.text.lower() in _PARTICIPLES:
        return found[0] if found and found[0].end < verb.start else None
    after = [
        name
        for name in found
        if name.start > verb.end and folded[verb.end : name.start].strip() in ("", "the", "Mr", "Ms")
    ]
    before = [name for name in found if name.end < verb.start and _same_clause(folded[name.end : verb.start])]
    if after and verb.text.lower() in ("said", "says", "added", "wrote", "warned", "argued", "explained"):
        quote_before = folded[: verb.start].rstrip().endswith(('"', ",", "'"))
        if quote_before or not before:
            return after[0]
    return _subject(folded, before, verb) if before else None


def _subject(folded: str, before: Sequence[Name], verb: Word) -> Name:
    """The first name of the verb's own clause: what stands between commas after it only describes it."""
    clause = max(
        folded.rfind(mark, 0, verb.start) for mark in (". ", '" ', "; ", " and ", " but ", " that ", " while ")
    )
    own = [name for name in before if name.start > clause]
    return (own or list(before[-1:]))[0]


def _same_clause(between: str) -> bool:
    return len(between.split()) <= 14 and not re.search(r"[;!?]|\.\s|\"\s", between)


def _opens(folded: str, start: int) -> bool:
    """Whether the character begins a sentence, a line, a quote or a label's text."""
    head = folded[:start].rstrip(" ")
    return not head or head[-1] in "\n.!?:\"'(|["


def _key(word: str) -> str:
    bare = plain(word).rstrip("'")
    return _ALIASES.get(bare, bare)
