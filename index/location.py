"""Where an index is kept: a folder, and the Chroma server that holds its vectors, if one does."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import platformdirs


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
    given); the catalog is in a folder of this machine that follows from the URL.
    """
    if isinstance(store, str) and re.match(r"https?://", store):
        parts = urlsplit(store)
        if not parts.hostname:
            raise ValueError(f"a Chroma server is given as http://host:port, got {store!r}")
        name = parts.path.strip("/") or "footnote"
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,60}", name):
            raise ValueError(f"an index on a server is named in letters, digits, - and _, got {name!r}")
        port = parts.port or (443 if parts.scheme == "https" else 8000)
        server = f"{parts.scheme}://{parts.hostname}:{port}/{name}"
        return Location(_data_folder() / _folder_name(f"{parts.hostname}-{name}", server), server)
    return Location(Path(store).expanduser())


def _data_folder() -> Path:
    return Path(platformdirs.user_data_dir("footnote", appauthor=False))


def _folder_name(readable: str, whole: str) -> str:
    kept = re.sub(r"[^A-Za-z0-9_-]+", "-", readable).strip("-")[:40] or "documents"
    return f"{kept}-{sha256(whole.encode('utf-8', 'surrogateescape')).hexdigest()[:12]}"
