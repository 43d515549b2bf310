"""Files inside files: zip archives and mail, and what is done about archives that mean harm."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

from index.documents import Document, Rejected
from index.formats import limits


def states(found: tuple[Document | Rejected, ...]) -> dict[str, str]:
    return {one.path: one.state if isinstance(one, Rejected) else "read" for one in found}


def test_members_are_files_of_their_own(read: Any, build: Any, samples: dict[str, bytes]) -> None:
    found = read(
        "papers.zip", build.zipped({f"in/{name}": data for name, data in samples.items() if name != "office.png"})
    )
    assert set(states(found).values()) == {"read"}
    assert "papers.zip/in/report.pdf" in states(found)
    assert "papers.zip/in/papers.zip/a/note.txt" in states(found)
    assert "papers.zip/in/dues.eml/note.txt" in states(found)


def test_one_bad_member_does_not_harm_the_others(read: Any, build: Any) -> None:
    found = read("mixed.zip", build.zipped({"a.txt": "Good.", "b.pdf": "bad", "c.bin": bytes(range(256)), "d.txt": ""}))
    assert states(found) == {
        "mixed.zip/a.txt": "read",
        "mixed.zip/b.pdf": "failed",
        "mixed.zip/c.bin": "unsupported",
        "mixed.zip/d.txt": "empty",
    }


def test_hidden_members_and_folders_are_left_out(read: Any, build: Any) -> None:
    data = build.zipped({".DS_Store": "x", "__MACOSX/._a.txt": "x", "~$a.docx": "x", "folder/": "", "a.txt": "Good."})
    assert states(read("a.zip", data)) == {"a.zip/a.txt": "read"}
    assert states(read("b.zip", build.zipped({".hidden": "x"}))) == {"b.zip": "empty"}
    assert states(read("c.zip", build.zipped({}))) == {"c.zip": "empty"}


def test_archives_deeper_than_one_in_another_are_reported(read: Any, build: Any) -> None:
    deep = build.zipped({"note.txt": "Deep."})
    for name in ("3.zip", "2.zip", "1.zip"):
        deep = build.zipped({name: deep, "note.txt": "Text."})
    assert states(read("0.zip", deep)) == {
        "0.zip/1.zip/2.zip": "unsupported",
        "0.zip/1.zip/note.txt": "read",
        "0.zip/note.txt": "read",
    }


@pytest.mark.parametrize("name", ["../evil.txt", "/etc/evil.txt", "a/../../evil.txt", "..\\evil.txt"])
def test_names_that_point_outside_are_refused(read: Any, build: Any, name: str) -> None:
    found = read("evil.zip", build.zipped({name: "Text.", "good.txt": "Good."}))
    assert sorted(states(found).values()) == ["failed", "read"]


def test_a_member_of_the_same_name_is_reported(read: Any) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("a.txt", "First.")
        archive.writestr("a.txt", "Second.")
    first, second = read("twice.zip", buffer.getvalue())
    assert first.text == "Second." or first.text == "First."
    assert second.state == "failed"


def test_a_bomb_is_refused_before_it_unpacks(read: Any, build: Any) -> None:
    bomb = build.zipped({f"{number}.txt": bytes(16 << 20) for number in range(4)})
    assert len(bomb) < 100_000
    (rejected,) = read("bomb.zip", bomb)
    assert rejected.state == "failed"
    assert "zip bomb" in rejected.reason
    (document,) = read("bomb.docx", build.zipped({"word/document.xml": bytes(64 << 20)}))
    assert "zip bomb" in document.reason


def test_an_archive_of_too_many_files_is_refused(read: Any, build: Any) -> None:
    (rejected,) = read("many.zip", build.zipped({str(number): b"" for number in range(limits.MEMBERS + 1)}))
    assert "10001 files" in rejected.reason


def test_a_password_in_an_archive_is_reported(read: Any, build: Any) -> None:
    data = bytearray(build.zipped({"secret.txt": "Secret."}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + place] |= 1  # the flag that says that the member is encrypted
    assert states(read("locked.zip", bytes(data))) == {"locked.zip/secret.txt": "locked"}


def test_a_damaged_member_is_reported_and_the_others_read(read: Any) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", "The tide turns.")
        archive.writestr("b.txt", "The tide has turned.")
    data = buffer.getvalue().replace(b"The tide turns.", b"The tide burns.", 1)
    assert states(read("damaged.zip", data)) == {"damaged.zip/a.txt": "failed", "damaged.zip/b.txt": "read"}


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_member_is_reported_however_it_is_packed(read: Any, method: int) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("a.txt", "".join(f"Tide {number}. " for number in range(999)))
        archive.writestr("b.txt", "The tide has turned.")
        start = archive.getinfo("a.txt").header_offset
        end = archive.getinfo("b.txt").header_offset
    data = buffer.getvalue()
    for begin in (start + 4, start + 36, start + 52):  # in the head of the member, of what is packed, and further on
        broken = data[:begin] + b"\xff" * (end - begin) + data[end:]
        assert states(read("damaged.zip", broken)) == {"damaged.zip/a.txt": "failed", "damaged.zip/b.txt": "read"}


def test_a_message_has_its_header_text_and_attachments(read: Any, build: Any) -> None:
    message, note = read("dues.eml", build.mail())
    assert message.title == "Dues from April"
    assert (message.metadata.author, message.metadata.date) == ("Ada Holm", "2031-03-14")
    assert message.text.startswith("Dues from April\n\nFrom: Ada Holm <ada@quay.example>\nTo: all@quay.example\n")
    assert message.text.endswith("The dues rise by twelve percent.")
    assert (note.path, note.text) == ("dues.eml/note.txt", "The attached note says hello.")


def test_a_message_in_html_alone_and_one_with_a_bad_attachment(read: Any, build: Any) -> None:
    html = b"Subject: Hello\r\nContent-Type: text/html; charset=latin-1\r\n\r\n<p>Caf\xe9 <b>open</b></p><p>Now.</p>"
    (message,) = read("hello.eml", html)
    assert message.text == "Hello\n\nCafé open\n\nNow."
    _, bad = read("bad.eml", build.mail(attachment=bytes(range(256)) * 9))
    assert bad.state == "unsupported"
    (nothing,) = read("nothing.eml", b"\n\njust text without a header\n")
    assert nothing.state == "failed"


def test_attachments_are_read_though_the_message_cannot_be(read: Any, build: Any) -> None:
    data = build.mail().replace(b"The dues rise by twelve percent.", bytes(range(32)))
    assert states(read("dues.eml", data)) == {"dues.eml": "unsupported", "dues.eml/note.txt": "read"}
    bare = b"\n".join(
        line for line in build.mail().splitlines() if not line.startswith((b"Sub", b"Fr", b"To", b"Date"))
    )
    bare = bare.replace(b"The dues rise by twelve percent.", b"")
    assert states(read("bare.eml", bare)) == {"bare.eml": "empty", "bare.eml/note.txt": "read"}
