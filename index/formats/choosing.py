"""Which format a file has: told by its content, and among text files by its name."""

from __future__ import annotations

import re
import zipfile
from pathlib import PurePosixPath

from index.formats.content import Unreadable
from index.formats.limits import check_zip

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UNSUPPORTED = (
    ((b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\x28\xb5\x2f\xfd"),
     "it is an archive of a kind that is not read. Unpack it, or pack it as .zip."),
    ((b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\x00", b"MM\x00*"), "it is a picture"),
    ((b"\x00\x00\x00\x18ftyp", b"\x00\x00\x00\x1cftyp", b"\x00\x00\x00\x20ftyp", b"ID3", b"OggS", b"RIFF", b"fLaC"),
     "it is sound or moving pictures"),
    ((b"\x7fELF", b"MZ", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe"), "it is a program"),
    ((b"SQLite format 3\x00",), "it is a database"),
)  # fmt: skip
_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html[\s>])",
    re.IGNORECASE | re.DOTALL,
)
_BY_NAME = {
    ".md": "markdown", ".markdown": "markdown", ".mdown": "markdown", ".mkd": "markdown", ".qmd": "markdown",
    ".html": "html", ".htm": "html", ".xhtml": "html",
}  # fmt: skip
_NOT_TEXT = frozenset(
    {".pdf", ".epub", ".zip", ".docx", ".pptx", ".xlsx", ".odt", ".odp", ".ods", ".doc", ".ppt", ".xls"}
    | {".png", ".jpg", ".jpeg", ".gif", ".tif", ".tiff", ".bmp", ".webp"}
)


def format_of(data: bytes, path: str) -> str:
    """The name of the format of a file with content, one of the keys of `reading.READERS`.

    Raises `Unreadable` for a file that no reader takes.
    """
    ending = PurePosixPath(path).suffix.lower()
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _packed(check_zip(data))
    if data.startswith(_OLE):
        raise _old_office(data)
    for beginnings, what in _UNSUPPORTED:
        if data.startswith(beginnings):
            raise Unreadable("unsupported", what)
    if _HTML.match(data[:4096]):
        return "html"
    if ending in _NOT_TEXT:
        raise Unreadable(
            "failed", f"it is damaged or not what its name says: its content is not that of a {ending} file"
        )
    return _BY_NAME.get(ending, "text")


def _packed(archive: zipfile.ZipFile) -> str:
    names = set(archive.namelist())
    if "word/document.xml" in names:
        return "docx"
    return "zip"


def _old_office(data: bytes) -> Unreadable:
    """Office files before 2007, and new ones under a password, share one container."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        return Unreadable("locked", "it asks for a password. Save a copy without one.")
    return Unreadable("unsupported", "it is in an old Office format. Save it as .docx, .xlsx or .pptx.")
