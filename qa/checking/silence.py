"""Sentences that say what the documents do not say, and nothing else (pure)."""

from __future__ import annotations

import re

from qa.checking.facts import facts
from qa.checking.quantities import same_quantity

_TEXTS = "(?:documents?|passages?|sources?|texts?)"
_SAY = "(?:say|state|mention|specify|contain|tell|give|answer|provide|include|indicate|address|explain|describe|name)"
_SAID = "(?:stated|mentioned|specified|given|named|said|found|contained|addressed)"
_SILENT = re.compile(
    rf"\b{_TEXTS}\b (?:\w+ ){{0,3}}(?:do not|don't|does not|doesn't|did not|never) (?:\w+ )?{_SAY}\b(?! that\b)"
    rf"|\b(?:none|nothing|neither) (?:of|in) the {_TEXTS} (?:\w+ )?{_SAY}s?\b(?! that\b)"
    rf"|\bnot {_SAID} in the {_TEXTS}\b"
    r"|\b(?:Dokumente?n?|Quellen?|Passagen?|Texte?)\b(?: \w+){0,3} (?:nicht|nichts|kein\w*)\b"
    r"|\b(?:documents?|sources?|passages?|textes?) ne \w+ (?:pas|rien|aucun\w*)\b"
    r"|\b(?:documentos|fuentes|textos|pasajes|fontes|passagens) (?:no|não) \w+"
    r"|\b(?:documenti|fonti|testi) non \w+"
    r"|\b(?:documenten|bronnen|passages|teksten)\b(?: \w+){0,3} (?:niet|niets|geen)\b",
    re.IGNORECASE,
)
_MORE = re.compile(r";|,? (?:but|yet|although|while|aber|mais|pero|ma|mas|maar) ", re.IGNORECASE)


def speaks_of_the_documents(sentence: str, question: str) -> bool:
    """Whether a sentence only says that the documents do not say something, with no figures but the question's.

    "The documents do not mention that he resigned" says that he did.
    """
    if not _SILENT.search(sentence) or _MORE.search(sentence):
        return False
    asked = facts(question).numbers
    return all(n.weak or any(same_quantity(n, number) for number in asked) for n in facts(sentence).numbers)
