"""EPUB: the chapters in the order of the book."""

from __future__ import annotations

import posixpath
import zipfile
from html import unescape
from urllib.parse import unquote, urldefrag

from lxml import etree

from index.documents import Metadata
from index.formats.blocks import name_of, write_tree
from index.formats.content import Content, Writer, one_line, tidy
from index.formats.dates import iso_date
from index.formats.encoding import decode
from index.formats.limits import check_zip
from index.formats.naming import title_from_name
from index.formats.unreadable import Unreadable
from index.formats.webpage import parse

_FONT_METHODS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_PAGES = frozenset({"application/xhtml+xml", "text/html", "application/x-dtbook+xml"})


def read(data: bytes, path: str) -> Content:
    """A book. Raises `Unreadable` for one under digital rights management."""
    book = check_zip(data)
    if _is_locked(book):
        raise Unreadable("locked", "it is protected by digital rights management. Use a copy without.")
    package_path = _package_path(book)
    package = _xml(book, package_path)
    manifest = {item.get("id"): item for item in package.iter("{*}item")}
    writer = Writer()
    for reference in package.iter("{*}itemref"):
        item = manifest.get(reference.get("idref"))
        if item is None or item.get("media-type") not in _PAGES or "nav" in item.get("properties", "").split():
            continue
        href = unquote(urldefrag(item.get("href", "")).url)
        chapter = _part(book, posixpath.normpath(posixpath.join(posixpath.dirname(package_path), href)))
        if chapter.strip():
            write_tree(_chapter(chapter), writer)
    stated = _stated(package)
    metadata = Metadata(
        author=", ".join(stated.get("creator", [])),
        publisher=", ".join(stated.get("publisher", [])),
        date=next((iso for date in stated.get("date", []) if (iso := iso_date(date))), ""),
        language=next(iter(stated.get("language", [])), ""),
    )
    return writer.content(next(iter(stated.get("title", [])), "") or title_from_name(path), tidy(metadata))


def _chapter(data: bytes) -> etree._Element:
    """A chapter's tree: XHTML as it should be, or else read like a web page."""
    try:
        return _spelled_out(etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True)))
    except etree.XMLSyntaxError:
        return parse(decode(data))


def _spelled_out(root: etree._Element) -> etree._Element:
    """The tree with the characters it only names ("&eacute;"): what they mean stands in a file that is not loaded."""
    for entity in root.iter(etree.Entity):
        entity.tail = unescape(entity.text or "") + (entity.tail or "")
    etree.strip_elements(root, etree.Entity, with_tail=False)
    return root


def _package_path(book: zipfile.ZipFile) -> str:
    container = _xml(book, "META-INF/container.xml")
    for root in container.iter("{*}rootfile"):
        return str(root.get("full-path", ""))
    raise Unreadable("failed", "it is damaged: it does not say where the book is in it")


def _stated(package: etree._Element) -> dict[str, list[str]]:
    stated: dict[str, list[str]] = {}
    for node in package.iter("{http://purl.org/dc/elements/1.1/}*"):
        if text := one_line("".join(map(str, node.itertext()))):
            stated.setdefault(name_of(node), []).append(text)
    return stated


def _is_locked(book: zipfile.ZipFile) -> bool:
    """Whether parts other than fonts are encrypted."""
    if "META-INF/encryption.xml" not in book.namelist():
        return False
    methods = _xml(book, "META-INF/encryption.xml").iter("{*}EncryptionMethod")
    return any(method.get("Algorithm") not in _FONT_METHODS for method in methods)


def _xml(book: zipfile.ZipFile, name: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    return _spelled_out(etree.fromstring(_part(book, name), parser))


def _part(book: zipfile.ZipFile, name: str) -> bytes:
    try:
        return book.read(name)
    except KeyError as error:
        raise Unreadable("failed", f"it is damaged: its part {one_line(name)} is missing") from error
