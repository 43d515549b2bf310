"""Text made comparable: folded characters, words with their places, stems."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

_FOLDS = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u201a": "'", "\u02bc": "'", "\u00b4": "'", "`": "'"}
    | {"\u201c": '"', "\u201d": '"', "\u201e": '"', "\u00ab": '"', "\u00bb": '"'}
    | {"\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-", "\u00ad": ""}
)
_INITIALS = re.compile(r"\b(?:[A-Za-z]\.){2,}")
_EMPHASIS = re.compile(r"\*+|(?<!\w)_+|_+(?!\w)|~~")
# "14. März" opens no list.
_MONTH = r"(?i:jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[kc]t|nov|de[cz])"
_LINE_MARKS = re.compile(
    rf"^[ \t]*(?:#{{1,6}}[ \t]+|>[ \t]*|[-+\u2022][ \t]+|\d{{1,2}}[.)][ \t]+(?!{_MONTH}))+", re.MULTILINE
)
_WORD = re.compile(r"[^\W_]+(?:'[^\W\d_]+)*")

FUNCTION_WORDS = frozenset(
    """a about above across after again against all almost along already also although always am among an and another
        any anyone anything are as at away back be became because become been before being below between both
        but by came can cannot come could did do does doing done down during each either else enough ever every
        everyone everything few for from further get gets getting given go goes going gone got had has have
        having he hence her here hers herself him himself his how however i if in indeed instead into is it its
        itself just kept least less let like made make makes making many may me might mine more moreover most
        much must my myself near need neither nevertheless no nobody none nor not nothing now of off often on
        once one only onto or other others otherwise ought our ours ourselves out over own per perhaps quite
        rather really same several shall she should since so some someone something soon still such than that
        the their theirs them themselves then there thereby therefore these they this those though through thus
        to together too toward towards under until up upon us very was we well went were what whatever when
        where whereas whether which while who whoever whom whose why will with within without would yes yet you
        your yours yourself according say says said saying tell tells told state stated states add added adds
        source sources document documents passage passages answer question regarding concerning following
        respectively namely i'm it's he's she's that's there's don't doesn't didn't isn't aren't wasn't weren't
        won't wouldn't can't couldn't shouldn't hasn't haven't hadn't""".split()
)

# Past forms that a suffix stemmer cannot bring back to their verb.
_IRREGULAR = {
    form: base
    for base, forms in (
        pair.split(":")
        for pair in """
            rise:rose,risen fall:fell,fallen give:gave,given take:took,taken write:wrote,written begin:began,begun
            break:broke,broken choose:chose,chosen speak:spoke,spoken see:saw,seen know:knew,known
            grow:grew,grown throw:threw,thrown draw:drew,drawn drive:drove,driven eat:ate,eaten hold:held
            find:found lose:lost pay:paid sell:sold buy:bought bring:brought think:thought teach:taught
            catch:caught fight:fought seek:sought send:sent spend:spent lend:lent build:built leave:left
            keep:kept sleep:slept meet:met feed:fed lead:led read:read run:ran sit:sat stand:stood
            understand:understood win:won swim:swam,swum sink:sank,sunk sing:sang,sung ring:rang,rung
            drink:drank,drunk shrink:shrank,shrunk wear:wore,worn tear:tore,torn bear:bore,borne
            swear:swore,sworn hide:hid,hidden bite:bit,bitten ride:rode,ridden fly:flew,flown blow:blew,blown
            show:shown forget:forgot,forgotten forbid:forbade,forbidden steal:stole,stolen freeze:froze,frozen
            wake:woke,woken shake:shook,shaken mistake:mistook,mistaken withdraw:withdrew,withdrawn mean:meant
            deal:dealt feel:felt hear:heard bind:bound wind:wound grind:ground strike:struck stick:stuck dig:dug
            hang:hung shoot:shot slide:slid light:lit lie:lay,lain lay:laid fit:fitted bid:bade
            undo:undid,undone withhold:withheld uphold:upheld overrule:overruled child:children man:men
            woman:women person:people foot:feet tooth:teeth mouse:mice half:halves life:lives
            die:died,dying,death,dead injure:injury,injuries lose:loss""".split()
    )
    for form in forms.split(",")
}
_STEMMER = snowballstemmer.stemmer("english")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a folded text: its characters `start` to `end`, and the stem it is compared by."""

    text: str
    start: int
    end: int
    stem: str


def fold(text: str) -> str:
    """The text with one form for each quote, dash and space, and without Markdown's signs."""
    text = unicodedata.normalize("NFKC", text.translate(_FOLDS)).translate(_FOLDS)
    text = _LINE_MARKS.sub("", text)
    text = _EMPHASIS.sub("", text)
    return _INITIALS.sub(lambda match: match.group().replace(".", "") + _lost_stop(match), text)


def _lost_stop(match: re.Match[str]) -> str:
    """A full stop again, where the initials' last one also ended the sentence."""
    after = match.string[match.end() : match.end() + 2]
    return "." if after.strip() == "" and match.end() >= len(match.string.rstrip()) else ""


@lru_cache(maxsize=65536)
def plain(word: str) -> str:
    """The word in lower case, without accents and the possessive "'s"."""
    word = unicodedata.normalize("NFD", word.lower().removesuffix("'s"))
    return "".join(char for char in word if not unicodedata.combining(char))


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """What the forms of one word have in common: "opposes", "opposed" -> "oppos"."""
    bare = plain(word)
    return str(_STEMMER.stemWord(_IRREGULAR.get(bare, bare)))


def words(folded: str) -> list[Word]:
    """The words of a folded text, in order; a hyphen parts two words."""
    return [Word(m.group(), m.start(), m.end(), stem(m.group())) for m in _WORD.finditer(folded)]


def is_content(word: Word) -> bool:
    """Whether the word says something of its own: no function word, no single letter, no figure."""
    text = word.text.lower()
    return len(text) > 1 and not text[0].isdigit() and text not in FUNCTION_WORDS


def content_stems(folded: str) -> list[str]:
    """The stems of the words that say something, in order, repeats included."""
    return [word.stem for word in words(folded) if is_content(word)]
