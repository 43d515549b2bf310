"""Vectors on a Chroma server: one collection a base, so that several processes may share them.

A collection is called NAME.OWNER.GENERATION.BASE. NAME, from the URL, tells people, and the indexes of one machine,
which index it is. OWNER, made once and kept in the file `owner` of the index's folder, keeps apart the indexes that
have one name on several machines: each sees and deletes only its own collections. It is not in the catalog, since a
catalog may be damaged and replaced, or exported and imported elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, cast
from uuid import uuid4

from index import notes
from index.errors import StoreError
from index.vectors import Base, Batches, Sealed, fill, open_collection, release

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection

    from index.location import Location

OWNER = "owner"

# Records in one call, written or given: the most that Chroma Cloud takes (docs.trychroma.com/cloud/quotas-limits).
MOST = 300


class ServerBases:
    """The bases of one generation of one index on a server."""

    def __init__(self, location: Location, generation: str) -> None:
        self._server = location.server  # http://host:port/name
        self._address, _, self._name = location.server.rpartition("/")
        self._folder = location.folder
        self._generation = generation

    def seal(self, batches: Batches, count: int, done: Callable[[int], None]) -> str:
        name = uuid4().hex[:12]
        self._claim()
        client = self._client()
        try:
            fill(client, self._prefix() + name, _pieces(batches), count, done)
        finally:
            release(client)
        return name

    def open(self, name: str) -> Sealed:
        return open_collection(self._client(), self._prefix() + name, MOST)

    def sound(self, base: Base) -> bool:
        whole = self._prefix() + base.name
        client = self._client()
        try:
            return any(
                collection.name == whole and collection.count() == base.count for collection in _collections(client)
            )
        except Exception as error:  # Chroma raises many kinds
            raise self._unreachable(error) from error
        finally:
            release(client)

    def sweep(self, keep: str | None) -> None:
        prefix = self._prefix()
        client = self._client()
        try:
            for collection in list(_collections(client)):
                if collection.name.startswith(prefix) and collection.name != prefix + (keep or ""):
                    client.delete_collection(collection.name)
        except Exception as error:
            raise self._unreachable(error) from error
        finally:
            release(client)

    def _prefix(self) -> str:
        """What the collections' names begin with. Where nobody owns any yet, nothing on the server does."""
        return f"{self._name}.{notes.read(self._folder, OWNER) or ''}.{self._generation}."

    def _claim(self) -> None:
        """Make the owner's mark, for one who holds the write lock, where there is none."""
        if not notes.read(self._folder, OWNER):
            notes.write(self._folder, OWNER, uuid4().hex[:12])

    def _client(self) -> Client:
        import chromadb
        from chromadb.config import Settings

        try:
            # The whole address as the host: Chroma would put no brackets around an IPv6 one.
            client = chromadb.HttpClient(
                host=self._address,
                ssl=self._address.startswith("https:"),
                settings=Settings(anonymized_telemetry=False),
            )
        except Exception as error:
            raise self._unreachable(error) from error
        return cast("Client", client)

    def _unreachable(self, error: Exception) -> StoreError:
        return StoreError(
            f"The Chroma server at {self._server} cannot be used: {error}. Start it with chroma run --path FOLDER "
            "--port PORT, or give another place with --store."
        )


def _pieces(batches: Batches) -> Batches:
    for ids, rows in batches:
        for at in range(0, len(ids), MOST):
            yield ids[at : at + MOST], rows[at : at + MOST]


def _collections(client: Client) -> Iterator[Collection]:
    at = 0
    while some := client.list_collections(limit=MOST, offset=at):
        yield from some
        at += len(some)
