"""Uploaded files: safe names, limits, nothing outside the documents folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import DocumentsError
from index.formats.choosing import ENDINGS, format_of
from index.formats.unreadable import Unreadable
from ui.uploads import Limits, remove, safe_name, store


@given(st.text(max_size=300))
def test_a_safe_name_is_one_plain_name(name: str) -> None:
    safe = safe_name(f"{name}.txt")
    assert safe.endswith(".txt")
    assert not set(safe) & set('<>:"/\\|?*\n\x00\u202e')
    assert not safe.startswith((".", " ")) and safe == safe.strip()
    assert len(safe.encode()) <= 120


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("..\\..\\x.md", "x.md"),
        ("<img src=x onerror=alert(1)>.txt", "_img src=x onerror=alert(1)_.txt"),
        ("a\nb\u202e.pdf", "a_b_.pdf"),
        ("CON.txt", "CON_.txt"),
        ("....txt", "document.txt"),
        ("Überblick 2033.docx", "Überblick 2033.docx"),
    ],
)
def test_names_keep_their_look(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@pytest.mark.parametrize("name", ["virus.exe", "noending", ".bashrc", "a.txt/", "x.tar.gz"])
def test_other_types_are_refused(name: str) -> None:
    if name == "a.txt/":
        assert safe_name(name) == "a.txt"
        return
    with pytest.raises(DocumentsError, match="not read"):
        safe_name(name)


def test_what_the_index_reads_may_be_added() -> None:
    for ending, name in ENDINGS.items():
        assert safe_name(f"A.{ending.upper()}") == f"A.{ending.upper()}"
        try:
            assert format_of(b"Plain words.", f"a.{ending}") == name
        except Unreadable:
            assert ending == name  # not a text file
    assert {"txt", "log", "srt", "docx", "png", "qmd", "ts"} <= ENDINGS.keys()
    assert not {"doc", "xls", "ppt"} & ENDINGS.keys()


def test_a_taken_name_gets_a_number(tmp_path: Path) -> None:
    folder, sent = tmp_path / "documents", tmp_path / "sent"
    folder.mkdir()
    sent.write_text("new")
    (folder / "a.txt").write_text("old")
    assert store(folder, sent, "a.txt", Limits()) == "a (2).txt"
    assert store(folder, sent, "a.txt", Limits()) == "a (3).txt"
    assert (folder / "a.txt").read_text() == "old"
    assert sorted(path.name for path in folder.iterdir()) == ["a (2).txt", "a (3).txt", "a.txt"]


def test_large_files_are_refused(tmp_path: Path) -> None:
    sent = tmp_path / "sent"
    sent.write_bytes(b"x" * 11)
    with pytest.raises(DocumentsError, match="11 bytes"):
        store(tmp_path, sent, "a.txt", Limits(size=10))


@pytest.mark.parametrize(
    "path", ["../secret.txt", "/etc/passwd", "", "..", "inner/../../secret.txt", "link/secret.txt"]
)
def test_nothing_outside_the_folder_is_removed(tmp_path: Path, path: str) -> None:
    folder, outside = tmp_path / "documents", tmp_path / "outside"
    folder.mkdir()
    outside.mkdir()
    (outside / "secret.txt").write_text("x")
    (tmp_path / "secret.txt").write_text("x")
    (folder / "link").symlink_to(outside)
    with pytest.raises(DocumentsError):
        remove(folder, path)
    assert (outside / "secret.txt").exists() and (tmp_path / "secret.txt").exists()


def test_a_document_is_removed(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "a.txt").write_text("x")
    remove(tmp_path, "inner/a.txt")
    assert list((tmp_path / "inner").iterdir()) == []
