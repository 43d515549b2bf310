"""Numbers in a sentence, however they are written: figures, words, money, measures, clock times."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
)
_SMALL = {word: value for value, word in enumerate(f"{_UNITS} eighteen nineteen".split())}
_TENS = {w: 10 * n for n, w in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
_SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "dozen": 12.0}
# Measures that nobody leaves out.
_ALWAYS_WRITTEN = frozenset({"clock", "ordinal", "percent", "EUR", "GBP", "USD", "JPY", "celsius"})
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()
_FRACTIONS = {"half": 1 / 2, "third": 1 / 3, "quarter": 1 / 4, "fifth": 1 / 5, "tenth": 1 / 10}

# word -> (kind of measure, size in that kind's base unit)
_MEASURES = {
    "second": "second seconds sec secs s",
    "second*60": "minute minutes min mins",
    "second*3600": "hour hours hr hrs h stunde stunden heure heures hora horas",
    "second*86400": "day days tag tage tagen jour jours día días dia dias",
    "second*604800": "week weeks woche wochen semaine semaines semana semanas",
    "month": "month months monat monate mois mes meses",
    "month*12": "year years yr yrs jahr jahre jahren ans année années año años",
    "month*120": "decade decades",
    "month*1200": "century centuries",
    "metre*0.001": "mm millimetre millimetres millimeter millimeters",
    "metre*0.01": "cm centimetre centimetres centimeter centimeters",
    "metre": "m metre metres meter meters",
    "metre*1000": "km kilometre kilometres kilometer kilometers",
    "metre*0.0254": "inch inches",
    "metre*0.3048": "ft foot feet",
    "metre*1609.344": "mile miles",
    "gram*0.001": "mg milligram milligrams",
    "gram": "g gram grams gramme grammes",
    "gram*1000": "kg kilo kilos kilogram kilograms",
    "gram*1000000": "t tonne tonnes tons ton",
    "litre*0.001": "ml millilitre millilitres milliliter milliliters",
    "litre": "l litre litres liter liters",
    "area": "m2 m²",
    "area*10000": "ha hectare hectares",
    "area*1000000": "km2 km²",
    "watt": "w watt watts",
    "watt*1000": "kw kilowatt kilowatts",
    "watt*1000000": "mw megawatt megawatts",
    "hertz": "hz",
    "hertz*1000": "khz",
    "hertz*1000000": "mhz",
    "hertz*1000000000": "ghz",
    "celsius": "°c celsius",
    "fahrenheit": "°f fahrenheit",
    "percent": "% percent prozent procent",
    "EUR": "euro euros eur €",
    "GBP": "gbp £ pounds",
    "USD": "usd dollar dollars $",
    "JPY": "yen ¥",
}
MEASURES: dict[str, tuple[str, float]] = {
    word: (kind, float(size or 1))
    for entry, words in _MEASURES.items()
    for kind, _, size in [entry.partition("*")]
    for word in words.split()
}
_BY_LENGTH = sorted((*MEASURES, "per cent", "por ciento", "pour cent"), key=len, reverse=True)
_MEASURE = "(?:" + "|".join(re.escape(w) + (r"(?![^\W_])" if w[-1].isalnum() else "") for w in _BY_LENGTH) + ")"
_MULTIPLIER = {"k": 1e3, "thousand": 1e3, "mn": 1e6, "million": 1e6, "millionen": 1e6, "millones": 1e6, "millions": 1e6}
_MULTIPLIER |= {"m": 1e6, "bn": 1e9, "billion": 1e9, "milliarden": 1e9, "milliards": 1e9, "tn": 1e12, "trillion": 1e12}
_FIGURE = r"\d{1,3}(?:[,.' ]\d{3})+(?![\d])(?:[.,]\d+)?|\d+(?:[.,]\d+)?"
_NUMBER_WORD = "|".join((*_SMALL, *_TENS, "hundred", "thousand", "million", "billion", "trillion", "dozen"))

CLOCK = re.compile(
    r"(?<![\d:.,])(?:(?P<hour>[01]?\d|2[0-4])(?:[:.](?P<minute>[0-5]\d))?\s?(?P<half>am|pm|uhr|o'clock)(?![^\W_])"
    r"|(?P<hour24>[01]?\d|2[0-4]):(?P<minute24>[0-5]\d)(?![:\d])|\b(?P<word>noon|midnight|midday)\b)",
    re.IGNORECASE,
)
# Letters and digits in one token, or figures in several parts: "SN-41", "D20S", "2.5.0", "VTR-2029-0417".
CODE = re.compile(
    r"(?<![\w-])(?=[\w./-]*[A-Za-z])(?=[\w./-]*\d)[A-Za-z0-9]+(?:[-/.][A-Za-z0-9]+)*|\b\d+(?:\.\d+){2,}|\b\d+[-/]\d+(?:[-/]\d+)+"
)
_AMOUNT = re.compile(
    rf"(?P<before>[€£$¥]|\b(?:EUR|USD|GBP)\s)?\s?(?<![\w.,])(?P<figure>{_FIGURE})"
    rf"(?:\s?-?(?P<times>(?:{'|'.join(_MULTIPLIER)})(?![^\W_])))?(?:\s?-?(?P<unit>{_MEASURE}))?",
    re.IGNORECASE,
)
_IN_WORDS = re.compile(
    rf"\b(?P<words>(?:a\s)?(?:{_NUMBER_WORD})s?(?:(?:[\s-]|\sand\s)(?:{_NUMBER_WORD})s?)*)\b"
    rf"(?:\s?-?(?P<unit>{_MEASURE}))?",
    re.IGNORECASE,
)
_PART = re.compile(
    r"\b(?:(?P<count>one|two|three|four|a)[\s-](?P<counted>half|third|quarter|fifth|tenth)s?"
    r"|(?P<part>half|quarters?|(?:thirds?|fifths?|tenths?)(?=\sof\b)))\b",
    re.IGNORECASE,
)
_COUNTED = {"both": 2.0, "twice": 2.0, "double": 2.0, "couple": 2.0, "pair": 2.0, "once": 1.0}
_COUNT = re.compile(rf"\b({'|'.join(_COUNTED)})\b", re.IGNORECASE)
_ORDINAL = re.compile(rf"\b(?:(?P<word>{'|'.join(_ORDINALS)})|(?P<figure>\d+)(?:st|nd|rd|th))\b", re.IGNORECASE)
_ROUGHLY = re.compile(
    r"(?:\b(?:about|around|roughly|approximately|nearly|almost|some|ca|circa|over|under)|~)\s?\S?$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in a folded text, at its characters `start` to `end`.

    `values` are the readings of how it is written ("1.234" is two). `kind` and `size` are its measure
    ("metre", 1000 for km), kind "" where none is written; kind "clock" counts minutes of the day and
    "ordinal" places in a row. `rough` marks "about 40"; `weak` marks words that seldom count ("one", "first").
    """

    values: tuple[float, ...]
    kind: str
    size: float
    start: int
    end: int
    text: str
    rough: bool = False
    weak: bool = False


def same_quantity(said: Quantity, source: Quantity) -> bool:
    """Whether the source's number bears out the number said: equal, or rounded from it where it is said roughly."""
    if said.kind != source.kind and ((said.kind and source.kind) or {said.kind, source.kind} & _ALWAYS_WRITTEN):
        return False
    measured = bool(said.kind and source.kind)
    for a in said.values:
        for b in source.values:
            x, y = (a * said.size, b * source.size) if measured else (a, b)
            near = 0.05 if said.rough and _digits(a) < _digits(b) else 1e-6
            if abs(x - y) <= near * max(abs(x), abs(y)):
                return True
    return False


def _digits(value: float) -> int:
    """How many figures say the value once the zeros at its ends are gone: 1 for 400, 2 for 0.41."""
    return len(f"{value:.10g}".replace(".", "").strip("0").split("e")[0])


def quantities(folded: str, taken: list[tuple[int, int]] | None = None) -> list[Quantity]:
    """The numbers of a folded text in order, outside the character ranges already `taken` (by dates, codes)."""
    ranges = list(taken or ())
    found: list[Quantity] = []

    def claim(quantity: Quantity | None) -> None:
        if quantity is not None and not any(s < quantity.end and quantity.start < e for s, e in ranges):
            ranges.append((quantity.start, quantity.end))
            found.append(quantity)

    for match in CLOCK.finditer(folded):
        claim(_clock(match))
    for match in _PART.finditer(folded):
        count = {"two": 2, "three": 3, "four": 4}.get((match["count"] or "").lower(), 1)
        part = _FRACTIONS[(match["counted"] or match["part"]).lower().removesuffix("s")]
        claim(_at(match, (count * part,), weak=not (match["count"] or part == 0.5)))
    for match in _ORDINAL.finditer(folded):
        place = _ORDINALS.index(match["word"].lower()) + 1 if match["word"] else int(match["figure"])
        claim(_at(match, (float(place),), "ordinal", weak=True))
    for match in _AMOUNT.finditer(folded):
        claim(_amount(match, folded))
    for match in _COUNT.finditer(folded):
        claim(_at(match, (_COUNTED[match.group().lower()],), weak=True))
    for match in _IN_WORDS.finditer(folded):
        kind, size = _measure(match["unit"])
        claim(
            _at(match, (_spelt(match["words"].lower()),), kind, size, folded, match["words"].lower() in ("one", "zero"))
        )
    return _with_ranges(sorted(found, key=lambda quantity: quantity.start), folded)


def codes(folded: str) -> list[re.Match[str]]:
    """The part numbers, versions and the like in a folded text; no measures ("20kg"), clock times or ordinals."""
    return [m for m in CODE.finditer(folded) if not _is_measure(m.group())]


def _is_measure(text: str) -> bool:
    return bool(
        re.fullmatch(rf"(?:{_FIGURE})(?:-?(?:{_MEASURE}|{'|'.join(_MULTIPLIER)}))", text, re.IGNORECASE)
        or re.fullmatch(r"\d+(?:st|nd|rd|th|s|am|pm|x)|k?m2", text, re.IGNORECASE)
        or re.fullmatch(r"\d+(?:-[A-Za-z]+)+", text)
    )


def _at(
    match: re.Match[str],
    values: tuple[float, ...],
    kind: str = "",
    size: float = 1.0,
    folded: str = "",
    weak: bool = False,
) -> Quantity:
    rough = bool(_ROUGHLY.search(folded[max(0, match.start() - 16) : match.start()]))
    return Quantity(values, kind, size, match.start(), match.end(), match.group().strip(), rough, weak)


def _clock(match: re.Match[str]) -> Quantity:
    if match["word"]:
        return _at(match, (0.0 if match["word"].lower() == "midnight" else 720.0,), "clock")
    hour, minute = int(match["hour"] or match["hour24"]), int(match["minute"] or match["minute24"] or 0)
    half = (match["half"] or "").lower()
    if half in ("am", "pm"):
        hour = hour % 12 + (12 if half == "pm" else 0)
    # Twelve-hour speech without am or pm may mean either half of the day.
    values = (hour % 24 * 60.0 + minute,) if half != "o'clock" else (hour % 12 * 60.0, (hour % 12 + 12) * 60.0)
    return _at(match, values, "clock")


def _amount(match: re.Match[str], folded: str) -> Quantity:
    figure, times = match["figure"], (match["times"] or "").lower()
    kind, size = _measure(match["before"] or match["unit"])
    end = match.end()
    if times == "m" and not match["before"]:  # "31 m" is metres, "€31m" is millions
        times, (kind, size) = "", MEASURES["m"]
    values = _readings(figure)
    values = tuple(value * _MULTIPLIER.get(times, 1.0) for value in values)
    start = match.start("before") if match["before"] else match.start("figure")
    rough = bool(_ROUGHLY.search(folded[max(0, start - 16) : start]))
    return Quantity(values, kind, size, start, end, folded[start:end].strip(), rough)


@cache
def _readings(figure: str) -> tuple[float, ...]:
    """What a figure may mean, given that a comma or a point may part thousands or decimals."""
    plain = re.sub(r"[ ']", "", figure)
    marks = [char for char in plain if char in ".,"]
    if not marks:
        return (float(plain),)
    last = marks[-1]
    whole, _, rest = plain.rpartition(last)
    decimal = float(re.sub(r"[.,]", "", whole) + "." + rest)
    joined = float(re.sub(r"[.,]", "", plain))
    if len(set(marks)) == 2 or len(rest) != 3 or whole == "0":
        return (decimal,)
    return (joined, decimal) if len(marks) == 1 else (joined,)


def _measure(word: str | None) -> tuple[str, float]:
    key = (word or "").strip().lower()
    if key in ("per cent", "por ciento", "pour cent"):
        key = "percent"
    return MEASURES.get(key, ("", 1.0))


def _spelt(text: str) -> float:
    """ "two hundred and five" -> 205; "a dozen" -> 12."""
    total = current = 0.0
    for word in re.split(r"[\s-]+", text):
        word = word.removesuffix("s") if word not in _SMALL and word not in _TENS else word
        if word in _SMALL or word in _TENS:
            current += _SMALL.get(word, 0) or _TENS.get(word, 0)
        elif word in ("hundred", "dozen"):
            current = max(current, 1) * _SCALES[word]
        elif word in _SCALES:
            total += max(current, 1) * _SCALES[word]
            current = 0.0
    return total + current


def _with_ranges(found: list[Quantity], folded: str) -> list[Quantity]:
    """The unit of "5-35 °C" belongs to both ends, and "berths 7 to 9" names 8 too."""
    out = list(found)
    for left, right in pairwise(found):
        between = folded[left.end : right.start].strip().lower()
        if between not in ("-", "to", "until", "and", "or", ",", "bis"):
            continue
        if not left.kind and right.kind not in ("", "clock", "ordinal"):
            at = out.index(left)
            left = Quantity(left.values, right.kind, right.size, left.start, left.end, left.text, left.rough, left.weak)
            out[at] = left
        low, high = left.values[0], right.values[0]
        if between in ("-", "to", "until") and low.is_integer() and high.is_integer() and 1 < high - low <= 20:
            inner = (float(n) for n in range(int(low) + 1, int(high)))
            out += [Quantity((n,), right.kind, right.size, left.start, right.end, f"{n:g}", weak=True) for n in inner]
    return out
