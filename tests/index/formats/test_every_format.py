"""What holds for every format."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.documents import Document, Rejected
from index.formats import read_file

EXPECTED = {  # words that must be found, and how many documents
    "note.txt": ("Boats leave with the ebb.", 1),
    "rules.md": ("| 10 m | 340 |", 1),
    "guide.rst": ("Moor at the quay.", 1),
    "page.html": ("The dues rise in April.", 1),
    "report.pdf": ("The tide turns twice a day.", 1),
    "rules.docx": ("Length: 10 m; Dues: 340 crowns", 1),
    "plan.pptx": ("Year: 2031; Crowns: 1200000", 1),
    "dues.xlsx": ("Length: 10 m; Crowns: 340; Rise: 12%", 1),
    "dues.csv": ("Length: 15 m; Dues: 470", 1),
    "boats.json": ("harbour.name: North", 1),
    "boats.jsonl": ("name: Gull; length: 12", 1),
    "tide.epub": ("The water falls.", 1),
    "dues.eml": ("The dues rise by twelve percent.", 2),
    "rules.odt": ("Length: 10 m; Dues: 340", 1),
    "rules.rtf": ("Length: 10 m; Dues: 340", 1),
    "tide.py": ("    return hour % 12 < 6", 1),
    "papers.zip": ("The tide turns.", 2),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_good_file_gives_its_text_and_its_marks_stand_in_it(
    samples: dict[str, bytes], tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_bytes(samples[name])
    words, count = EXPECTED[name]
    documents = read_file(tmp_path, name)
    assert len(documents) == count
    assert any(isinstance(one, Document) and words in one.text for one in documents), documents
    for document in documents:
        assert isinstance(document, Document)
        assert document.path == name or document.path.startswith(name + "/")
        assert "\r" not in document.text
        assert "\0" not in document.text
        document.text.encode()
        for heading in document.headings:
            line = document.text[heading.start :].partition("\n")[0]
            assert heading.text in line or name == "guide.rst", (heading, line)
        if document.pages:
            assert document.pages[0].start == 0


def test_the_table_above_covers_every_sample(samples: dict[str, bytes]) -> None:
    assert set(EXPECTED) == set(samples) - {"office.png"}


def test_reading_twice_gives_the_same(samples: dict[str, bytes], tmp_path: Path) -> None:
    for name, data in samples.items():
        if name != "office.png":
            (tmp_path / name).write_bytes(data)
            assert read_file(tmp_path, name) == read_file(tmp_path, name)


@pytest.mark.parametrize("name", [*EXPECTED, "office.png", "file", "file.unknown"])
def test_an_empty_file_is_reported_as_empty_under_every_name(tmp_path: Path, name: str) -> None:
    for data in (b"", b" \r\n\t", b"\xef\xbb\xbf"):
        (tmp_path / name).write_bytes(data)
        (rejected,) = read_file(tmp_path, name)
        assert isinstance(rejected, Rejected)
        assert rejected.state == "empty"


def test_content_and_not_the_name_decides(samples: dict[str, bytes], tmp_path: Path) -> None:
    for name in (
        "report.pdf",
        "rules.docx",
        "plan.pptx",
        "dues.xlsx",
        "tide.epub",
        "rules.odt",
        "rules.rtf",
        "page.html",
    ):
        (tmp_path / "file.txt").write_bytes(samples[name])
        (document,) = read_file(tmp_path, "file.txt")
        assert isinstance(document, Document)
        assert EXPECTED[name][0] in document.text


def test_binary_data_is_no_text_whatever_its_name(tmp_path: Path) -> None:
    for name in ("data.txt", "data.md", "data.bin", "data"):
        (tmp_path / name).write_bytes(bytes(range(256)) * 20)
        (rejected,) = read_file(tmp_path, name)
        assert isinstance(rejected, Rejected)
        assert rejected.state == "unsupported"
        assert "binary" in rejected.reason


@pytest.mark.parametrize(
    ("data", "state", "word"),
    [
        (b"\x7fELF" + bytes(100), "unsupported", "program"),
        (b"\x1f\x8b\x08" + bytes(100), "unsupported", ".zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "unsupported", "old Office"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "locked", "password"),
        (b"SQLite format 3\x00" + bytes(100), "unsupported", "database"),
        (b"\x00\x00\x00\x18ftypmp42" + bytes(100), "unsupported", "moving pictures"),
    ],
)
def test_files_that_no_reader_takes_are_reported_with_what_to_do(
    tmp_path: Path, data: bytes, state: str, word: str
) -> None:
    (tmp_path / "file.docx").write_bytes(data)
    (rejected,) = read_file(tmp_path, "file.docx")
    assert isinstance(rejected, Rejected)
    assert (rejected.state, word in rejected.reason) == (state, True)


@pytest.mark.parametrize(
    "text",
    [
        "# PDF\n\nA file begins with %PDF-1.7 and ends with %%EOF.\n",
        "ID3 tags hold the title of a song.\n",
        "The ftyp box comes first.\n",
        "GIF89a is a format of pictures that move.\n",
        "RIFF or WEBP, which is the container?\n",
        "RIFF or WAVE, which is the container?\n",
        "BZh marks bzip2, Rar! another.\n",
        "Rar! is what such files begin with.\n",
        "OggS marks every page.\n",
    ],
)
@pytest.mark.parametrize("name", ["file.md", "file.txt", "file.tex"])
def test_a_text_may_begin_with_the_words_that_mark_other_files(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    (document,) = read_file(tmp_path, name)
    assert isinstance(document, Document)
    assert document.text == text


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"ID3\x03\x00\x00\x00\x00\x0f" + b"x" * 90, "sound"),
        (b"Rar!\x1a\x07\x00" + bytes(90), ".zip"),
        (b"RIFF\x24\x00\x00\x00WAVE" + bytes(90), "sound"),
    ],
)
def test_other_files_are_known_under_the_name_of_a_text(tmp_path: Path, data: bytes, word: str) -> None:
    (tmp_path / "file.txt").write_bytes(data)
    (rejected,) = read_file(tmp_path, "file.txt")
    assert isinstance(rejected, Rejected)
    assert (rejected.state, word in rejected.reason) == ("unsupported", True)


def test_a_pdf_may_have_a_line_before_its_mark(samples: dict[str, bytes], tmp_path: Path) -> None:
    (tmp_path / "report.pdf").write_bytes(b"\r\n" + samples["report.pdf"])
    (document,) = read_file(tmp_path, "report.pdf")
    assert isinstance(document, Document)


def test_a_file_that_is_not_what_its_name_says_is_reported(tmp_path: Path) -> None:
    for ending in ("pdf", "docx", "png", "epub"):
        (tmp_path / f"file.{ending}").write_text("Just words.")
        (rejected,) = read_file(tmp_path, f"file.{ending}")
        assert isinstance(rejected, Rejected)
        assert rejected.state == "failed"
        assert ending in rejected.reason


def test_a_file_beyond_the_limit_is_reported_without_being_read(tmp_path: Path) -> None:
    with (tmp_path / "huge.txt").open("wb") as file:
        file.truncate(2 << 30)  # two gigabytes that take no room
    (rejected,) = read_file(tmp_path, "huge.txt")
    assert isinstance(rejected, Rejected)
    assert rejected.state == "failed"
    assert "2.0 GB" in rejected.reason


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    (rejected,) = read_file(tmp_path, "gone.txt")
    assert isinstance(rejected, Rejected)
    assert "No such file" in rejected.reason
