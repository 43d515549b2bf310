"""The left pane as HTML: a person's conversations, and the documents with what became of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import PurePosixPath
from typing import Final

from markupsafe import Markup

from index.documents import Metadata
from ui.conversations import Conversation
from ui.icons import icon
from ui.markup import joined, name, shown

_MOST_ROWS: Final = 2000
_STATES: Final = {
    "empty": "Empty",
    "scanned": "No text",
    "locked": "Locked",
    "unsupported": "Not supported",
    "failed": "Not read",
}


@dataclass(frozen=True, slots=True)
class Listed:
    """A document, or a file that gave none: then `state` is not "indexed" and `reason` says why.

    `file` is the file it came from, `digest` that of its text.
    """

    path: str
    file: str
    title: str
    state: str = "indexed"
    reason: str = ""
    passages: int = 0
    digest: str = ""
    metadata: Metadata = field(default_factory=Metadata)


def conversations_html(
    conversations: Sequence[Conversation], current: str, today: datetime, searched: str = ""
) -> Markup:
    """The list of conversations, the last used first, under the day they were last used on."""
    if not conversations:
        words = f"No conversation mentions “{searched}”." if searched else "Your conversations appear here."
        return Markup('<p class="empty">{}</p>').format(shown(words))
    groups = groupby(conversations, key=lambda conversation: _day(conversation.updated, today))
    return joined(
        Markup("<h3>{}</h3><ul>{}</ul>").format(day, joined(_conversation(each, current) for each in group))
        for day, group in groups
    )


def documents_html(found: Sequence[Listed], documents: Sequence[Listed], removable: bool) -> Markup:
    """Those of the documents that were `found`, by folder, up to 2,000 of them.

    Each has a tick box that limits questions to it, or says why it is not indexed. A folder has one where all of it
    is listed.
    """
    if not documents:
        return Markup('<p class="empty">No documents yet. Drop files anywhere on this page, or press Add files.</p>')
    if not found:
        return Markup('<p class="empty">No document fits the filter.</p>')
    ordered = sorted(found, key=lambda record: (_folder(record.path).casefold(), record.path.casefold()))
    sizes = Counter(_folder(record.path) for record in documents)
    parts = []
    for folder, group in groupby(ordered[:_MOST_ROWS], key=lambda record: _folder(record.path)):
        listed = tuple(group)
        rows = joined(_document(record, removable) for record in listed)
        heading = _folder_row(folder, whole=len(listed) == sizes[folder]) if folder else Markup("")
        parts.append(
            Markup('<div class="folder" data-folder="{}">{}<ul>{}</ul></div>').format(shown(folder), heading, rows)
        )
    if len(ordered) > _MOST_ROWS:
        parts.append(
            Markup(
                '<p class="empty">{:,} more are not listed. The filter finds them, and “Ask only these” asks all that '
                "it finds.</p>"
            ).format(len(ordered) - _MOST_ROWS)
        )
    return joined(parts)


def summary(documents: Sequence[Listed]) -> str:
    """How many documents there are, and how many files gave none."""
    indexed = sum(record.state == "indexed" for record in documents)
    other = len(documents) - indexed
    return f"{indexed:,}" + (f" · {other:,} not read" if other else "")


def types_of(documents: Sequence[Listed]) -> tuple[str, ...]:
    """The kinds of file there are, as their endings in capitals, in order."""
    return tuple(sorted({kind(record.path) for record in documents}))


def kind(path: str) -> str:
    """The kind of file that a document is: its ending in capitals."""
    suffix = PurePosixPath(path).suffix[1:]
    return suffix.upper() if suffix.isalnum() and len(suffix) <= 8 else "OTHER"


def _conversation(conversation: Conversation, current: str) -> Markup:
    return Markup(
        '<li class="line" data-conversation="{0}"><button type="button" class="open" '
        'data-act="open"{1} dir="auto">{2}</button>'
        '<span class="tools"><button type="button" class="quiet" data-act="rename" '
        'aria-label="Rename" title="Rename">{3}</button>'
        '<button type="button" class="quiet" data-act="delete" aria-label="Delete" '
        'title="Delete">{4}</button></span></li>'
    ).format(
        conversation.id,
        Markup(' aria-current="page"') if conversation.id == current else "",
        name(conversation.title),
        icon("edit"),
        icon("trash"),
    )


def _folder_row(folder: str, whole: bool) -> Markup:
    tick = Markup('<input type="checkbox" class="tick" data-ticks="folder" aria-label="Ask the folder {}" checked>')
    return Markup(
        '<div class="line folder-row">{}<button type="button" class="open" data-act="fold" aria-expanded="true">{}{}'
        "</button></div>"
    ).format(tick.format(shown(folder)) if whole else "", icon("chevron"), name(folder))


def _document(record: Listed, removable: bool) -> Markup:
    indexed = record.state == "indexed"
    if indexed:
        tick = Markup('<input type="checkbox" class="tick" data-ticks="document" aria-label="Ask {}" checked>').format(
            shown(record.title)
        )
        detail = " · ".join(part for part in (kind(record.path), record.metadata.date) if part)
        below = Markup('<span class="where">{}</span>').format(shown(detail))
    else:
        tick = Markup('<span class="tick state" title="{0}">{1}</span>').format(_STATES[record.state], icon("warning"))
        below = Markup('<span class="where why">{}: {}</span>').format(_STATES[record.state], shown(record.reason))
    title = name(record.title if indexed else PurePosixPath(record.path).name)
    opening = (
        Markup('<button type="button" class="open" data-act="document" title="{}">{}{}</button>')
        if indexed
        else Markup('<span class="open" title="{}">{}{}</span>')
    ).format(shown(record.path), Markup('<span class="name">{}</span>').format(title), below)
    remove = (
        Markup(
            '<span class="tools"><button type="button" class="quiet" data-act="remove" '
            'aria-label="Remove {}" title="Remove">'
            "{}</button></span>"
        ).format(shown(record.title), icon("trash"))
        if removable
        else ""
    )
    return Markup('<li class="line document {}" data-path="{}" data-file="{}">{}{}{}</li>').format(
        record.state,
        shown(record.path),
        shown(record.file),
        tick,
        opening,
        remove,
    )


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _day(moment: str, today: datetime) -> str:
    day = datetime.fromisoformat(moment).astimezone(today.tzinfo).date()
    if day == today.date():
        return "Today"
    if day == today.date() - timedelta(days=1):
        return "Yesterday"
    return "Earlier"
