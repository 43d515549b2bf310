"""What a sentence denies, and words that are each other's opposite."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.checking.wording import Word, stem

_DENY = frozenset(
    """not no never none nobody nothing neither nor without cannot can't don't doesn't didn't isn't aren't wasn't
        weren't won't wouldn't couldn't shouldn't hasn't haven't hadn't mustn't needn't ain't hardly scarcely
        nowhere""".split()
)
# "failed to agree", "refused to sign": the verb that follows did not happen.
_DENY_VERBS = frozenset("fail failed fails refuse refused refuses refusing decline declined declines unable".split())
_DENY_PAIRS = frozenset({("rather", "than"), ("lack", "of"), ("absence", "of")})
# Words between a "not" and what it denies.
_PASSED_OVER = frozenset(
    """a an the any be been being is are was were have has had do does did will would can could may might must should
        to of in at on for by with from as it its this that these those he she they we i you his her their our
        very yet ever than even still also really so too such much many quite more less than only just all""".split()
)
_PRONOUNS = frozenset("it this that them him her us me".split())
_STOPS = re.compile(
    r"[.;:!?]|,\s(?:but|and|for|which|who|because|although|though|so)\b|\b(?:but|because|although|though|while|whereas)\b"
)

_OPPOSITES = """
    rise:fall increase:decrease increase:reduce raise:lower raise:cut gain:lose support:oppose approve:reject
    accept:reject accept:refuse allow:forbid allow:prohibit permit:prohibit permit:forbid open:close begin:end
    start:stop win:lose more:less more:fewer above:below over:under before:after first:last most:least
    maximum:minimum all:none best:worst better:worse larger:smaller bigger:smaller higher:lower longer:shorter
    earlier:later early:late success:failure succeed:fail true:false possible:impossible legal:illegal
    lawful:unlawful safe:unsafe safe:dangerous fair:unfair include:exclude with:without for:against always:never
    everyone:nobody buy:sell import:export arrive:leave guilty:innocent public:private north:south east:west
    left:right up:down hot:cold warm:cold wet:dry on:off agree:disagree strengthen:weaken improve:worsen
    accelerate:slow confirm:deny admit:deny praise:criticise love:hate friend:enemy positive:negative
    voluntary:compulsory optional:mandatory temporary:permanent able:unable known:unknown likely:unlikely
    majority:minority widen:narrow expand:shrink expand:contract grow:shrink upper:lower inside:outside"""
OPPOSITES: dict[str, frozenset[str]] = {}
for _pair in _OPPOSITES.split():
    _a, _b = (stem(word) for word in _pair.split(":"))
    OPPOSITES[_a] = OPPOSITES.get(_a, frozenset()) | {_b}
    OPPOSITES[_b] = OPPOSITES.get(_b, frozenset()) | {_a}

# "He would not, for the ships were due": nothing of what follows is denied.
_ELLIPSIS = re.compile(r",\s(?:for|because|since|but)\b")


def denials(folded: str, tokens: Sequence[Word]) -> list[int]:
    """The places in `tokens` of the words that deny: "never", "failed to", "rather than".

    "not only", "No, ..." and "would not, for ..." deny nothing that is said.
    """
    found = []
    for at, word in enumerate(tokens):
        lowered = word.text.lower()
        after = tokens[at + 1].text.lower() if at + 1 < len(tokens) else ""
        if (lowered in _DENY_VERBS and after == "to") or (lowered, after) in _DENY_PAIRS:
            found.append(at)
        elif lowered in _DENY:
            not_only = lowered == "not" and after in ("only", "just", "merely", "simply")
            reply = lowered == "no" and folded[word.end : word.end + 1] in (",", ".", ":")
            if not (not_only or reply or _ELLIPSIS.match(folded, word.end)):
                found.append(at)
    return found


def denied(folded: str, tokens: Sequence[Word]) -> tuple[frozenset[int], frozenset[int]]:
    """The places in `tokens` of the words a sentence denies: those right after a "not", and all it may reach.

    The second contains the first: the next four words of some weight in the same clause.
    """
    heads: set[int] = set()
    reach: set[int] = set()
    for at in denials(folded, tokens):
        seen = 0
        if tokens[at].text.lower() == "without" and at + 1 < len(tokens) and tokens[at + 1].text.lower() in _PRONOUNS:
            continue
        for later in range(at + 1, len(tokens)):
            if _STOPS.search(folded[tokens[later - 1].end : tokens[later].end]):
                break
            if tokens[later].text.lower() in ("and", "or") and not seen:
                break
            if tokens[later].text.lower() in _PASSED_OVER:
                continue
            seen += 1
            reach.add(later)
            if seen == 1:
                heads.add(later)
            if seen == 4:
                break
    return frozenset(heads), frozenset(reach)


def is_denial(word: Word) -> bool:
    """Whether the word only denies, or only helps a verb to be denied ("did not")."""
    return word.text.lower() in _DENY or word.text.lower() in ("do", "does", "did")
