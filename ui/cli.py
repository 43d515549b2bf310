"""The command of `python -m ui`."""

from __future__ import annotations

import sys
import webbrowser
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from index.environment import settings_from
from index.errors import FootnoteError
from index.terminal import console
from qa.lengths import Length

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.command()
def serve(
    context: typer.Context,
    documents: Annotated[Path | None, typer.Option(help="The documents folder.", show_default="seeds")] = None,
    store: Annotated[
        str | None,
        typer.Option(help="Where the index is: a folder or a Chroma URL.", show_default="your data folder"),
    ] = None,
    host: Annotated[str | None, typer.Option(help="The address to serve at.", show_default="127.0.0.1")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="The port.", show_default="7860")] = None,
    auth: Annotated[
        list[str] | None,
        typer.Option(
            metavar="USER:PASSWORD", help="Who may sign in; may be given several times.", show_default="no sign-in"
        ),
    ] = None,
    embedding: Annotated[str | None, typer.Option(help="The embedding model.", show_default="the bundled one")] = None,
    model: Annotated[
        str | None,
        typer.Option(help="A language model: openai:NAME, ollama:NAME, anthropic:NAME ...", show_default="none"),
    ] = None,
    base_url: Annotated[
        str | None, typer.Option(help="The address of an OpenAI-compatible server for --model.")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Leave out what a language model says without support.")
    ] = False,
    length: Annotated[Length | None, typer.Option(help="How much an answer says.", show_default="normal")] = None,
    passages: Annotated[
        int | None,
        typer.Option(min=1, max=50, help="How many passages are read for a question, at most.", show_default="20"),
    ] = None,
    upload_megabytes: Annotated[int, typer.Option(min=1, help="The largest file that may be added.")] = 100,
    upload_files: Annotated[int, typer.Option(min=1, help="How many files may be added at once.")] = 500,
    mcp: Annotated[bool, typer.Option("--mcp", help="Offer ask, documents and update as MCP tools too.")] = False,
    open_browser: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
) -> None:
    """Serve the chat page over a folder of documents.

    Only this machine can reach it unless --host says otherwise, and then --auth is needed.
    """
    from qa.settings import Settings
    from ui import server

    environment: Mapping[str, str] = context.obj
    people = dict(_person(given) for given in auth or environment.get("auth", "").split("\n") if given)
    serving = server.Serving(
        host=host or environment.get("host", "127.0.0.1"),
        port=port or _port(environment.get("port", "7860")),
        people=people,
        upload_megabytes=upload_megabytes,
        upload_files=upload_files,
        mcp=mcp,
    )
    settings = Settings.chosen(
        environment,
        strict=strict,
        documents=documents,
        store=store,
        embedding=embedding,
        model=model,
        base_url=base_url,
        length=length,
        passages=passages,
    )
    out = console()

    def started() -> None:
        out.print(f"Footnote is at {serving.address} (Ctrl-C ends it)")
        if open_browser:
            webbrowser.open(serving.address)

    server.serve(settings, serving, started)


def main(environment: Mapping[str, str]) -> None:
    """Run the program. Errors a user may see are printed without a traceback; exit status 1."""
    try:
        app(args=sys.argv[1:], obj=settings_from(environment), prog_name="python -m ui")
    except (FootnoteError, ValueError) as error:
        console(error=True).print(f"{error}")
        raise SystemExit(1) from None


def _person(given: str) -> tuple[str, str]:
    name, separator, password = given.partition(":")
    if not separator:
        raise FootnoteError("A person who may sign in is given as USER:PASSWORD.")
    return name, password


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise FootnoteError(f"A port is a number from 1 to 65535, not {text!r}.")
    return int(text)
