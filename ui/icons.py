"""The page's icons: strokes on a 20 by 20 grid in the colour of the text around them."""
# ruff: noqa: E501  (a path is one word)

from __future__ import annotations

from typing import Final

from markupsafe import Markup

_STROKES: Final = {
    "panel-left": '<rect x="2.5" y="3.5" width="15" height="13" rx="2.5"/><path d="M7.5 3.5v13"/>',
    "plus": '<path d="M10 4v12M4 10h12"/>',
    "search": '<circle cx="9" cy="9" r="5.5"/><path d="m13.2 13.2 3.6 3.6"/>',
    "close": '<path d="m5 5 10 10M15 5 5 15"/>',
    "send": '<path d="M10 16V4.5M5 9.2l5-5 5 5"/>',
    "stop": '<rect x="5.5" y="5.5" width="9" height="9" rx="1.5" fill="currentColor"/>',
    "copy": '<rect x="7" y="7" width="9.5" height="9.5" rx="2"/><path d="M13 4.8A2 2 0 0 0 11.2 3.5H5.5a2 2 0 0 0-2 2v5.7A2 2 0 0 0 4.8 13"/>',
    "retry": '<path d="M15.8 8.2A6.2 6.2 0 1 0 16 12"/><path d="M16.2 4.2v4h-4"/>',
    "edit": '<path d="M4 16l.7-3.2L13 4.5a1.6 1.6 0 0 1 2.3 0l.2.2a1.6 1.6 0 0 1 0 2.3l-8.3 8.3L4 16Z"/>',
    "up": '<path d="M6.5 9 9.3 3.4c1 0 1.9.8 1.9 1.9V8h4a1.5 1.5 0 0 1 1.5 1.8l-.9 5a1.5 1.5 0 0 1-1.5 1.2H6.5m0-7v7m0-7H3.5v7h3"/>',
    "down": '<path d="M13.5 11l-2.8 5.6c-1 0-1.9-.8-1.9-1.9V12h-4a1.5 1.5 0 0 1-1.5-1.8l.9-5A1.5 1.5 0 0 1 5.7 4h7.8m0 7V4m0 7h3V4h-3"/>',
    "previous": '<path d="m12.5 4.5-5.5 5.5 5.5 5.5"/>',
    "next": '<path d="m7.5 4.5 5.5 5.5-5.5 5.5"/>',
    "trash": '<path d="M3.5 5.5h13M8 5.2V3.5h4v1.7M5.2 5.5l.7 10a1.2 1.2 0 0 0 1.2 1h5.8a1.2 1.2 0 0 0 1.2-1l.7-10"/>',
    "update": '<path d="M16.3 8.6A6.5 6.5 0 0 0 4.6 6.4M3.7 11.4a6.5 6.5 0 0 0 11.7 2.2"/><path d="M4.2 3v3.6h3.6M15.8 17v-3.6h-3.6"/>',
    "upload": '<path d="M10 13V3.8M6 7.4l4-4 4 4M3.5 13v2a1.5 1.5 0 0 0 1.5 1.5h10a1.5 1.5 0 0 0 1.5-1.5v-2"/>',
    "download": '<path d="M10 3.5v9.2M6 9.2l4 4 4-4M3.5 13v2a1.5 1.5 0 0 0 1.5 1.5h10a1.5 1.5 0 0 0 1.5-1.5v-2"/>',
    "settings": '<path d="M3.5 6h7.2M14.3 6h2.2M3.5 14h2.2M9.3 14h7.2"/><circle cx="12.5" cy="6" r="1.8"/><circle cx="7.5" cy="14" r="1.8"/>',
    "folder": '<path d="M2.8 15V5.6a1.4 1.4 0 0 1 1.4-1.4h3.4l1.9 2.1h6.3a1.4 1.4 0 0 1 1.4 1.4V15a1.4 1.4 0 0 1-1.4 1.4H4.2A1.4 1.4 0 0 1 2.8 15Z"/><path d="M10 8.9v4.8M7.6 11.3h4.8"/>',
    "filter": '<path d="M3.5 5h13M6 10h8M8.5 15h3"/>',
    "chevron": '<path d="m7.5 5 5 5-5 5"/>',
    "warning": '<path d="M10 3.2 17.3 16H2.7L10 3.2Z"/><path d="M10 8.2v3.6M10 13.9v.1"/>',
}


def icon(name: str) -> Markup:
    """The icon called `name`, hidden from screen readers: what it stands on has a label."""
    return Markup(
        f'<svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false" fill="none" stroke="currentColor" '
        f'stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round">{_STROKES[name]}</svg>'
    )
