"""Which documents a person chose in the page: to see in the list, and to ask."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from index.errors import FootnoteError
from ui.rail import Listed, kind

_NOT_UNDERSTOOD: Final = "The page's choice of documents was not understood. Reload the page."


@dataclass(frozen=True, slots=True)
class Filter:
    """The documents to list: `words` stand in title, path or what is wrong with it, `type` is its kind.

    It is dated between `since` and `until`, compared as far as each is given: "2024" is all of that year. Empty is any.
    """

    words: str = ""
    type: str = ""
    since: str = ""
    until: str = ""

    @classmethod
    def of(cls, given: Any) -> Filter:
        """The filter that the page's script sends. Raises `FootnoteError` for anything else."""
        match given:
            case {"words": str(words), "type": str(type), "since": str(since), "until": str(until)}:
                return cls(words, type, since, until)
        raise FootnoteError(_NOT_UNDERSTOOD)

    def fits(self, document: Listed) -> bool:
        """Whether a document is to be listed."""
        date = document.metadata.date
        return (
            self.words.casefold() in f"{document.title} {document.path} {document.reason}".casefold()
            and self.type in ("", kind(document.path))
            and (not self.since or date >= self.since)
            and (not self.until or "" < date[: len(self.until)] <= self.until)
        )


@dataclass(frozen=True, slots=True)
class Scope:
    """The documents to ask: with `everything`, all but those of the paths `but`; without it, only those.

    So a few of very many are named in few words either way, whether or not the page lists them.
    """

    everything: bool = True
    but: frozenset[str] = frozenset()

    @classmethod
    def of(cls, given: Any) -> Scope:
        """The scope that the page's script sends. Raises `FootnoteError` for anything else."""
        match given:
            case {"everything": bool(everything), "but": list(but)} if all(isinstance(path, str) for path in but):
                return cls(everything, frozenset(but))
        raise FootnoteError(_NOT_UNDERSTOOD)

    def within(self, indexed: Iterable[str]) -> tuple[str, ...]:
        """Those of the indexed documents, by path, that are to be asked."""
        return tuple(path for path in indexed if self.everything != (path in self.but))

    def gone(self, indexed: Iterable[str]) -> list[str]:
        """The paths it names that are not indexed (any more)."""
        return sorted(self.but.difference(indexed))
