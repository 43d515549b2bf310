"""Where an index is kept: a folder, and the Chroma server that holds its vectors, if one does."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import platformdirs

from index.errors import StoreError

_FORM = "Give it as http://HOST:PORT/NAME, or give a folder."


@dataclass(frozen=True, slots=True)
class Location:
    """The folder with the catalog, and the server's URL or "" where the vectors are in the folder too."""

    folder: Path
    server: str = ""

    def __str__(self) -> str:
        return f"{self.folder} and {self.server}" if self.server else str(self.folder)


def default_store(documents: Path) -> Path:
    """Where the index over a documents folder is kept unless told otherwise: under the user's data folder."""
    whole = str(documents.expanduser().resolve())
    return _data_folder() / _folder_name(documents.expanduser().resolve().name, whole)


def locate(store: str | Path) -> Location:
    """Where an index is, from a folder or from `http://host:port[/name]`.

    A server holds the vectors of any number of indexes, told apart by name ("footnote" if none is
    given); the catalog is in a folder of this machine that follows from the URL. Raises `StoreError`
    for a URL that is none of a server.
    """
    if isinstance(store, str) and re.match(r"https?://", store):
        try:
            parts = urlsplit(store)
            host, port = parts.hostname, parts.port
        except ValueError as error:  # a port that is none, a bracket that is not closed
            raise StoreError(f"{store!r} is no address of a Chroma server: {error}. {_FORM}") from error
        if not host:
            raise StoreError(f"{store!r} names no Chroma server. {_FORM}")
        name = parts.path.strip("/") or "footnote"
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,60}", name):
            raise StoreError(
                f"An index on a Chroma server cannot be named {name!r}. Give a name of at most 61 letters, digits, "
                "- and _, without spaces."
            )
        if port is None:
            port = 443 if parts.scheme == "https" else 8000
        server = f"{parts.scheme}://{f'[{host}]' if ':' in host else host}:{port}/{name}"
        return Location(_data_folder() / _folder_name(f"{host}-{name}", server), server)
    return Location(Path(store).expanduser())


def _data_folder() -> Path:
    return Path(platformdirs.user_data_dir("footnote", appauthor=False))


def _folder_name(readable: str, whole: str) -> str:
    kept = re.sub(r"[^A-Za-z0-9_-]+", "-", readable).strip("-")[:40] or "documents"
    return f"{kept}-{sha256(whole.encode('utf-8', 'surrogateescape')).hexdigest()[:12]}"
