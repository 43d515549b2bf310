"""The commands of `python -m index`."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

import seeds
from index.embedding import BUNDLED
from index.environment import settings_from
from index.errors import FootnoteError
from index.location import default_store, locate

app = typer.Typer(
    help="Make and keep the index over a folder of documents. Without a command: bring it up to date.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Documents = Annotated[Path | None, typer.Option("--documents", help="The documents folder.", show_default="seeds")]
StorePlace = Annotated[
    str | None,
    typer.Option(
        "--store", help="Where the index is: a folder, or a Chroma server's URL.", show_default="your data folder"
    ),
]
Embedding = Annotated[str | None, typer.Option("--embedding", help="The embedding model.", show_default=BUNDLED)]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead.")]
NoWait = Annotated[bool, typer.Option("--no-wait", help="Fail at once if another process is writing.")]


@dataclass(frozen=True, slots=True)
class Place:
    """What the commands work on."""

    documents: Path
    store: str | Path
    embedding: str


@app.callback(invoke_without_command=True)
def update(
    context: typer.Context,
    documents: Documents = None,
    store: StorePlace = None,
    embedding: Embedding = None,
    as_json: AsJson = False,
    no_wait: NoWait = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and stop.")] = False,
    retry: Annotated[bool, typer.Option("--retry", help="Read files again that gave no document.")] = False,
    allow_empty: Annotated[bool, typer.Option("--allow-empty", help="Let an empty folder empty the index.")] = False,
) -> None:
    """Bring the index up to date with the documents folder."""
    context.obj = _place(context.obj, documents, store, embedding)
    if context.invoked_subcommand is None:
        run_update(context.obj, as_json, not no_wait, dry_run=dry_run, retry=retry, allow_empty=allow_empty)


@app.command()
def rebuild(
    context: typer.Context,
    documents: Documents = None,
    store: StorePlace = None,
    embedding: Embedding = None,
    as_json: AsJson = False,
    no_wait: NoWait = False,
) -> None:
    """Read every file again into a new generation of the index; texts already embedded are not embedded again."""
    run_update(_place(context.obj, documents, store, embedding), as_json, not no_wait, anew=True)


def run_update(
    place: Place,
    as_json: bool,
    wait: bool,
    *,
    dry_run: bool = False,
    anew: bool = False,
    retry: bool = False,
    allow_empty: bool = False,
) -> None:
    from index import build
    from index.display import Shown, plan_line, report_line
    from index.embedding import embedder_name, open_embedder

    options = build.Options(wait=wait, anew=anew, retry=retry, allow_empty=allow_empty)
    out = Console(soft_wrap=True)
    if dry_run:
        planned = build.plan(place.documents, place.store, embedder_name(place.embedding), options)
        if as_json:
            _print_json(asdict(planned))
        else:
            out.print(plan_line(planned), markup=False, highlight=False)
        return
    embedder = open_embedder(place.embedding)
    if as_json:
        _print_json(asdict(build.update(place.documents, place.store, embedder, options)))
        return
    with Shown(out) as shown:
        report = build.update(place.documents, place.store, embedder, options, shown)
    out.print(report_line(report, str(locate(place.store))), markup=False, highlight=False)


def _place(given: Place | dict[str, str], documents: Path | None, store: str | None, embedding: str | None) -> Place:
    """What to work on: a command's own flags, then those before the command, then the environment, then defaults."""
    if isinstance(given, Place):
        outer_documents, outer_store, outer_embedding = given.documents, given.store, given.embedding
        if documents is not None and store is None and outer_store == default_store(outer_documents):
            outer_store = default_store(documents)
        return Place(documents or outer_documents, store or outer_store, embedding or outer_embedding)
    folder = documents or Path(given.get("documents") or seeds.FOLDER)
    return Place(
        folder, store or given.get("store") or default_store(folder), embedding or given.get("embedding") or BUNDLED
    )


def _print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=_plain) + "\n")


def _plain(value: object) -> object:
    return value.hex() if isinstance(value, bytes) else str(value)


def main(environment: Mapping[str, str]) -> None:
    """Run the program. Errors a user may see are printed without a traceback; exit status 1."""
    try:
        app(obj=settings_from(environment))
    except FootnoteError as error:
        Console(stderr=True, soft_wrap=True).print(f"{error}", markup=False, highlight=False)
        raise SystemExit(1) from None
