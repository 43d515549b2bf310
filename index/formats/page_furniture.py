"""Takes out of a web page what is not its content: menus, banners, footers, share buttons, rows of links."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from index.formats.blocks import name_of

_NAMES = frozenset({"nav", "aside", "footer", "dialog"})
_ROLES = frozenset(
    {"navigation", "banner", "contentinfo", "search", "complementary", "menu", "menubar", "dialog", "alert"}
)
_CLASSES = re.compile(
    r"(?:^|[\s_-])(?:cookies?|consent|gdpr|newsletter|share|sharing|social|related|recommended|breadcrumbs?|sidebar|comments?|"
    r"advert\w*|ads?|promo\w*|subscri\w+|paywall|popup|modal|navbar|navigation|menu|skip|sr-only|masthead-nav|pagination)"
    r"(?:$|[\s_-])",
    re.IGNORECASE,
)
_UNSEEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_KEPT = frozenset({"html", "body", "main", "article"})
_CONTENT = frozenset({"main", "article", "h1"})
_LINK_BLOCKS = frozenset({"ul", "ol", "div", "section", "table", "p", "center"})
_MOST_OF_PAGE = 0.4  # no furniture holds this share of a page's text
_LINKS_SHARE = 0.8


def remove_furniture(root: etree._Element) -> None:
    """Removes a page's furniture from its tree. Never the greater part of a page: then it is no furniture."""
    total = max(1, _length(root))
    for node in [node for node in root.iter() if _is_furniture(node)]:
        if node.getparent() is not None and not _holds_content(node) and _length(node) < _MOST_OF_PAGE * total:
            _remove(node)
    links = [node for node in root.iter(*_LINK_BLOCKS) if _is_row_of_links(node)]
    if sum(_length(node) for node in _outermost(links)) < (1 - _MOST_OF_PAGE) * total:
        for node in links:
            if node.getparent() is not None:
                _remove(node)


def _is_furniture(node: etree._Element) -> bool:
    name = name_of(node)
    if not name or name in _KEPT:
        return False
    return (
        name in _NAMES
        or node.get("role", "") in _ROLES
        or bool(_UNSEEN.search(node.get("style", "")))
        or bool(_CLASSES.search(f"{node.get('class', '')} {node.get('id', '')}"))
    )


def _holds_content(node: etree._Element) -> bool:
    return any(name_of(inner) in _CONTENT for inner in node.iter())


def _is_row_of_links(node: etree._Element) -> bool:
    """Whether a block is made of three or more short links and hardly anything else."""
    links = [_length(link) for link in node.iter("a")]
    if len(links) < 3 or max(links) > 60:
        return False
    return sum(links) >= _LINKS_SHARE * _length(node)


def _outermost(nodes: list[etree._Element]) -> Iterator[etree._Element]:
    chosen = set(nodes)
    return (node for node in nodes if not any(above in chosen for above in node.iterancestors()))


def _length(node: etree._Element) -> int:
    """How many characters that are not white space stand below an element."""
    return sum(len("".join(str(text).split())) for text in node.itertext())


def _remove(node: etree._Element) -> None:
    """Takes an element out and leaves the text after it."""
    tail, parent, before = node.tail, node.getparent(), node.getprevious()
    assert parent is not None
    if tail and before is not None:
        before.tail = (before.tail or "") + tail
    elif tail:
        parent.text = (parent.text or "") + tail
    parent.remove(node)
