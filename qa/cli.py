"""The commands of `python -m qa`: one question, a file of them, or a question file measured."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from index.environment import settings_from
from index.errors import FootnoteError
from index.terminal import console, print_json
from qa.lengths import Length

if TYPE_CHECKING:
    from qa.answers import Answer
    from qa.assistant import Assistant
    from qa.settings import Settings

asking = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
measuring = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)

Documents = Annotated[Path | None, typer.Option(help="The documents folder.", show_default="seeds")]
StorePlace = Annotated[
    str | None,
    typer.Option("--store", help="Where the index is: a folder or a Chroma URL.", show_default="your data folder"),
]
Embedding = Annotated[str | None, typer.Option(help="The embedding model.", show_default="the bundled one")]
Model = Annotated[
    str | None,
    typer.Option(help="A language model: openai:NAME, ollama:NAME, anthropic:NAME ...", show_default="none"),
]
BaseUrl = Annotated[str | None, typer.Option(help="The address of an OpenAI-compatible server for --model.")]
AnswerLength = Annotated[Length | None, typer.Option(help="How much an answer says.", show_default="normal")]
Passages = Annotated[
    int | None,
    typer.Option(min=1, max=50, help="How many passages are read for a question, at most.", show_default="20"),
]
Strict = Annotated[bool, typer.Option("--strict", help="Leave out what a language model says without support.")]


@asking.command()
def ask(
    context: typer.Context,
    question: Annotated[list[str] | None, typer.Argument(help="The question.", show_default=False)] = None,
    documents: Documents = None,
    store: StorePlace = None,
    embedding: Embedding = None,
    model: Model = None,
    base_url: BaseUrl = None,
    strict: Strict = False,
    length: AnswerLength = None,
    passages: Passages = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as one JSON object.")] = False,
    batch: Annotated[
        Path | None, typer.Option(help='Answer a file of {"id", "question", "history"} lines; JSON lines out.')
    ] = None,
) -> None:
    """Answer a question over a folder of documents, with citations.

    `python -m qa eval QUESTIONS.jsonl` measures the answers to a question file instead.
    """
    from qa.settings import Settings

    if (batch is None) == (not question):
        raise FootnoteError('Nothing was asked. Give a question, python -m qa "When did it end?", or --batch FILE.')
    settings = Settings.chosen(
        context.obj,
        strict=strict,
        documents=documents,
        store=store,
        embedding=embedding,
        model=model,
        base_url=base_url,
        length=length,
        passages=passages,
    )
    with open_assistant(settings, once=batch is None) as assistant:
        if batch is not None:
            for row in answered(assistant, batch):
                print_json(row, indent=None)
            return
        answer = assistant.answer(" ".join(question or []))
    if as_json:
        print_json(answer.to_dict())
    else:
        show(answer, console())


@measuring.command()
def evaluate(
    context: typer.Context,
    questions: Annotated[Path, typer.Argument(help="A question file: one JSON object a line.")],
    documents: Documents = None,
    store: StorePlace = None,
    embedding: Embedding = None,
    model: Model = None,
    base_url: BaseUrl = None,
    strict: Strict = False,
    length: AnswerLength = None,
    passages: Passages = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the measures as one JSON object.")] = False,
    misses: Annotated[int, typer.Option(min=0, help="How many answers that were not right to print.")] = 10,
) -> None:
    """Measure the answers to a question file: right, supported, precise, refused where they should be."""
    from qa import evaluation
    from qa.settings import Settings

    asked = _read(lambda: evaluation.read_questions(questions))
    rows: dict[str, list[dict[str, float]]] = defaultdict(list)
    missed: list[tuple[evaluation.Question, Answer]] = []
    settings = Settings.chosen(
        context.obj,
        strict=strict,
        documents=documents,
        store=store,
        embedding=embedding,
        model=model,
        base_url=base_url,
        length=length,
        passages=passages,
    )
    with open_assistant(settings) as assistant:
        texts = {record.path: assistant.document(record.path).text for record in assistant.documents()}
        for question in asked:
            answer = assistant.answer(question.text, question.history)
            row = evaluation.measure(question, answer, texts)
            rows[question.kind].append(row)
            if row.get("correct") == 0.0 or row.get("refused_right") == 0.0:
                missed.append((question, answer))
    total = evaluation.summarise([row for kind in rows.values() for row in kind])
    by_kind = {kind: evaluation.summarise(some) | {"n": len(some)} for kind, some in sorted(rows.items())}
    if as_json:
        print_json({"all": total | {"n": len(asked)}, "kinds": by_kind})
        return
    out = console()
    for name, meaning in evaluation.MEASURES.items():
        if name in total:
            out.print(f"{name:14} {total[name]:8.3f}   {meaning}")
    out.print(_table(by_kind))
    for question, answer in missed[:misses]:
        wanted = "; ".join(question.answers) if question.answerable else "a refusal"
        out.print(f"\n{question.id} [{question.kind}] {question.text}")
        out.print(f"  wanted: {wanted}\n  got:    {answer.text[:300]}")


def open_assistant(settings: Settings, once: bool = False) -> Assistant:
    """The assistant, for one question or for many; progress goes to standard error."""
    from index.shown import Shown
    from qa.assistant import Assistant

    with Shown(console(error=True)) as shown:
        return Assistant.open(settings, once=once, progress=shown)


def answered(assistant: Assistant, batch: Path) -> Iterator[dict[str, Any]]:
    """The answers to a file's questions as data, in its order."""
    from qa import evaluation

    for question in _read(lambda: evaluation.read_questions(batch)):
        answer = assistant.answer(question.text, question.history)
        yield {"id": question.id} | answer.to_dict()


def show(answer: Answer, out: Console) -> None:
    """The answer as text, and under it the words it cites."""
    out.print(answer.text)
    if answer.notice:
        out.print(f"\n{answer.notice}")
    if answer.searched_for != answer.question:
        out.print(f"\nSearched for: {answer.searched_for}", style="dim")
    out.print()
    for citation in answer.citations:
        out.print(f"[{citation.number}] {_place(citation)}", style="bold")
        out.print(f"    “{' '.join(citation.quote.split())}”")
    if answer.refused and answer.nearest:
        out.print("The nearest passages:", style="dim")
        for passage in answer.nearest:
            start = " ".join(passage.quote.split())[:160]
            out.print(f"  {_place(passage)}: {start} ...", style="dim")


def _place(cited: Any) -> str:
    """Where cited words stand: title, file, page, heading."""
    page = "" if not cited.page else f"page {cited.page}" if cited.page.isdigit() else cited.page
    parts = [f"{cited.title} ({cited.document})", page, cited.heading if cited.heading != cited.title else ""]
    return ", ".join(printable(part) for part in parts if part)


def printable(text: str) -> str:
    """Text without characters that would steer a terminal: file names and titles are not ours."""
    return "".join(c if c.isprintable() else "�" for c in text)


def _read(read: Any) -> Any:
    try:
        return read()
    except (OSError, ValueError) as error:
        raise FootnoteError(f"The question file cannot be read: {error}") from error


def _table(by_kind: Mapping[str, Mapping[str, float]]) -> Table:
    columns = ("n", "correct", "supported", "precise", "refused_right", "refused_wrong", "words")
    table = Table("kind", *columns)
    for kind, measures in by_kind.items():
        table.add_row(kind, *(f"{measures[c]:.3g}" if c in measures else "-" for c in columns))
    return table


def main(environment: Mapping[str, str]) -> None:
    """Run the program. Errors a user may see are printed without a traceback; exit status 1."""
    arguments = sys.argv[1:]
    app, arguments = (measuring, arguments[1:]) if arguments[:1] == ["eval"] else (asking, arguments)
    try:
        app(args=arguments, obj=settings_from(environment))
    except (FootnoteError, ValueError) as error:
        console(error=True).print(f"{error}")
        raise SystemExit(1) from None
