"""An index whose vectors are on a real Chroma server, read by several processes at once."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import chromadb
import httpx
import pytest
from chromadb.config import Settings

from index.build import Options, update
from index.checking import check
from index.errors import StoreError
from index.location import locate
from index.sealing import FEW
from index.status import status
from index.store import Store
from index.vectors import release
from tests.index.conftest import TEXTS, Place, contents
from tests.index.tiny import TinyEmbedder

READER = """
import json, sys
from index.store import Store
from index.vectors import release
from tests.index.tiny import TinyEmbedder

store = Store.open(sys.argv[1], embedder_name="tiny@1")
for question in sys.stdin:
    with store.snapshot() as now:
        hits = now.search_vectors(TinyEmbedder().embed_query(question.strip()), 5)
        passages = now.passages([key for key, _ in hits])
        print(json.dumps({"found": [passages[key].text for key, _ in hits], "notice": store.notice}), flush=True)
"""


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Server:
    """`chroma run` on a port of this machine."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/tests"
        self._folder = folder
        self.start()

    def start(self) -> None:
        program = Path(sys.executable).with_name("chroma")
        where = ["--path", str(self._folder), "--host", "127.0.0.1", "--port", str(self.port)]
        self._process = subprocess.Popen([program, "run", *where], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                assert self._process.poll() is None and time.monotonic() < until
                time.sleep(0.05)

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    def collections(self) -> dict[str, int]:
        """How many vectors each collection holds."""
        client = chromadb.HttpClient("127.0.0.1", self.port, settings=Settings(anonymized_telemetry=False))
        try:
            return {collection.name: collection.count() for collection in client.list_collections()}
        finally:
            release(client)


class Reader:
    """A process that opened the index and answers questions."""

    def __init__(self, url: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", READER, url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        )

    def ask(self, question: str) -> tuple[list[str], str]:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(question + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        return answer["found"], answer["notice"]

    def stop(self) -> None:
        self._process.communicate(timeout=30)


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))  # where the catalog is kept
    server = Server(tmp_path / "chroma")
    yield server
    server.stop()


def nearest(url: str, question: str) -> list[str]:
    """The five nearest passages, by scoring all."""
    vector = TinyEmbedder().embed_query(question)
    store = Store.open(url)
    with store.snapshot() as now:
        passages = {key: one for record in now.documents() for key, one in now.passages_of(record.path).items()}
        exact = sorted(now.score_vectors(vector, passages).items(), key=lambda hit: (-hit[1], hit[0]))[:5]
    store.close()
    return [passages[key].text for key, _ in exact]


def test_two_processes_share_a_server_while_the_index_changes(empty: Place, server: Server) -> None:
    for path, text in TEXTS.items():
        empty.write(path, text)
    update(empty.documents, server.url, TinyEmbedder())
    empty.update()
    assert contents(server.url) == contents(empty.store)  # a server or a folder: the same index
    assert list(server.collections().values()) == [status(server.url).vectors] == [status(server.url).sealed_vectors]
    readers = [Reader(server.url), Reader(server.url)]
    try:
        for question in ("the turbine stands", "high water at the harbour"):
            for reader in readers:
                assert reader.ask(question) == (nearest(server.url, question), "")
        empty.write("many.md", "\n".join(f"# {i}\n\nText number {i} on grain.\n" for i in range(FEW + 1)))
        update(empty.documents, server.url, TinyEmbedder())
        assert sorted(server.collections().values())[-1] > FEW
        for question in ("Text number 7 on grain", "the turbine stands"):
            for reader in readers:
                assert reader.ask(question) == (nearest(server.url, question), "")
        (empty.documents / "mill.txt").unlink()
        update(empty.documents, server.url, TinyEmbedder(), Options(anew=True))
        assert len(server.collections()) == 1  # the generation before took its own along
        assert check(server.url, empty.documents).problems == ()
        for reader in readers:
            assert reader.ask("the turbine stands") == (nearest(server.url, "the turbine stands"), "")
    finally:
        for reader in readers:
            reader.stop()


def test_a_server_that_is_gone_is_done_without_until_it_is_back(empty: Place, server: Server) -> None:
    empty.write("mill.txt", TEXTS["mill.txt"])
    update(empty.documents, server.url, TinyEmbedder())
    before = contents(server.url)
    store = Store.open(server.url)
    vector = TinyEmbedder().embed_query("a turbine")
    found = store.search_vectors(vector, 3)
    server.stop()
    assert store.search_vectors(vector, 3) == found and store.notice
    assert contents(server.url) == before
    empty.write("more.txt", "Rye stands at two crowns.\n")
    with pytest.raises(StoreError, match="Start it with chroma run"):
        update(empty.documents, server.url, TinyEmbedder())
    server.start()
    report = update(empty.documents, server.url, TinyEmbedder())
    assert report.plan.empty  # what was read before the server was missed is kept
    assert len(store.documents()) == 2
    store.close()
    assert check(server.url, empty.documents).problems == ()


def test_one_server_holds_several_indexes(empty: Place, server: Server) -> None:
    empty.write("mill.txt", TEXTS["mill.txt"])
    other = server.url.replace("/tests", "/tests-of-others")
    for url in (server.url, other):
        update(empty.documents, url, TinyEmbedder())
    assert len(server.collections()) == 2
    update(empty.documents, server.url, TinyEmbedder(), Options(anew=True))
    assert len(server.collections()) == 2
    for url in (server.url, other):
        assert check(url).problems == ()


def test_indexes_of_one_name_on_two_machines_leave_each_other_alone(
    empty: Place, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text in ("The mill grinds rye.\n", "The harbour opened in 1874.\n", "The mill grinds oats.\n"):
        machine = tmp_path / ("one" if "mill" in text else "other")
        monkeypatch.setenv("XDG_DATA_HOME", str(machine))
        empty.write("a.txt", text)
        update(empty.documents, server.url, TinyEmbedder(), Options(anew=True))
    assert len(server.collections()) == 2
    for machine in (tmp_path / "one", tmp_path / "other"):
        monkeypatch.setenv("XDG_DATA_HOME", str(machine))
        assert check(server.url).problems == ()


def test_an_index_that_lost_its_mark_is_sealed_again(empty: Place, server: Server) -> None:
    empty.write("mill.txt", TEXTS["mill.txt"])
    update(empty.documents, server.url, TinyEmbedder())
    before = contents(server.url)
    (locate(server.url).folder / "owner").unlink()
    assert contents(server.url) == before
    assert update(empty.documents, server.url, TinyEmbedder()).repaired
    assert check(server.url, empty.documents).problems == () and contents(server.url) == before


def test_an_address_of_version_6_keeps_its_brackets() -> None:
    assert locate("http://[::1]:8000/tests").server == "http://[::1]:8000/tests"
    assert locate("https://[::1]").server == "https://[::1]:443/footnote"


class Gate(ThreadingHTTPServer):
    """What stands before a server that is not open to all: who brings no key is turned away.

    With `cloud` it is as strict as Chroma Cloud: it says which tenant and database a key is for, lets nobody into
    others, and takes or gives so many records in one call.
    """

    def __init__(self, behind: int, key: str, cloud: tuple[str, str, int] | None = None) -> None:
        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                status, content = self.refusal(body)
                if cloud and self.path == "/api/v2/auth/identity":
                    content = json.dumps({"user_id": "ann", "tenant": cloud[0], "databases": [cloud[1]]}).encode()
                elif status == 200:
                    url = f"http://127.0.0.1:{behind}{self.path}"
                    headers = {"content-type": self.headers.get("content-type", "application/json")}
                    passed = httpx.request(self.command, url, content=body, headers=headers, timeout=60)
                    status, content = passed.status_code, passed.content
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def refusal(self, body: bytes) -> tuple[int, bytes]:
                if self.headers.get("x-chroma-token") != key:
                    return 401, b'{"error": "Unauthorized"}'
                if cloud is None:
                    return 200, b""
                tenant, database, most = cloud
                mine = f"/api/v2/tenants/{tenant}"
                own = self.path == mine or f"{self.path}/".startswith(f"{mine}/databases/{database}/")
                if "/tenants/" in self.path and not own:
                    return 403, b'{"error": "Forbidden"}'
                asked = json.loads(body) if body else {}
                records = [len(asked.get("ids") or ()), asked.get("limit") or 0, asked.get("n_results") or 0]
                if max(records) > most:
                    return 422, b'{"error": "Quota exceeded"}'
                largest.append(max(records))
                return 200, b""

            do_GET = do_POST = do_PUT = do_DELETE = answer

            def log_message(self, format: str, *arguments: object) -> None:
                pass

        self.largest = largest = list[int]()  # the most records that each call held or asked for
        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> str:
    """A key, in the variables that Chroma's own client reads."""
    monkeypatch.setenv("CHROMA_CLIENT_AUTH_PROVIDER", "chromadb.auth.token_authn.TokenAuthClientProvider")
    monkeypatch.setenv("CHROMA_AUTH_TOKEN_TRANSPORT_HEADER", "X-Chroma-Token")
    monkeypatch.setenv("CHROMA_CLIENT_AUTH_CREDENTIALS", "the-key")
    return "the-key"


def test_a_server_that_asks_for_a_key(empty: Place, server: Server, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    empty.write("mill.txt", TEXTS["mill.txt"])
    with Gate(server.port, key) as gate:
        url = f"http://127.0.0.1:{gate.server_port}/tests"
        with monkeypatch.context() as without:
            without.setenv("CHROMA_CLIENT_AUTH_CREDENTIALS", "another-key")
            with pytest.raises(StoreError, match="cannot be used"):
                update(empty.documents, url, TinyEmbedder())
        update(empty.documents, url, TinyEmbedder())
        assert check(url, empty.documents).problems == ()
        empty.update()
        assert contents(url) == contents(empty.store)
        assert list(server.collections().values()) == [status(url).vectors]
        gate.shutdown()


def test_within_the_limits_of_chroma_cloud(
    empty: Place, server: Server, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key for one tenant's database, and at most 300 records in a call."""
    client = chromadb.AdminClient(
        Settings(
            chroma_api_impl="chromadb.api.fastapi.FastAPI",
            chroma_server_host="127.0.0.1",
            chroma_server_http_port=server.port,
            anonymized_telemetry=False,
            chroma_client_auth_provider=None,
        )
    )
    client.create_tenant("ann")
    client.create_database("papers", "ann")
    monkeypatch.setenv("CHROMA_OVERWRITE_SINGLETON_TENANT_DATABASE_ACCESS_FROM_AUTH", "true")
    empty.write("many.md", "\n".join(f"# {i}\n\nText number {i} on grain.\n" for i in range(700)))
    for path, text in TEXTS.items():
        empty.write(path, text)
    with Gate(server.port, key, ("ann", "papers", 300)) as gate:
        url = f"http://127.0.0.1:{gate.server_port}/tests"
        update(empty.documents, url, TinyEmbedder())
        assert check(url, empty.documents).problems == ()
        assert max(gate.largest) == 300
        store = Store.open(url)
        for question in ("Text number 7 on grain", "the turbine stands"):
            vector = TinyEmbedder().embed_query(question)
            with store.snapshot() as now:
                passages = [key for record in now.documents() for key in now.passages_of(record.path)]
                exact = sorted(now.score_vectors(vector, passages).items(), key=lambda hit: (-hit[1], hit[0]))
                for limit in (10, 100, 400):  # the last asks for more than the server gives
                    found = now.search_vectors(vector, limit)
                    assert [cosine for _, cosine in found] == pytest.approx([cosine for _, cosine in exact[:limit]])
        assert not store.notice
        store.close()
        update(empty.documents, url, TinyEmbedder(), Options(anew=True))
        assert check(url, empty.documents).problems == ()
        gate.shutdown()
    assert server.collections() == {}  # all of it went into the tenant's database
