"""How large a file may be: beyond these a file is reported, not read."""

from __future__ import annotations

import io
import zipfile

from index.formats.unreadable import Unreadable

MEBIBYTE = 1 << 20
FILE_BYTES = 512 * MEBIBYTE
"""The largest file that is read."""
TEXT_CHARACTERS = 128 * MEBIBYTE
"""The longest text that is kept of one document."""
UNPACKED_BYTES = 1024 * MEBIBYTE
"""The most that an archive, or a document that is one inside (docx, epub, ...), may unpack to."""
UNPACKED_RATIO = 200
"""How many times its own size an archive may unpack to, once it unpacks to more than `RATIO_FROM` bytes."""
RATIO_FROM = 32 * MEBIBYTE
MEMBERS = 10_000
"""The most files that are read from one archive."""


class Budget:
    """What one file of the folder may still unpack to, over all archives inside each other."""

    def __init__(self) -> None:
        self._bytes = UNPACKED_BYTES
        self._characters = TEXT_CHARACTERS

    def take_bytes(self, size: int) -> None:
        """Counts a member of `size` bytes. Raises `Unreadable` when the file has unpacked to too much."""
        self._bytes -= size
        if self._bytes < 0:
            raise Unreadable("failed", f"the archive unpacks to more than {_human(UNPACKED_BYTES)}. Unpack it.")

    def take_text(self, characters: int) -> None:
        """Counts a document's text. Raises `Unreadable` when the file's documents have too much together."""
        self._characters -= characters
        if self._characters < 0:
            raise Unreadable(
                "failed", f"the archive has over {TEXT_CHARACTERS // 1_000_000} million characters. Unpack it."
            )


def check_size(size: int, limit: int = FILE_BYTES) -> None:
    """Raises `Unreadable` when a file of `size` bytes is too large to read."""
    if size > limit:
        raise Unreadable("failed", f"it is {_human(size)} large; files up to {_human(limit)} are read. Split it.")


def check_text(characters: int) -> None:
    """Raises `Unreadable` when a document's text is too long to keep."""
    if characters > TEXT_CHARACTERS:
        raise Unreadable("failed", f"its text is over {TEXT_CHARACTERS // 1_000_000} million characters. Split it.")


def _human(size: int) -> str:
    return f"{size / (1 << 30):.1f} GB" if size >= 1 << 30 else f"{size / MEBIBYTE:.0f} MB"


def check_zip(data: bytes) -> zipfile.ZipFile:
    """The zip archive in `data`. Raises `Unreadable` when it is damaged or would unpack to far more than it is."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Unreadable("failed", "it is damaged: its list of contents cannot be read") from error
    unpacked = sum(member.file_size for member in archive.infolist())
    if unpacked > UNPACKED_BYTES or (unpacked > RATIO_FROM and unpacked > UNPACKED_RATIO * len(data)):
        raise Unreadable("failed", f"it would unpack to {_human(unpacked)} from {_human(len(data))}, like a zip bomb")
    return archive
