"""The commands of `python -m index`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import seeds
from index.embedding import BUNDLED, embedder_name, open_embedder
from index.environment import settings_from
from index.errors import FootnoteError
from index.location import default_store, locate
from index.terminal import console, print_json

if TYPE_CHECKING:
    from index.build import Options

app = typer.Typer(
    help="Make and keep the index over a folder of documents. Without a command: bring it up to date.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Documents = Annotated[Path | None, typer.Option("--documents", help="The documents folder.", show_default="seeds")]
StorePlace = Annotated[
    str | None,
    typer.Option("--store", help="The index: a folder, or a Chroma server's URL.", show_default="your data folder"),
]
Embedding = Annotated[str | None, typer.Option("--embedding", help="The embedding model.", show_default=BUNDLED)]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead.")]
NoWait = Annotated[bool, typer.Option("--no-wait", help="Fail at once if another process is writing.")]
Workers = Annotated[int, typer.Option("--workers", min=1, help="Embed with so many processes.")]
Ray = Annotated[str, typer.Option("--ray", help="Embed on a Ray cluster: auto, or HOST:PORT.", metavar="ADDRESS")]


@dataclass(frozen=True, slots=True)
class Place:
    """What the commands work on; `None` where nothing was said."""

    documents: Path | None
    store: str | None
    embedding: str | None

    def with_flags(self, documents: Path | None, store: str | None, embedding: str | None) -> Place:
        """The same, but for what a command's own flags say."""
        return Place(documents or self.documents, store or self.store, embedding or self.embedding)

    @property
    def folder(self) -> Path:
        return self.documents or seeds.FOLDER

    @property
    def location(self) -> str | Path:
        return self.store or default_store(self.folder)

    @property
    def model(self) -> str:
        return self.embedding or BUNDLED


@app.callback(invoke_without_command=True)
def update(
    context: typer.Context,
    documents: Documents = None,
    store: StorePlace = None,
    embedding: Embedding = None,
    as_json: AsJson = False,
    no_wait: NoWait = False,
    workers: Workers = 1,
    ray: Ray = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and stop.")] = False,
    retry: Annotated[bool, typer.Option("--retry", help="Read files again that gave no document.")] = False,
    allow_empty: Annotated[bool, typer.Option("--allow-empty", help="Let an empty folder empty the index.")] = False,
) -> None:
    """Bring the index up to date with the documents folder."""
    context.obj = context.obj.with_flags(documents, store, embedding)
    if context.invoked_subcommand is not None:
        _refuse_flags_before(context)
        return
    from index.build import Options, plan
    from index.display import plan_line

    options = Options(wait=not no_wait, retry=retry, allow_empty=allow_empty)
    place: Place = context.obj
    if not dry_run:
        _update(place, as_json, options, workers, ray)
        return
    planned = plan(place.folder, place.location, embedder_name(place.model), options)
    if as_json:
        print_json(asdict(planned))
    else:
        _print(plan_line(planned))


@app.command()
def rebuild(
    context: typer.Context,
    documents: Documents = None,
    store: StorePlace = None,
    embedding: Embedding = None,
    as_json: AsJson = False,
    no_wait: NoWait = False,
    workers: Workers = 1,
    ray: Ray = "",
) -> None:
    """Read every file again into a new generation of the index. Texts embedded before are not embedded again."""
    from index.build import Options

    place = context.obj.with_flags(documents, store, embedding)
    _update(place, as_json, Options(wait=not no_wait, anew=True), workers, ray)


@app.command()
def status(
    context: typer.Context,
    documents: Documents = None,
    store: StorePlace = None,
    as_json: AsJson = False,
    files: Annotated[bool, typer.Option("--files", help="List every document.")] = False,
) -> None:
    """Show what the index holds, and which files gave nothing and why."""
    from index.display import status_lines
    from index.status import status as status_of

    found = status_of(context.obj.with_flags(documents, store, None).location)
    if as_json:
        print_json(asdict(found))
    else:
        for line in status_lines(found, files=files):
            _print(line)


@app.command()
def check(
    context: typer.Context,
    documents: Documents = None,
    store: StorePlace = None,
    embedding: Embedding = None,
    as_json: AsJson = False,
    no_wait: NoWait = False,
    repair: Annotated[bool, typer.Option("--repair", help="Put right what is wrong.")] = False,
) -> None:
    """Verify texts, spans, words and vectors, and the files they came from. Exit status 1 if something is wrong."""
    from index.checking import check as check_index
    from index.display import findings_lines
    from index.progress import silent
    from index.repairing import repair as repair_index
    from index.shown import Shown

    place: Place = context.obj.with_flags(documents, store, embedding)
    with Shown(console(quiet=as_json)) as shown:
        progress = silent if as_json else shown
        if repair:
            embedder = open_embedder(place.model)
            found, _ = repair_index(place.folder, place.location, embedder, wait=not no_wait, progress=progress)
            found = check_index(place.location, place.folder, progress)
        else:
            found = check_index(place.location, place.folder if place.folder.is_dir() else None, progress)
    if as_json:
        print_json(asdict(found))
    else:
        for line in findings_lines(found):
            _print(line)
    raise typer.Exit(1 if found.problems else 0)


@app.command()
def watch(
    context: typer.Context,
    documents: Documents = None,
    store: StorePlace = None,
    embedding: Embedding = None,
    as_json: AsJson = False,
) -> None:
    """Keep the index up to date while files change, until interrupted. With --json: one object a line."""
    from index.display import report_line
    from index.progress import silent
    from index.shown import Shown
    from index.watch import watch as watch_folder

    place: Place = context.obj.with_flags(documents, store, embedding)

    def trouble(error: FootnoteError) -> None:
        _print(str(error), error=True)

    with _interruptible(), Shown(console(quiet=as_json)) as shown:
        for report in watch_folder(
            place.folder,
            place.location,
            open_embedder(place.model),
            progress=silent if as_json else shown,
            trouble=trouble,
        ):
            if as_json:
                print_json(asdict(report), indent=None)
            else:
                _print(report_line(report, str(locate(place.location))))


@app.command("export")
def export_to(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The file to write.")],
    documents: Documents = None,
    store: StorePlace = None,
    as_json: AsJson = False,
) -> None:
    """Write the whole index, texts and vectors included, to one file."""
    from index.display import size
    from index.transfer import export_index

    written = export_index(context.obj.with_flags(documents, store, None).location, file)
    if as_json:
        print_json({"file": str(file), "bytes": written})
    else:
        _print(f"Wrote {file} ({size(written)}).")


@app.command("import")
def import_from(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A file that export wrote.")],
    documents: Documents = None,
    store: StorePlace = None,
    as_json: AsJson = False,
    no_wait: NoWait = False,
    replace: Annotated[bool, typer.Option("--replace", help="Replace the index that is there.")] = False,
) -> None:
    """Open an exported index here, without embedding anything."""
    from index.transfer import import_index

    location = context.obj.with_flags(documents, store, None).location
    recipe = import_index(file, location, replace=replace, wait=not no_wait)
    if as_json:
        print_json({"store": str(locate(location)), "recipe": asdict(recipe)})
    else:
        _print(f"Imported {file} into {locate(location)}; it was made with {recipe.embedder}.")


def main(environment: Mapping[str, str]) -> None:
    """Run the program. An error that a user may see is printed without a traceback; exit status 1."""
    try:
        settings = settings_from(environment)
        documents = settings.get("documents")
        place = Place(Path(documents) if documents else None, settings.get("store"), settings.get("embedding"))
        app(obj=place)
    except FootnoteError as error:
        _print(str(error), error=True)
        raise SystemExit(1) from None


@contextmanager
def _interruptible() -> Iterator[None]:
    """An interruption ends the program with a word of comfort, exit status 130."""
    try:
        yield
    except KeyboardInterrupt:
        _print("Interrupted. What was done is kept; the next run goes on from there.", error=True)
        raise typer.Exit(130) from None


def _refuse_flags_before(context: typer.Context) -> None:
    """Only the flags that say what is worked on may stand before a command: it has others of its own."""
    for parameter in context.command.params:
        source = context.get_parameter_source(parameter.name or "")
        if parameter.name not in Place.__slots__ and source is not None and source.name == "COMMANDLINE":
            flag, command = parameter.opts[0], context.invoked_subcommand
            raise typer.BadParameter(f"{flag} before {command} would be ignored. See: python -m index {command} --help")


def _update(place: Place, as_json: bool, options: Options, workers: int, ray: str) -> None:
    if workers > 1 and ray:
        raise typer.BadParameter("Give --workers or --ray, not both: a cluster has its own workers.")
    from index import build
    from index.display import report_line
    from index.shown import Shown
    from index.spread import open_spread

    with _interruptible(), open_spread(place.model, workers, ray) as embedder:
        if as_json:
            print_json(asdict(build.update(place.folder, place.location, embedder, options)))
            return
        with Shown(console()) as shown:
            report = build.update(place.folder, place.location, embedder, options, shown)
    _print(report_line(report, str(locate(place.location))))


def _print(line: str, *, error: bool = False) -> None:
    console(error=error).print(line)
