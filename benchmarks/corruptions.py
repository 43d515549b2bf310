"""Sentences made wrong in one point, or rewritten with the point kept: the material of citation_check.py."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

Counter = Callable[[Sequence[str]], list[int]]
Corruption = Callable[[str, str, str, Sequence[str], int], str | None]
"""(statement, its documents' text, the cited passages' text, persons of the collection, a number to choose by)."""

MONTHS = "January February March April May June July August September October November December".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
SAYING = (
    "said|says|told|argued|argues|warned|warns|believes|thinks|expects|added|explained|insists|wrote|replied|reported"
    "|found|estimates"
)
TITLE = r"(?:Mr|Mrs|Ms|Dr|Cllr|Mayor|Minister|Judge|Chancellor|Professor|Commissioner|Lieutenant|Captain|President)"
WORD_NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve".split()

_NUMBER = re.compile(r"(?<![\w.,:/-])\d+(?:,\d{3})*(?:\.\d+)?(?![\w:/-]|[.,]\d)")
_MONTH = "|".join(MONTHS)
_DATE = re.compile(
    rf"\b(?:(?:\d{{1,2}} )(?:{_MONTH})|(?:{_MONTH}) \d{{1,2}}(?!\d)|(?:{_MONTH}))(?:,? [12]\d{{3}})?\b|\b[12]\d{{3}}\b"
)
_CAPITALS = re.compile(
    rf"(?<=[a-z,;)] )(?!{TITLE}\b|Secretary|Director)"
    r"[A-Z][a-z]{2,}(?: (?:of )?[A-Z][a-z]+)*"
)
_PERSON = re.compile(
    rf"(?:{TITLE}\.? )([A-Z][a-z]+(?: [A-Z][a-z]+)?)"
    rf"|\b([A-Z][a-z]+ [A-Z][a-z]+)(?=,? (?:{SAYING})\b)|(?<=said )([A-Z][a-z]+ [A-Z][a-z]+)"
)
_SPEAKER = re.compile(
    rf"(?:{TITLE} )?([A-Z][a-z]+(?: [A-Z][a-z]+)?)(?=,? (?:{SAYING})\b)"
    r"|(?<=[Aa]ccording to )([A-Z][a-z]+(?: [A-Z][a-z]+)?)"
    r"|(?<=said )([A-Z][a-z]+ [A-Z][a-z]+)|^([A-Z][a-z]+(?: [A-Z][a-z]+)?)(?=: )"
)
_AUXILIARY = re.compile(r"\b(is|are|was|were|will|would|can|could|may|must|should|did|does|do)\b(?! not| only|n't)")
_PERFECT = re.compile(r"\b(has|have|had)\b(?= (?:been|[a-z]+ed)\b)")
_DENIAL = re.compile(r"\b(?:not(?! only)|never|no(?= [a-z])) |(?<=could)n't|(?<=did)n't|(?<=does)n't|(?<=do)n't")
_OPPOSITES = (
    "more:less before:after above:below rose:fell supported:opposed with:without over:under best:worst all:no".split()
)
_SYNONYMS = {
    "said": "stated", "about": "roughly", "because": "since", "buy": "purchase", "starts": "begins", "started": "began",
    "needs": "requires", "shows": "indicates", "showed": "indicated", "must": "has to", "big": "large",
    "whole": "entire", "quickly": "fast", "wants": "would like", "help": "assist", "got": "received",
    "ended": "finished", "but": "yet", "only": "just", "nearly": "almost", "however": "but", "children": "kids",
    "people": "persons", "built": "constructed", "allowed": "permitted", "chosen": "picked", "near": "close to",
}  # fmt: skip


def persons(text: str) -> set[str]:
    """The people a text names with a title or a verb of saying."""
    found = {group for match in _PERSON.finditer(text) for group in match.groups() if group}
    return {name for name in found if not set(name.split()) & {*MONTHS, *DAYS, "The", "This", "It"}}


def cleaned(sentence: str) -> str:
    """A sentence without the marks of the list or page it stood in."""
    sentence = re.sub(r"^\s*(?:[-*>#]+|\d+\.)\s+", "", sentence.replace("\n", " ").strip())
    return re.sub(r"\*+|(?<!\w)_|_(?!\w)|`", "", sentence).strip()


def rewritten(statement: str) -> str:
    """The same said otherwise: figures and dates in another style, common words changed, brackets dropped."""
    if '"' in statement or "“" in statement:  # other words in a quotation would be false
        return statement
    text = re.sub(r" \([^)]*\)", "", statement)
    text = re.sub(rf"(?<!\d to )(?<!\d-)\b(\d{{1,2}}) ({_MONTH})\b(?! \d)", r"\2 \1", text)
    text = re.sub(rf"(?<!\d to )(?<!\d-)\b(\d{{1,2}}) ({_MONTH}) ([12]\d{{3}})\b", r"\2 \1, \3", text)
    text = re.sub(r"(\d) ?%", r"\1 percent", text)
    text = re.sub(r"\b(\d{1,3}),(\d{3})\b(?!,)", r"\1\2", text)
    text = re.sub(r"\b(1[3-9]|2[0-3]):(\d\d)\b", lambda m: f"{int(m[1]) - 12}:{m[2]} pm", text)
    text = re.sub(r"(?<![\w.,:/-])([2-9]|1[0-2]) (?=[a-z]{4,})", lambda m: WORD_NUMBERS[int(m[1])] + " ", text)
    words = "|".join(_SYNONYMS)
    return re.sub(rf"(?<=[a-z,;)] )({words})(?= [a-z])", lambda m: _SYNONYMS[m[1]], text)


def figures(*texts: str) -> set[str]:
    """The numbers written in figures, and those up to twelve in words, without the marks that part thousands."""
    text = " ".join(texts).replace("*", "")
    found = {number.replace(",", "") for number in re.findall(r"\d+(?:,\d{3})*(?:\.\d+)*", text)}
    return found | {str(at) for at, word in enumerate(WORD_NUMBERS) if re.search(rf"\b{word}\b", text, re.I)}


def _replace(text: str, match: re.Match[str], new: str) -> str:
    return text[: match.start()] + new + text[match.end() :]


def _dates_of(text: str) -> list[re.Match[str]]:
    return [
        m
        for m in _DATE.finditer(text)
        if not (m.group() in ("May", "March") and not re.search(r"\b(in|since|until|by|of) $", text[: m.start()]))
    ]


def _number(statement: str, documents: str, around: str, people: Sequence[str], pick: int) -> str | None:
    """Another number of the statement or its passage in one's place, or one a little off."""
    dates = [m.span() for m in _dates_of(statement)]
    found = [m for m in _NUMBER.finditer(statement) if not any(s <= m.start() < e for s, e in dates)]
    if not found:
        return None
    match = found[pick % len(found)]
    value = match.group()
    taken = {m.group().replace(",", "") for m in found}
    others = sorted(o for o in {m.group() for m in _NUMBER.finditer(around)} if o.replace(",", "") not in taken)
    if pick % 2 and others:
        return _replace(statement, match, others[pick // 2 % len(others)])
    digits = [i for i, char in enumerate(value) if char.isdigit()]
    at = digits[pick // 3 % len(digits)]
    digit = (int(value[at]) + 1 + pick // 5 % 8) % 10
    digit = digit or 1 if at == digits[0] else digit
    wrong = value[:at] + str(digit) + value[at + 1 :]
    return None if wrong == value else _replace(statement, match, wrong)


def _name(statement: str, documents: str, around: str, people: Sequence[str], pick: int) -> str | None:
    """Another name of the same documents in a name's place."""
    skip = {*MONTHS, *DAYS}
    found = [m for m in _CAPITALS.finditer(statement) if m.group() not in skip]
    if not found:
        return None
    match = found[pick % len(found)]
    mine = set(match.group().split())
    others = sorted({m.group() for m in _CAPITALS.finditer(documents)} - skip)
    others = [o for o in others if not set(o.split()) & mine and o not in statement]
    others = [o for o in others if len(o.split()) == len(mine)] or others
    return _replace(statement, match, others[pick // 7 % len(others)]) if others else None


def _date(statement: str, documents: str, around: str, people: Sequence[str], pick: int) -> str | None:
    """Another date of the documents of the same form, or another day, month or year."""
    found = _dates_of(statement)
    if not found:
        return None
    match = found[pick % len(found)]
    value = match.group()
    form = re.sub(_MONTH, "M", re.sub(r"\d", "9", value))
    others = sorted(
        {m.group() for m in _dates_of(documents) if re.sub(_MONTH, "M", re.sub(r"\d", "9", m.group())) == form}
        - {value}
    )
    if pick % 2 and others:
        return _replace(statement, match, others[pick // 2 % len(others)])
    month = re.search(_MONTH, value)
    if month and pick // 2 % 2:
        wrong = value.replace(month.group(), MONTHS[(MONTHS.index(month.group()) + 1 + pick // 5 % 11) % 12])
        return _replace(statement, match, wrong)
    number = re.search(r"\d+", value)
    if number is None:
        return None if month is None else _replace(statement, match, MONTHS[(MONTHS.index(month.group()) + 5) % 12])
    shift = 1 + pick // 5 % 6
    other = int(number.group()) + shift if len(number.group()) == 4 else (int(number.group()) + shift - 1) % 28 + 1
    return _replace(statement, match, value.replace(number.group(), str(other), 1))


def _negation(statement: str, documents: str, around: str, people: Sequence[str], pick: int) -> str | None:
    """A "not" more or less, or the opposite word."""
    denial = _DENIAL.search(statement)
    if denial:
        return _replace(statement, denial, "")
    found = [*_AUXILIARY.finditer(statement), *_PERFECT.finditer(statement)]
    if found and pick % 4:
        match = found[pick % len(found)]
        return _replace(statement, match, match.group() + " not")
    for pair in _OPPOSITES:
        for a, b in (pair.split(":"), pair.split(":")[::-1]):
            match2 = re.search(rf"\b{a}\b", statement)
            if match2:
                return _replace(statement, match2, b)
    return _replace(statement, found[0], found[0].group() + " not") if found else None


def _attribution(statement: str, documents: str, around: str, people: Sequence[str], pick: int) -> str | None:
    """Said by another person of the same documents, whether or not the statement names who said it."""
    here = [person for person in people if person in documents]
    speaker = _SPEAKER.search(statement)
    if speaker and speaker.group(4) and not any(set(speaker.group(4).split()) & set(p.split()) for p in people):
        speaker = None  # "Yield: ..." is a term with its meaning, nobody's words
    mine = set(speaker.group().split()) if speaker else set()
    if speaker and speaker.group() in ("He", "She", "They", "It", "Who", "One", "Nobody"):
        speaker, mine = None, set()
    others = [o for o in here if not set(o.split()) & mine and not any(w in statement for w in o.split())]
    if speaker:
        return _replace(statement, speaker, others[pick % len(others)]) if others else None
    # Nobody who might have said it after all: not at the document's head, nor anywhere in the cited passage.
    there = f"{documents[:300]} {around}".lower()
    strangers = [o for o in others if not any(word.lower() in there for word in o.split())]
    if not strangers:
        return None
    first = (
        statement[0].lower() + statement[1:] if statement.split()[0] in ("The", "A", "An", "It", "In") else statement
    )
    return f"According to {strangers[pick % len(strangers)]}, {first}"


CORRUPTIONS: dict[str, Corruption] = {
    "number": _number,
    "name": _name,
    "date": _date,
    "negation": _negation,
    "attribution": _attribution,
}
