"""Who wrote and who published a text, as far as its first lines say so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from index.formats.dates import dates_in

_PRESS = (
    r"annals|bulletin|chronicle|courier|daily|dictionary|encyclop(?:a)?edia|examiner|gazette|guardian|herald|inquirer|"
    r"journal|letters|magazine|mercury|news|newsletter|observer|post|press|proceedings|radio|review|telegraph|"
    r"television|times|transactions|tribune|tv|weekly|wiki|wire"
)
_BODY = (
    r"academy|administration|agency|archives?|assembly|association|authority|bank|board|bureau|cent(?:er|re)|city|club|"
    r"college|commission|committee|company|corp|corporation|council|county|court|department|directorate|federation|"
    r"forum|foundation|fund|gmbh|government|group|hospital|inc|industries|institute|institution|instruments|"
    r"laborator(?:y|ies)|library|limited|llc|ltd|medical|ministry|museum|network|office|organi[sz]ation|parliament|party|"
    r"plc|police|register|registry|school|secretariat|service|services|society|survey|team|town|trust|union|university|"
    r"works"
)
_ORGANISATION = re.compile(rf"\b(?:{_PRESS}|{_BODY})\b", re.IGNORECASE)
_PAPER = re.compile(rf"\b(?:{_PRESS})\b", re.IGNORECASE)
_OFFICIAL = re.compile(rf"\b(?:{_BODY})\b", re.IGNORECASE)
_NO_NAME = re.compile(  # words in capitals that stand where names do
    r"\b(?:officer|director|head|manager|editor|writing|professor|lecturer|chair|clerk|minister|secretary|fellow|engineer|"
    r"technical|senior|chief|president|correspondent|staff|desk|street|road|lane|square|hall|house|room|bridge|revision|"
    r"edition|version|volume|product|safety|division|publications|release|notice|minutes|report|policy|north|south|the)\b",
    re.IGNORECASE,
)
_WORD = r"[A-Z][^\W\d_]*(?:['’-][^\W\d_]+)*"
_INITIALS = r"(?:[A-Z]\.[ -]?){1,3}"
_HONORIFIC = r"(?:(?:Dr|Prof|Professor|General|Judge|Mrs|Mr|Ms|Sir|Dame|Father|Rev|Captain)\.? )?(?:\(ret\.\) )?"
_PARTICLES = r"(?: (?:al|bin|da|de|del|der|di|dos|du|la|le|van|von))*"
_SHORT_NAME = rf"{_HONORIFIC}(?:{_INITIALS}{_WORD}|{_WORD}(?: {_INITIALS}|{_PARTICLES} ){_WORD})"
_NAME = rf"{_SHORT_NAME}(?: {_WORD})?"
_AND = r"(?:,? and |, | & |,? with )"
_WRITER = re.compile(
    r"\b(?i:by|authors?|written by|text(?: by)?|words(?: by)?|entry by|explainer by|story by|contributor|reporter|from|"
    rf"copy made by|maintained by|editor|responsible)(?::| -)? (?P<names>{_NAME}(?:{_AND}{_NAME})*)"
)
_NOT_WRITTEN = re.compile(
    r"\b(?i:approved|published|issued|adopted|led|founded|replaced|signed|comments?|foreword|photos?|pictures?|chaired|sent|"
    r"owned|held|decided|different|far|away|transcribed|translated)\W*$"
)
_PLACED = re.compile(rf" in {_WORD}(?: {_WORD})?(?=,|$| and )")
_PHRASE = r"[A-Z][\w'’&-]*(?: (?:(?:of|for|and|in|&|de|du)(?: the)? )?[A-Z&][\w'’&-]*)*"
_ISSUER = re.compile(
    rf"^.{{0,60}}?\b(?i:published by|publisher|issued by|source)(?::| -)? (?:the )?(?P<name>{_PHRASE})"
)
_PEOPLE = re.compile(rf"{_SHORT_NAME}(?P<more>{_AND}{_SHORT_NAME})*$")
_CITED = re.compile(r"\*? (?:19|20)\d\d;[^\s.]+")
_NO_BODY = re.compile(r"(?i:by|from|authors?|text|written|prepared|story|words|between|at|in|for|to|on|press|news) ")
_SMALL = frozenset({"of", "the", "for", "and", "in", "de", "du", "la", "des", "der", "&", "on", "to"})


def author_of(lines: Sequence[str], title: str) -> str:
    """The names of a byline, joined as the line joins them; "" where there is none."""
    for line in lines:
        if line == title or line.isupper():
            continue
        plain = _PLACED.sub("", line)
        for match in _WRITER.finditer(plain):
            if not _NOT_WRITTEN.search(plain[: match.start()]) and (names := _without_roles(match["names"])):
                return names
    return ", ".join(_bare_names(lines, title))


def _without_roles(names: str) -> str:
    """The names up to the first part that is a role or a body: "Yusuf Dray, Procurement Officer" -> "Yusuf Dray"."""
    kept = ""
    for part in re.split(rf"({_AND})", names):
        if _NO_NAME.search(part) or _ORGANISATION.search(part):
            break
        kept += part
    return re.sub(rf"{_AND}$", "", kept)


def _bare_names(lines: Sequence[str], title: str) -> list[str]:
    """Names without a word like "by": first in a line with the date, or alone above a line with the date or a body."""
    names: list[str] = []
    for at, line in enumerate(lines[:8]):
        if line == title or ": " in line:
            continue
        beside = lines[at + 1] if at + 1 < len(lines) else ""
        if people := _people(line):
            if people["more"] or _ORGANISATION.search(beside) or (dates_in(beside) and not names):
                names.append(line)
        elif not names and (dates := dates_in(line)):
            first = next(_segments(line), "")
            if _people(first) and line[: dates[0].start].rstrip(", ") != first:  # "Port Ansel, 4 April 2037" is a place
                names.append(first)
    return names


def _people(text: str) -> re.Match[str] | None:
    if text.isupper() or _NO_NAME.search(text) or _ORGANISATION.search(text):
        return None
    return _PEOPLE.match(text)


def publisher_of(lines: Sequence[str], title: str, site: str = "") -> str:
    """The paper, body or firm that the lines name as the text's source; "" where there is none."""
    for line in lines:
        if (match := _ISSUER.search(line[:160])) and not _people(match["name"]):
            return match["name"]
    if site:
        return site
    for at, line in enumerate(lines[:5]):
        if line == title:
            prefix = re.split(r" [–—-] ", line)[0]
            if prefix != line and is_organisation(prefix) and _OFFICIAL.search(prefix):
                return prefix
        else:
            employer = at > 0 and _people(lines[at - 1])  # under a name stands where that person works, or writes
            for _, segment in zip(range(2), _segments(line), strict=False):
                if is_organisation(segment) and not (employer and not _PAPER.search(segment)):
                    return segment
    return ""


def is_body(text: str) -> bool:
    """Whether a short text is the name of a body or a firm, and not of a paper."""
    return is_organisation(text) and not _PAPER.search(text)


def is_organisation(text: str) -> bool:
    """Whether a short text without numbers is the name of a paper, a body or a firm."""
    words = text.split()
    return (
        1 < len(words) <= 10
        and not re.search(r"\d|[?!:]", text)
        and bool(_ORGANISATION.search(text))
        and all(word[:1].isupper() or word in _SMALL for word in words)
        and not _NO_BODY.match(text)
    )


def without_citation(line: str) -> str:
    """A journal's name without year, volume and pages: "Annals of Trees 2031;4:12-19" -> "Annals of Trees"."""
    return _CITED.sub("", line)


def _segments(line: str) -> Iterator[str]:
    """The parts of a line of imprint: "Orrendal Works, Product Safety · 9 March 2032" has three."""
    for segment in re.split(r" [·|–—-] | \(|\) ?|, |\. (?=[A-Z])|; ", without_citation(line)):
        if text := segment.strip(" .,*_"):
            yield text
