"""Vectors on a Chroma server: one collection a base, so that several processes may share them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit
from uuid import uuid4

from index.errors import StoreError
from index.vectors import Base, Batches, Sealed, fill, open_collection, release

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection

# Records in one call, written or given: the most that Chroma Cloud takes (docs.trychroma.com/cloud/quotas-limits).
MOST = 300


class ServerBases:
    """The bases of one generation of one index on a server, given as `http://host:port/name`."""

    def __init__(self, server: str, generation: str) -> None:
        self._server = server
        self._prefix = f"{urlsplit(server).path.strip('/')}.{generation}."

    def seal(self, batches: Batches, count: int, done: Callable[[int], None]) -> str:
        name = uuid4().hex[:12]
        client = self._client()
        try:
            fill(client, self._prefix + name, _pieces(batches), count, done)
        finally:
            release(client)
        return name

    def open(self, name: str) -> Sealed:
        return open_collection(self._client(), self._prefix + name, MOST)

    def sound(self, base: Base) -> bool:
        client = self._client()
        try:
            return any(
                collection.name == self._prefix + base.name and collection.count() == base.count
                for collection in _collections(client)
            )
        except Exception as error:  # Chroma raises many kinds
            raise self._unreachable(error) from error
        finally:
            release(client)

    def sweep(self, keep: str | None) -> None:
        client = self._client()
        try:
            for collection in list(_collections(client)):
                if collection.name.startswith(self._prefix) and collection.name != self._prefix + (keep or ""):
                    client.delete_collection(collection.name)
        except Exception as error:
            raise self._unreachable(error) from error
        finally:
            release(client)

    def _client(self) -> Client:
        import chromadb
        from chromadb.config import Settings

        parts = urlsplit(self._server)
        try:
            client = chromadb.HttpClient(
                host=parts.hostname or "",
                port=parts.port or 8000,
                ssl=parts.scheme == "https",
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
