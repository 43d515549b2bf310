"""Errors a user may see.

    FootnoteError                 anything below; its message may be shown to a user
    ├── DocumentsError            the documents folder cannot be used
    ├── EmbeddingError            the embedding model cannot be loaded or run
    ├── StoreError                the index cannot be opened, read or written
    │   ├── StoreBusy             another process is writing to the index
    │   └── StoreTooNew           a newer version of Footnote wrote the index
    ├── ReaderError               the reader's weights cannot be loaded or run
    └── ModelError                a language model cannot be reached or failed while writing

A message says what was attempted, on what, and what to do next. A caller's mistake is a
`ValueError`, and "the documents do not say" is an `Answer`: neither belongs here.
"""


class FootnoteError(Exception):
    """Base of every error whose message may be shown to a user."""


class DocumentsError(FootnoteError):
    """The documents folder is missing, not a folder, or not readable."""


class EmbeddingError(FootnoteError):
    """The embedding model cannot be loaded, is not the one expected, or failed."""


class StoreError(FootnoteError):
    """The index cannot be opened, read or written."""


class StoreBusy(StoreError):
    """Another process is writing to the index."""


class StoreTooNew(StoreError):
    """A newer version of Footnote wrote the index."""


class ReaderError(FootnoteError):
    """The reader's weights cannot be loaded, are not the ones expected, or failed."""


class ModelError(FootnoteError):
    """A language model cannot be reached, refused the request, or broke off."""
