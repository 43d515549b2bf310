"""Bytes to characters, whatever the encoding."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

from index.formats.unreadable import Unreadable

_BOMS = (  # UTF-32 first: its little-endian mark begins with UTF-16's
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE = 65_536
# Control characters that text files do not hold: all but tab, line feed, form feed, carriage return and escape.
_BINARY = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")


def has_controls(data: bytes) -> bool:
    """Whether there are control characters in the bytes that a text in one of the encodings of a byte does not hold."""
    return _BINARY.search(data) is not None


def decode(data: bytes, declared: str = "") -> str:
    """The characters of a text file, without byte order mark.

    `declared` is the encoding that the file names itself, used when the bytes agree with it. Raises
    `Unreadable` when the bytes are not text in any encoding.
    """
    for mark, name in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace")
    if wide := _utf16(data):
        return data.decode(wide, "replace")
    sample = data[:_SAMPLE]
    if len(_BINARY.findall(sample)) > len(sample) // 200:
        raise Unreadable("unsupported", "its content is binary data, not text")
    for name in ("utf-8", declared):
        if name and not name.lower().startswith(("utf-16", "utf-32")):
            try:
                return data.decode(name)
            except (UnicodeDecodeError, LookupError):
                continue
    return _guess(data)


def _utf16(data: bytes) -> str:
    """The byte order of UTF-16 without a mark, told by where the zero bytes of its Latin letters stand."""
    sample = data[:_SAMPLE]
    if len(sample) < 4 or len(data) % 2:
        return ""
    even, odd = sample[::2].count(0) / (len(sample) / 2), sample[1::2].count(0) / (len(sample) / 2)
    if odd > 0.4 and even < 0.05:
        return "utf-16-le"
    if even > 0.4 and odd < 0.05:
        return "utf-16-be"
    return ""


def _guess(data: bytes) -> str:
    """Characters of one of the older encodings. Western European ones are tried by their letters, others guessed."""
    if _mostly_utf8(data):
        return data.decode("utf-8", "replace")
    best = from_bytes(data[:_SAMPLE], threshold=0.3).best()
    western = data.decode("cp1252", "replace")
    if best is None or best.encoding in _WESTERN or _reads_as_western(western[:_SAMPLE]):
        return western
    return data.decode(best.encoding, "replace")


_WESTERN = frozenset({"ascii", "latin_1", "cp1252", "cp1250", "iso8859_15", "cp437", "cp850", "cp858", "mac_roman"})
_WESTERN_LETTERS = re.compile(r"[àâäáãåæçéèêëíìîïñóòôöõøœúùûüÿßÀÂÄÁÃÅÆÇÉÈÊËÍÎÏÑÓÔÖÕØŒÚÛÜ€£§°«»‘’“”–—…•·©®]")


def _reads_as_western(text: str) -> bool:
    """Whether nearly all characters beyond ASCII are those Western European texts use, and few at that."""
    beyond = [character for character in text if ord(character) > 127]
    known = sum(1 for character in beyond if _WESTERN_LETTERS.match(character))
    return known >= 0.9 * len(beyond) and len(beyond) <= 0.2 * len(text)


def _mostly_utf8(data: bytes) -> bool:
    """Whether the bytes are UTF-8 with a little damage (a flipped bit, a cut character)."""
    wrong = data.decode("utf-8", "replace").count("\ufffd")
    leads = len(data) - len(data.translate(None, bytes(range(0xC0, 0x100))))
    return wrong * 5 < leads
