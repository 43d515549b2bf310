"""The chat page: its panes, and what the browser and other programs may ask of it."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Final

import gradio as gr
from gradio.events import api
from markupsafe import Markup, escape

from index.errors import FootnoteError
from qa.answers import Turn
from ui import frame
from ui.choice import Filter, Scope
from ui.desk import Desk
from ui.exports import Kind
from ui.manner import Manner
from ui.shelf import Shelf
from ui.sources import WHOLE

_HERE: Final = Path(__file__).parent
# Where nobody signs in, everybody at this machine is one person.
_NOBODY: Final = "everybody"
# Files that were sent and never added are deleted: looked for every hour, gone after one.
_SENT_FILES: Final = (3600, 3600)

Values = dict[str, Any]


def head() -> str:
    """The page's own stylesheet and script, for its head."""
    style = (_HERE / "page.css").read_text(encoding="utf-8")
    script = (_HERE / "page.js").read_text(encoding="utf-8")
    return f'<meta name="color-scheme" content="light dark"><style>{style}</style><script>{script}</script>'


def page(desk: Desk, shelf: Shelf, uploaded: Path) -> gr.Blocks:
    """The page over a desk and a shelf; `uploaded` is where the server keeps files that were just sent."""
    with gr.Blocks(title="Footnote", analytics_enabled=False, fill_width=True, delete_cache=_SENT_FILES) as blocks:
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="rail", min_width=0):
                _pane("rail-head", frame.RAIL_HEAD)
                _pane("conversations-pane", frame.CONVERSATIONS)
                _pane("documents-pane", frame.DOCUMENTS)
            with gr.Column(elem_id="middle", min_width=0):
                _pane("bar", frame.BAR)
                with gr.Column(elem_id="scroll", min_width=0):
                    _pane("thread")
                    live = _pane("live", events=("follow",))
                _pane("composer", frame.COMPOSER)
            with gr.Column(elem_id="source", min_width=0):
                _pane("source-pane", frame.SOURCE_EMPTY)
        _pane("overlay", frame.OVERLAY)
        live.follow(
            _Following(desk).__call__,
            inputs=None,
            outputs=live,
            show_progress="hidden",
            concurrency_limit=None,
            trigger_mode="multiple",
            api_visibility="private",
        )
        _conversations(desk, shelf)
        _documents(shelf, uploaded)
        _for_programs(desk, shelf)
    return blocks  # type: ignore[no-any-return]  # gradio's context managers are untyped


def _pane(name: str, content: Markup | str = "", events: tuple[str, ...] = ()) -> gr.HTML:
    # Gradio reads the names of a pane's own events from its script.
    script = f"window.footnote.pane('{name}', {{element, props, trigger, watch, upload}}, {list(events)!r});"
    return gr.HTML(str(content), elem_id=name, js_on_load=script, apply_default_css=False)


class _Following:
    """Shows a page the question on its way in the conversation it has open; a later call ends an earlier one."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._latest: dict[str, object] = {}

    async def __call__(self, event: gr.EventData, request: gr.Request) -> AsyncIterator[str]:
        person, conversation = _person(request), str(event.conversation)
        page, turn = request.session_hash or "", object()
        self._latest[page] = turn
        asked = self._desk.running(person, conversation)
        if asked is None:
            yield self._desk.ended(person, conversation)
        else:
            async for step in asked.follow():
                if self._latest.get(page) is not turn:
                    return
                yield f'<i hidden data-of="{escape(conversation)}"></i>' + self._desk.progress(conversation, step)
        if self._latest.get(page) is turn:
            del self._latest[page]


def _conversations(desk: Desk, shelf: Shelf) -> None:
    def open(conversation: str, request: gr.Request) -> Values:
        return desk.open(_person(request), conversation)

    def begin(
        conversation: str,
        question: str,
        scope: dict[str, Any] | None,
        instead_of: str,
        manner: dict[str, Any],
        request: gr.Request,
    ) -> Values:
        within = None if scope is None else shelf.within(Scope.of(scope))
        return desk.begin(_person(request), conversation, question, within, instead_of, Manner.of(manner))

    def stop(conversation: str, request: gr.Request) -> Values:
        return desk.stop(_person(request), conversation)

    def cite(conversation: str, exchange: str, number: int, reach: int | None, request: gr.Request) -> Values:
        return desk.cite(_person(request), conversation, exchange, number, reach or WHOLE)

    def near(conversation: str, exchange: str, number: int, reach: int | None, request: gr.Request) -> Values:
        return desk.near(_person(request), conversation, exchange, number, reach or WHOLE)

    def find(words: str, current: str, request: gr.Request) -> Values:
        return desk.find(_person(request), words, current)

    def rename(conversation: str, title: str, current: str, request: gr.Request) -> Values:
        return desk.rename(_person(request), conversation, title, current)

    def delete(conversation: str, current: str, request: gr.Request) -> Values:
        return desk.delete(_person(request), conversation, current)

    def judge(conversation: str, exchange: str, useful: bool | None, reason: str, request: gr.Request) -> Values:
        return desk.judge(_person(request), conversation, exchange, useful, reason)

    def copy(conversation: str, exchange: str, request: gr.Request) -> Values:
        return desk.copy(_person(request), conversation, exchange)

    def export(conversation: str, kind: Kind, request: gr.Request) -> Values:
        return desk.export(_person(request), conversation, kind)

    def judged(request: gr.Request) -> Values:
        return desk.judged(_person(request))

    for verb in (open, begin, stop, cite, near, find, rename, delete, judge, copy, export, judged):
        _verb(verb)


def _documents(shelf: Shelf, uploaded: Path) -> None:
    def pulse() -> Values:
        return shelf.pulse()

    def listed(filter: dict[str, str], scope: dict[str, Any]) -> Values:
        return shelf.listed(Filter.of(filter), Scope.of(scope))

    def found(filter: dict[str, str]) -> Values:
        return shelf.found(Filter.of(filter))

    def document(path: str, at: int, reach: int | None) -> Values:
        return shelf.document(path, at, reach or WHOLE)

    def overview(path: str) -> Values:
        return shelf.overview(path)

    def models() -> Values:
        return shelf.models()

    def costs(manner: dict[str, Any]) -> Values:
        return shelf.costs(Manner.of(manner))

    def refresh() -> Values:
        return shelf.update()

    def add(files: list[dict[str, str]]) -> Values:
        sent = [(Path(file["path"]).resolve(), file["name"]) for file in files]
        if not all(path.is_relative_to(uploaded.resolve()) and path.is_file() for path, _ in sent):
            raise FootnoteError("These files did not reach the server. Send them again.")
        try:
            return shelf.add(sent)
        finally:
            for path, _ in sent:
                path.unlink(missing_ok=True)

    def remove(path: str) -> Values:
        return shelf.remove(path)

    def watch(on: bool) -> Values:
        return shelf.watch(on)

    for verb in (pulse, listed, found, document, overview, models, costs, refresh, add, remove, watch):
        _verb(verb)


def _verb(function: Callable[..., Values]) -> None:
    """Lets the page's script call `function`. Its own errors come back as words to show."""

    @functools.wraps(function)
    def call(*arguments: Any) -> Values:
        try:
            return function(*arguments)
        except FootnoteError as error:
            return {"problem": str(error)}

    api(call, api_name=f"page_{function.__name__}", queue=False, api_visibility="undocumented")


def _for_programs(desk: Desk, shelf: Shelf) -> None:
    """The verbs that other programs may call, by HTTP, with gradio_client, and as MCP tools."""

    def ask(question: str, history: list[dict[str, str]] | None = None, documents: list[str] | None = None) -> Values:
        """Answers a question from the documents, with citations of their exact words, or says that they do not say.

        Args:
            question: what to ask, in plain words
            history: what was said before, oldest first: {"role": "user" or "assistant", "text": "..."}
            documents: paths of the documents that may answer; all of them unless given
        """
        turns = [_turn(said) for said in history or ()]
        within = None if documents is None else tuple(documents)
        return shelf.library.assistant().answer(question, turns, within=within).to_dict()

    def documents() -> list[dict[str, Any]]:
        """Lists every file of the documents folder with what became of it, and why where it is not indexed."""
        shelf.library.assistant()
        return [
            {
                # Not "path": clients of Gradio would fetch what has one as a file.
                "document": file.path,
                "title": file.title,
                "state": file.state,
                "reason": file.reason,
                "passages": file.passages,
                "author": file.metadata.author,
                "publisher": file.metadata.publisher,
                "date": file.metadata.date,
            }
            for file in shelf.library.files()
        ]

    def update() -> Values:
        """Brings the index up to date with the documents folder and says what changed."""
        return shelf.update_now()

    for verb in (ask, documents, update):
        api(_told(verb), api_name=verb.__name__, concurrency_limit=4)


def _turn(said: dict[str, str]) -> Turn:
    match said:
        case {"role": "user" | "assistant" as role, "text": str(text)}:
            return Turn("user" if role == "user" else "assistant", text)
    raise ValueError('What was said before is given as {"role": "user" or "assistant", "text": "..."}.')


def _told(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*arguments: Any) -> Any:
        try:
            return function(*arguments)
        except (FootnoteError, ValueError) as error:
            raise gr.Error(str(error), print_exception=False) from error

    return call


def _person(request: gr.Request) -> str:
    return request.username or _NOBODY
