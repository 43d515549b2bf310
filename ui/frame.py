"""The fixed parts of the page: what stands before any document or question does."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from ui.icons import icon
from ui.uploads import TYPES


def _button(act: str, picture: str, label: str, more: str = "") -> Markup:
    return Markup(
        '<button type="button" class="quiet" data-act="{0}" aria-label="{1}" title="{1}"{2}>{3}</button>'
    ).format(act, label, Markup(more), icon(picture))


RAIL_HEAD: Final = Markup(
    '<div class="rail-head"><p class="brand"><span aria-hidden="true" class="brand-mark">1</span>Footnote</p>{}</div>'
    '<button type="button" class="new" data-act="new">{}New conversation</button>'
).format(_button("toggle-rail", "panel-left", "Hide the list", ' aria-expanded="true"'), icon("plus"))

CONVERSATIONS: Final = Markup(
    '<nav class="section" aria-label="Conversations"><label class="find">{}<input type="search" id="find" '
    'placeholder="Search conversations" aria-label="Search conversations" autocomplete="off"></label>'
    '<div class="list" id="conversations" tabindex="-1"></div></nav>'
).format(icon("search"))

DOCUMENTS: Final = Markup(
    '<section class="section" aria-labelledby="documents-title">'
    '<div class="section-head"><h2 id="documents-title">Documents</h2><span id="summary" class="count"></span>'
    '<span class="tools">{filter}{add}{add_folder}{update}</span></div>'
    '<div class="filters" id="filters" hidden>'
    '<label class="find">{search}<input type="search" id="filter-text" placeholder="Title or folder" '
    'aria-label="Filter by title or folder" autocomplete="off"></label>'
    '<select id="filter-type" aria-label="Type of file"><option value="">All types</option></select>'
    '<label class="year">From <input id="filter-from" inputmode="numeric" placeholder="year" maxlength="10"></label>'
    '<label class="year">to <input id="filter-to" inputmode="numeric" placeholder="year" maxlength="10"></label>'
    '<button type="button" class="link" data-act="tick-shown">Ask only these</button></div>'
    '<div class="activity" id="activity" role="status" hidden><p></p><progress max="1" '
    'aria-label="Progress"></progress></div>'
    '<p class="trouble" id="trouble" role="alert" hidden></p><ul class="uploads" id="uploads" '
    'aria-label="Uploads" hidden></ul>'
    '<div class="line all-row" id="all-row" hidden><input type="checkbox" class="tick" '
    'data-ticks="all" id="tick-all" checked>'
    '<label class="open" for="tick-all">Ask all documents</label></div>'
    '<div class="list" id="documents" tabindex="-1"></div>'
    '<label class="switch"><input type="checkbox" role="switch" id="watch">Follow the folder by itself</label>'
    '<input type="file" id="files" multiple hidden accept="{types}"><input type="file" id="folder" '
    "webkitdirectory hidden></section>"
).format(
    filter=_button("filter", "filter", "Filter the documents", ' aria-expanded="false" aria-controls="filters"'),
    add=_button("add", "upload", "Add files"),
    add_folder=_button("add-folder", "folder", "Add a folder"),
    update=_button("update", "update", "Update from the folder"),
    search=icon("search"),
    types=",".join(TYPES),
)

BAR: Final = Markup('<div class="topbar">{}<p id="title" class="title"></p>{}{}</div>').format(
    _button("toggle-rail", "panel-left", "Show the list", ' aria-expanded="false" id="show-rail"'),
    _button("export", "download", "Take this conversation away", ' id="export" hidden'),
    _button("settings", "settings", "Settings"),
)

COMPOSER: Final = Markup(
    '<form class="composer" id="ask" autocomplete="off">'
    '<p class="editing" id="editing" hidden>Changing an earlier question; what follows it makes way. '
    '<button type="button" class="link" data-act="cancel-edit">Keep it</button></p>'
    '<label class="sr" for="question">Your question</label>'
    '<textarea id="question" rows="1" maxlength="4000" placeholder="Ask your documents" '
    'enterkeyhint="send" dir="auto"></textarea>'
    '<div class="composer-foot"><button type="button" class="scope" id="scope" '
    'data-act="show-documents">All documents</button>'
    '<span class="state" id="state" role="status"></span>'
    '<button type="button" class="send stop" data-act="stop" id="stop" aria-label="Stop" '
    'title="Stop" hidden>{}</button>'
    '<button type="submit" class="send" id="send" aria-label="Ask" title="Ask (Enter)" '
    "disabled>{}</button></div></form>"
).format(icon("stop"), icon("send"))

SOURCE_EMPTY: Final = Markup('<p class="empty">Press a number in an answer to read its source here.</p>')

OVERLAY: Final = Markup(
    '<div class="card" id="card" role="tooltip" hidden></div>'
    '<div class="toast" id="toast" role="status" aria-live="polite"></div>'
    '<div class="drop" id="drop" hidden><p>Drop the files to add them</p></div>'
    '<div class="scrim" id="scrim" hidden></div>'
    '<dialog id="dialog" aria-labelledby="dialog-title"><form method="dialog"><h2 '
    'id="dialog-title"></h2><div class="dialog-body"></div>'
    '<div class="dialog-foot"></div></form></dialog>'
)
