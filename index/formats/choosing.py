"""Which format a file has: told by its content, and among text files by its name."""

from __future__ import annotations

import re
import zipfile
from pathlib import PurePosixPath

from index.formats.encoding import has_controls
from index.formats.limits import check_zip
from index.formats.unreadable import Unreadable

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\x00", b"MM\x00*")
_PACKED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\x28\xb5\x2f\xfd")
_SOUND = (b"ID3", b"OggS", b"fLaC", b"\x1aE\xdf\xa3")
_PROGRAMS = (b"\x7fELF", b"MZ\x90", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\x00asm")
_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html[\s>])",
    re.IGNORECASE | re.DOTALL,
)
_BY_ENDING = {
    ending: name
    for name, endings in {
        "markdown": "md markdown mdown mkd qmd rmd",
        "html": "html htm xhtml",
        "rst": "rst rest",
        "delimited": "csv tsv tab",
        "json": "json jsonl ndjson geojson",
        "notebook": "ipynb",
        "mail": "eml",
        "code": "py pyi js mjs ts tsx jsx java c h cpp hpp cc cs go rs rb php swift kt kts scala sh bash zsh ps1 bat "
        "cmd sql r jl lua pl pm css scss less vue svelte xml xsd xsl yaml yml toml ini cfg conf properties tf gradle "
        "make cmake proto graphql dart ex exs erl hs ml clj el vim asm tex bib",
    }.items()
    for ending in endings.split()
}
_BINARY_ENDINGS = frozenset(
    {"pdf", "epub", "zip", "docx", "pptx", "xlsx", "odt", "odp", "ods", "doc", "ppt", "xls", "rtf"}
    | {"png", "jpg", "jpeg", "gif", "tif", "tiff", "bmp", "webp"}
)
_TEXT_ENDINGS = frozenset({"txt", "text", "log", "srt", "vtt"})  # so is every other file that holds text
_OLD_OFFICE = frozenset({"doc", "ppt", "xls"})
# The endings of files that are read, each with its format: of a text file that of its name, of others the ending again.
ENDINGS = (
    _BY_ENDING
    | dict.fromkeys(sorted(_TEXT_ENDINGS), "text")
    | {ending: ending for ending in sorted(_BINARY_ENDINGS - _OLD_OFFICE)}
)
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
_PARTS = {"word/document.xml": "docx", "ppt/presentation.xml": "pptx", "xl/workbook.xml": "xlsx"}
_PROGRAM_PACKAGES = frozenset({"jar", "war", "apk", "ipa", "whl", "egg", "xpi", "crx", "nupkg", "vsix"})


def format_of(data: bytes, path: str) -> str:
    """The name of the format of a file with the content `data`.

    Raises `Unreadable` for a file that no reader takes.
    """
    ending = PurePosixPath(path).suffix.lower().lstrip(".")
    if data.startswith(b"%PDF-"):
        return "pdf"
    # A text may have the marks of other files among its words: "ID3 tags hold the title of a song."
    if ending not in _BY_ENDING.keys() | _TEXT_ENDINGS or has_controls(data[:1024]):
        if b"%PDF-" in data[:1024]:
            return "pdf"
        if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            return _packed(check_zip(data), ending)
        if data.startswith(_OLE):
            raise _old_office(data)
        if data.startswith(_PICTURES) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP") or _is_bitmap(data):
            return "picture"
        _refuse(data)
    if data.startswith(b"{\\rtf"):
        return "rtf"
    if _HTML.match(data[:4096]):
        return "html"
    if ending in _BINARY_ENDINGS:
        raise Unreadable(
            "failed", f"it is damaged, or not what its name says: its content is not that of a .{ending} file"
        )
    return _BY_ENDING.get(ending, "text")


def _refuse(data: bytes) -> None:
    if data.startswith(_PACKED) or data[257:262] == b"ustar":
        raise Unreadable("unsupported", "it is an archive of a kind that is not read. Unpack it, or pack it as .zip.")
    if data.startswith(_SOUND) or data[4:8] == b"ftyp" or (data[:4] == b"RIFF" and data[8:12] in {b"WAVE", b"AVI "}):
        raise Unreadable("unsupported", "it is sound or moving pictures")
    if data.startswith(_PROGRAMS):
        raise Unreadable("unsupported", "it is a program")
    if data.startswith(b"SQLite format 3\x00"):
        raise Unreadable("unsupported", "it is a database")


def _is_bitmap(data: bytes) -> bool:
    return data[:2] == b"BM" and int.from_bytes(data[2:6], "little") == len(data)


def _packed(archive: zipfile.ZipFile, ending: str) -> str:
    """Which of the formats that are zip archives inside."""
    names = set(archive.namelist())
    for part, name in _PARTS.items():
        if part in names:
            return name
    if "mimetype" in names:
        kind = archive.read("mimetype")[:100].decode("ascii", "replace").strip()
        if kind == "application/epub+zip":
            return "epub"
        if kind.startswith(_OPEN_DOCUMENT):
            return "opendocument"
    if "META-INF/container.xml" in names:
        return "epub"
    if ending in _PROGRAM_PACKAGES:
        raise Unreadable("unsupported", "it is a program")
    if ending in _BINARY_ENDINGS - {"zip"}:
        raise Unreadable("failed", f"it is damaged, or not what its name says: parts of a .{ending} file are missing")
    return "zip"


def _old_office(data: bytes) -> Unreadable:
    """Office files before 2007, and new ones under a password, share one container."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        return Unreadable("locked", "it asks for a password. Save a copy without one.")
    return Unreadable("unsupported", "it is in an old Office format. Save it as .docx, .xlsx or .pptx.")
