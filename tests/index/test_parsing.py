"""Listing a folder, and reading its files in processes that can be killed."""

from __future__ import annotations

import os
import re
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index.documents import Document, Rejected
from index.errors import DocumentsError
from index.parsing import Parser, list_files
from tests.index.conftest import shut

PAGE = "<html><body><h1>Tides</h1><p>The tide turns twice a day at the old mill.</p></body></html>"

LOG = "The tide turns twice a day at the old mill."

HOSTILE = """
import ctypes, os, sys, time
from index.formats.reading import read_unguarded

LEAKED = []


def read(root, path):
    if "exit" in path:
        os._exit(3)
    if "segfault" in path:
        ctypes.string_at(0)
    if "hang" in path:
        time.sleep(3600)
    if "memory" in path:
        hoard = [bytearray(64 << 20) for _ in range(1000)]
    if "leak" in path:
        LEAKED.append(bytearray(200 << 20))
    if "loud" in path:
        print("x" * 100_000)
        os.write(1, b"noise")
    return read_unguarded(root, path)
"""


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Parser]:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "hostile_reader.py").write_text(HOSTILE)
    monkeypatch.syspath_prepend(str(tmp_path / "code"))
    folder = tmp_path / "documents"
    folder.mkdir()
    for name in ("exit", "segfault", "hang", "memory", "loud", "good", "leak-1", "leak-2", "leak-3"):
        (folder / f"{name}.log").write_text(LOG)  # of a format whose reader loads no library
    with Parser(folder, seconds=30, megabytes=600, reader="hostile_reader:read") as parser:
        yield parser


def paths(root: Path, *exclude: Path) -> list[str]:
    return [file.path for file in list_files(root, exclude).files]


def test_lists_regular_files_below_the_folder_sorted_with_size_and_time(tmp_path: Path) -> None:
    (tmp_path / "b" / "c").mkdir(parents=True)
    (tmp_path / "b" / "c" / "deep.md").write_text("deep")
    (tmp_path / "a.txt").write_text("hello")
    listing = list_files(tmp_path)
    assert [(file.path, file.size) for file in listing.files] == [("a.txt", 5), ("b/c/deep.md", 4)]
    assert listing.files[0].mtime_ns == (tmp_path / "a.txt").stat().st_mtime_ns
    assert listing.rejected == ()


def test_leaves_out_hidden_and_temporary_files_and_the_excluded_folder(tmp_path: Path) -> None:
    for name in (".hidden", "~$report.docx", ".git/config", "__pycache__/x.pyc", "index/store.db", "kept.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    assert paths(tmp_path, tmp_path / "index") == ["kept.txt"]


def test_no_folder_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(DocumentsError, match="missing"):
        list_files(tmp_path / "missing")


def test_folders_may_be_nested_deeper_than_python_calls(tmp_path: Path) -> None:
    folders = [tmp_path]
    for _ in range(700):
        folders.append(folders[-1] / "d")
        folders[-1].mkdir()
    (folders[-1] / "note.txt").write_text("x")
    try:
        (file,) = list_files(tmp_path).files
        assert file.path == "d/" * 700 + "note.txt"
    finally:  # pytest would take as many calls
        (folders[-1] / "note.txt").unlink()
        for folder in reversed(folders[1:]):
            folder.rmdir()


def test_a_folder_that_cannot_be_read_is_reported_and_the_others_are_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("shut/a.txt", "open/b.txt"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("x")
    shut(monkeypatch, tmp_path / "shut")
    listing = list_files(tmp_path)
    assert [file.path for file in listing.files] == ["open/b.txt"] and listing.unseen == ("shut",)
    assert [(one.path, one.state) for one in listing.rejected] == [("shut", "failed")]
    assert "Permission denied" in listing.rejected[0].reason
    shut(monkeypatch, tmp_path)
    with pytest.raises(DocumentsError, match="Cannot read the documents folder"):
        list_files(tmp_path)


def test_links_are_followed_inside_the_folder_only_and_never_in_circles(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    (root / "sub").mkdir(parents=True)
    outside.mkdir()
    (outside / "secret.txt").write_text("secret")
    (root / "sub" / "note.txt").write_text("note")
    (root / "same.txt").symlink_to(root / "sub" / "note.txt")
    (root / "folder").symlink_to(root / "sub")
    (root / "sub" / "loop").symlink_to(root)
    (root / "escape").symlink_to(outside)
    (root / "escape.txt").symlink_to(outside / "secret.txt")
    (root / "dangling").symlink_to(root / "nothing")
    (root / "itself").symlink_to(root / "itself")
    listing = list_files(root)
    assert [file.path for file in listing.files] == ["folder/note.txt", "same.txt", "sub/note.txt"]
    assert {one.path: one.state for one in listing.rejected} == {
        "dangling": "failed",
        "escape": "unsupported",
        "escape.txt": "unsupported",
        "folder/loop": "unsupported",
        "itself": "failed",
        "sub/loop": "unsupported",
    }


def test_fifos_and_sockets_are_reported_and_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.txt")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s"))
        listing = list_files(tmp_path)
    assert listing.files == ()
    assert [(one.path, one.state) for one in listing.rejected] == [("fifo.txt", "unsupported"), ("s", "unsupported")]
    with Parser(tmp_path) as parser:
        (rejected,) = parser.read("fifo.txt")
    assert isinstance(rejected, Rejected)
    assert "not a regular file" in rejected.reason


def test_strange_names_are_kept_and_names_that_are_not_unicode_reported(tmp_path: Path) -> None:
    names = ["<img src=x onerror=alert(1)>.txt", "two\nlines.txt", "'\"`.txt", "\u202egnp.txt", "日本.txt", "a\\b.txt"]
    for name in names:
        (tmp_path / name).write_text("The text of the file.")
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_text("x")
    listing = list_files(tmp_path)
    assert {file.path for file in listing.files} == set(names)
    assert [one.path for one in listing.rejected] == ["caf\\xe9.txt"]
    with Parser(tmp_path) as parser:
        for name in names:
            (document,) = parser.read(name)
            assert isinstance(document, Document)
            assert document.path == name


def test_twenty_thousand_files_are_listed_in_well_under_a_second(tmp_path: Path) -> None:
    (tmp_path / "0").mkdir()
    for number in range(1000):
        (tmp_path / "0" / f"{number}.txt").touch()
    for folder in range(1, 20):
        (tmp_path / str(folder)).symlink_to(tmp_path / "0")
    begun = time.process_time()
    assert len(list_files(tmp_path).files) == 20_000
    assert time.process_time() - begun < 0.9


def test_a_process_reads_one_file_after_another(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PAGE)
    with Parser(tmp_path) as parser:
        first, second = parser.read("page.html"), parser.read("page.html")
    assert first == second
    assert isinstance(first[0], Document)
    assert first[0].title == "Tides"
    assert "turns twice a day" in first[0].text


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("exit", "exit status 3"),
        ("segfault", "SIGSEGV"),
        ("memory", "more than 600 MB of memory"),
    ],
)
def test_a_file_that_kills_its_reader_is_reported_and_the_next_one_is_read(
    hostile: Parser, name: str, reason: str
) -> None:
    (rejected,) = hostile.read(f"{name}.log")
    assert isinstance(rejected, Rejected)
    assert rejected.state == "failed"
    assert rejected.path == f"{name}.log"
    assert re.search(reason, rejected.reason)
    (document,) = hostile.read("good.log")
    assert isinstance(document, Document)


@pytest.mark.parametrize(
    ("content", "is_plain"),
    [
        (b"The tide turns twice a day.", True),
        (b"", True),
        (b"SQLite format 3\x00", True),  # nothing that any reader takes
        (b"%PDF-1.7 and so on", False),
        (PAGE.encode(), False),
        (b"{\\rtf1 The tide}", False),
        (b"\x89PNG\r\n" + bytes(40), False),
        (b"The tide turns. " * 70_000, False),
    ],
)
def test_only_what_is_text_by_its_content_is_read_in_this_process(
    hostile: Parser, tmp_path: Path, content: bytes, is_plain: bool
) -> None:
    for name in ("exit.txt", "exit.md"):  # the name that ends the process that reads it
        (tmp_path / "documents" / name).write_bytes(content)
        (found,) = hostile.read(name)
        assert (isinstance(found, Rejected) and "exit status 3" in found.reason) == (not is_plain)


def test_a_file_that_takes_too_long_is_stopped_and_reported(hostile: Parser, tmp_path: Path) -> None:
    with Parser(tmp_path / "documents", seconds=1, reader="hostile_reader:read") as impatient:
        for _ in range(2):
            (rejected,) = impatient.read("hang.log")
            assert isinstance(rejected, Rejected)
            assert "more than 1 seconds" in rejected.reason


def test_a_file_does_not_suffer_from_the_files_before_it(hostile: Parser) -> None:
    for number in (1, 2, 3):  # together they need more than the process may use
        (document,) = hostile.read(f"leak-{number}.log")
        assert isinstance(document, Document)


def test_what_a_library_prints_does_not_garble_the_answers(hostile: Parser) -> None:
    (document,) = hostile.read("loud.log")
    assert isinstance(document, Document)


def test_several_files_are_parsed_at_once(tmp_path: Path) -> None:
    for number in range(8):
        (tmp_path / f"{number}.log").write_text(f"Tides {number}")
    with Parser(tmp_path, processes=2) as parser, ThreadPoolExecutor(4) as pool:
        found = list(pool.map(parser.read, [f"{number}.log" for number in range(8)]))
    assert [document.title for (document,) in found if isinstance(document, Document)] == [
        f"Tides {n}" for n in range(8)
    ]


def children() -> set[int]:
    """The processes that this one has started and not yet buried."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # ended in the meantime
        if int(fields[1]) == os.getpid():
            found.add(int(entry.parent.name))
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes under /proc")
def test_no_process_is_left_after_closing(tmp_path: Path) -> None:
    (tmp_path / "page.log").write_text(LOG)
    before = children()
    with Parser(tmp_path, processes=2) as parser:
        parser.read("page.log")
        parser.read("page.log")
        assert children() - before
    assert children() <= before


def test_closing_does_not_wait_for_a_file_that_is_being_read(hostile: Parser) -> None:
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(hostile.read, "hang.log")
        time.sleep(1.0)
        assert not reading.done()
        began = time.monotonic()
        hostile.close()
        (rejected,) = reading.result(timeout=10)
    assert isinstance(rejected, Rejected) and time.monotonic() - began < 10
