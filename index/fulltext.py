"""Words in tantivy: sealed once written, and then only read, like the vectors in Chroma.

SQLite's full-text search scores every passage that holds any word of a question: 460 ms for a
question at 100,000 passages, where tantivy, which skips what cannot come to the top, takes 5. So
tantivy holds the passages up to a certain key, SQLite those that came later, and both only propose:
scores come from `ranking`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import StoreError
from index.ranking import HEADING_WEIGHT, TEXT_WEIGHT, TITLE_WEIGHT
from index.seals import Seals

if TYPE_CHECKING:
    import tantivy

COLUMNS = {"title": TITLE_WEIGHT, "heading": HEADING_WEIGHT, "text": TEXT_WEIGHT}
HEAP = 128_000_000  # bytes tantivy may use while it writes
Row = tuple[int, int, str, str, str]  # key, document's row, and title, heading and text as terms with spaces between


@dataclass(frozen=True, slots=True)
class WordBase:
    """Which passages tantivy holds: those the catalog had, up to the key `upto`, when `name` was made."""

    name: str
    upto: int
    count: int

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> WordBase:
        return cls(**json.loads(text))


class SealedWords:
    """An open base, for searching; safe from several threads."""

    def __init__(self, path: Path) -> None:
        import tantivy

        with _ours(f"Opening the words at {path}"):
            self._index = tantivy.Index.open(str(path))
            self._searcher = self._index.searcher()

    def __len__(self) -> int:
        return self._searcher.num_docs

    def query(self, worths: Mapping[str, float], limit: int, documents: Collection[int] | None = None) -> list[int]:
        """The keys of about the `limit` best passages for some terms, of certain documents or of all.

        `worths` says what each term is worth, in place of what tantivy makes of its own counts: those are
        of the passages the base was made from, and give a term that most of them hold too much.
        """
        from tantivy import Occur, Query

        schema = self._index.schema
        with _ours("Searching the words"):
            parts = []
            for term, value in worths.items():
                for column, weight in COLUMNS.items():
                    found = Query.term_query(schema, column, term, "freq")
                    parts.append((Occur.Should, Query.boost_query(found, weight * value / self._worth(column, term))))
            wanted = Query.boolean_query(parts)
            if documents is not None:
                among = Query.const_score_query(Query.term_set_query(schema, "document", list(documents)), 0.0)
                wanted = Query.boolean_query([(Occur.Must, wanted), (Occur.Must, among)])
            hits = self._searcher.search(wanted, limit, count=False).hits
            keys = self._searcher.fast_field_values("key", [at for _, at in hits])
            return [int(key) for key in keys if key is not None]

    def _worth(self, column: str, term: str) -> float:
        """What tantivy multiplies a term's part of a score with: its inverse document frequency (`Bm25Weight`)."""
        holding = self._searcher.doc_freq(column, term)
        return math.log(1 + (len(self) - holding + 0.5) / (holding + 0.5))

    def keys(self) -> set[int]:
        """The keys of all its passages, for checking."""
        from tantivy import Query

        with _ours("Listing the words"):
            hits = self._searcher.search(Query.all_query(), max(len(self), 1), count=False).hits
            keys = self._searcher.fast_field_values("key", [at for _, at in hits])
            return {int(key) for key in keys if key is not None}


class WordBases:
    """Bases in a generation's folder, one tantivy folder each."""

    def __init__(self, folder: Path) -> None:
        self._seals = Seals(folder / "words", "*")

    def seal(self, rows: Iterable[Row], count: int, done: Callable[[int], None]) -> str:
        """Make a base of `count` passages and return its name; `done` is told how many are in so far."""
        import tantivy

        def check(path: Path) -> None:
            if len(SealedWords(path)) != count:
                raise StoreError(f"The words at {path} are not all there. Run python -m index again.")

        with self._seals.writing(check) as (name, path), _ours(f"Writing the words to {path}"):
            index = tantivy.Index(_schema(), path=str(path))
            writer = index.writer(HEAP, 1)
            for number, (key, document, title, heading, text) in enumerate(rows, 1):
                row = tantivy.Document(title=title, heading=heading, text=text)
                row.add_unsigned("key", key)
                row.add_unsigned("document", document)
                writer.add_document(row)
                if number % 5000 == 0:
                    done(number)
            done(count)
            writer.commit()
            writer.wait_merging_threads()
        return name

    def open(self, name: str) -> SealedWords:
        """Open a base. Raises `StoreError` where it is missing or not as it was."""
        if not self._seals.unchanged(name):
            raise StoreError(
                f"The words at {self._seals.path(name)} are damaged. Run python -m index to make them again."
            )
        return SealedWords(self._seals.path(name))

    def sound(self, name: str) -> bool:
        """Whether a base is there and as it was when it was made."""
        return self._seals.unchanged(name)

    def sweep(self, keep: str | None) -> None:
        """Delete every base but one."""
        self._seals.sweep(keep)


def _schema() -> tantivy.Schema:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("key", fast=True)
    builder.add_unsigned_field("document", indexed=True)
    for column in COLUMNS:
        builder.add_text_field(column, tokenizer_name="whitespace", index_option="freq")
    return builder.build()


@contextmanager
def _ours(attempt: str) -> Iterator[None]:
    """Errors of tantivy as ours. Its panics are no `Exception`, but must not end the program either."""
    try:
        yield
    except StoreError:
        raise
    except BaseException as error:
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise StoreError(f"{attempt} failed: {error}. Run: python -m index check --repair") from error
        raise
