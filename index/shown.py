"""An update shown on a terminal: lines for what happened, a bar with rate and time left meanwhile."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text

from index.display import outcome_line, plan_line, rejected_line, safe
from index.progress import Applied, Checking, Embedded, Event, Planned, Repaired, Sealing, Waiting


class Shown:
    """Takes an update's events, in a `with` statement."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            _Count(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}
        self._rate = ""

    def __enter__(self) -> Shown:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def __call__(self, event: Event) -> None:
        match event:
            case Waiting(message) | Repaired(message):
                self._say(safe(message))
            case Planned(plan):
                self._say(plan_line(plan))
                for rejected in plan.rejected:
                    self._say(rejected_line(rejected))
            case Embedded(passages, seconds):
                self._rate = f"{passages / seconds:.0f} passages/s" if seconds > 1 else ""
            case Applied(outcomes, done, total, bytes_done, bytes_total):
                for outcome in outcomes:
                    self._say(outcome_line(outcome))
                # Bytes, because files differ too much for their number to tell how long it still takes.
                self._move("Reading", bytes_done, bytes_total, f"{done:,}/{total:,} files")
            case Sealing(what, done, total):
                self._move(f"Storing {what}", done, total, f"{done:,}/{total:,}")
            case Checking(what, done, total):
                self._move(f"Checking {what}", done, total, f"{done:,}/{total:,}")

    def _move(self, name: str, done: int, total: int, count: str) -> None:
        if name not in self._tasks:
            for task in self._tasks.values():
                self._bar.update(task, visible=False)
            self._tasks[name] = self._bar.add_task(name, total=total, rate="", count="")
        rate = self._rate if name == "Reading" else ""
        self._bar.update(self._tasks[name], completed=done, total=total, count=count, rate=rate)

    def _say(self, line: str) -> None:
        self._console.print(line)


class _Count(ProgressColumn):
    """How many are done, in the words of whoever counts."""

    def render(self, task: Task) -> Text:
        return Text(str(task.fields["count"]))
