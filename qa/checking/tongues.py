"""Which language a sentence is in, as far as its commonest words or its script tell (pure)."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import lru_cache

# The words that make up a third of any text in the language; a few of each are in nearly every sentence.
_COMMON = {
    "en": "the of and to in is was for that it with as on be at by this had not are but from have or were a an he she "
    "i you they his her its their if do will would who all no more one has been said which when there than what after",
    "de": "der die das und ist nicht den dem des ein eine einen mit von zu auf für sich auch wird wurde sind im am bei "
    "um ab nach aus",
    "fr": "le la les des et est une dans pour que qui sur pas avec par au aux du ce cette sont été il elle ne se en",
    "es": "el la los las y es una en que por para con del se no su al más fue son como lo un este pero sobre qué cómo "
    "quién cuándo dónde",
    "it": "il lo la gli le e è una di che per con non del della dei nel si sono come più al un ha anche questo",
    "pt": "o a os as e é uma de que em para com não do da dos das no na se foi são por um mais ao como",
    "nl": "de het een en van is in op dat te met voor niet zijn aan er door ook als om bij naar werd dit maar",
    "sv": "och att det som en är på för med av inte den till har de om ett var vid från men",
    "da": "og at det som en er på for med af ikke den til har de om et var ved fra men blev",
    "pl": "i w na nie się z do jest to że o przez po za od jak są był była oraz ale",
}
_WORDS = {language: frozenset(words.split()) for language, words in _COMMON.items()}
_WORD = re.compile(r"[^\W\d_]+")
_SCRIPTS = frozenset("CJK HIRAGANA KATAKANA HANGUL CYRILLIC GREEK ARABIC HEBREW DEVANAGARI THAI".split())


@lru_cache(maxsize=4096)
def language_of(text: str) -> str:
    """A language tag ("en"), the name of a script that is not Latin ("CYRILLIC"), or "" where neither is clear."""
    letters = [char for char in text if char.isalpha()]
    if not letters:
        return ""
    scripts = Counter(unicodedata.name(char, "?").split()[0] for char in letters)
    script, count = scripts.most_common(1)[0]
    if script in _SCRIPTS and count > 0.4 * len(letters):
        return "CJK" if script in ("HIRAGANA", "KATAKANA") else script
    words = [word.lower() for word in _WORD.findall(text)]
    hits = Counter({language: sum(word in common for word in words) for language, common in _WORDS.items()})
    (best, most), (_, second) = hits.most_common(2)
    # Some of the commonest words of other languages are English words too: "do", "a", "as", "men".
    least = 2 if best == "en" or not hits["en"] else 3
    clear = most >= least and most > second and most >= 0.15 * len(words)
    return best if clear else ""


def differ(a: str, b: str) -> bool:
    """Whether two texts are clearly in different languages."""
    first, second = language_of(a), language_of(b)
    return bool(first and second and first != second)
