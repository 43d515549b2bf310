"""What an update tells, on a terminal. File names and their errors come from outside: no control character passes."""

from __future__ import annotations

import unicodedata
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from index.build import Report
from index.plan import Plan
from index.progress import Applied, Embedded, Event, Outcome, Planned, Repaired, Sealing, Waiting


def safe(text: str) -> str:
    """A text from outside on one line of a terminal: control and formatting characters shown as escapes."""
    return "".join(
        character
        if unicodedata.category(character)[0] != "C"
        else character.encode("unicode_escape", "replace").decode()
        for character in text
    )


def counted(number: int, noun: str) -> str:
    """ "1 file", "2,000 files"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def plan_line(plan: Plan) -> str:
    """A plan in one line."""
    parts = [
        f"{count:,} {what}"
        for count, what in (
            (len(plan.added), "added"),
            (len(plan.changed), "changed"),
            (len(plan.moved), "moved"),
            (len(plan.removed), "removed"),
            (plan.unchanged, "unchanged"),
        )
        if count
    ]
    line = "Files: " + (", ".join(parts) or "none") + "."
    if plan.anew:
        line += " All are read again into a new generation; the present one answers until it is done."
    return line + (f" About {_duration(plan.seconds)}." if plan.seconds >= 5 else "")


def outcome_line(outcome: Outcome) -> str:
    """What became of one file, in one line."""
    line = f"{outcome.change:8} {safe(outcome.path)}"
    if outcome.was:
        line += f" (was {safe(outcome.was)})"
    if outcome.state == "indexed":
        return f"{line}: {counted(outcome.passages, 'passage')}"
    return f"{line}: {outcome.state}, {safe(outcome.reason)}" if outcome.state else line


def report_line(report: Report, store: str) -> str:
    """An update in one line."""
    if report.plan.empty and not report.repaired:
        return (
            f"Up to date: {counted(report.plan.unchanged, 'file')} unchanged ({report.seconds:.1f} s). Index: {store}"
        )
    return (
        f"Done in {_duration(report.seconds)}: {counted(report.embedded, 'text')} embedded, {report.reused:,} reused. "
        f"Index: {store}"
    )


class Shown:
    """Shows an update's events on a terminal: lines for what happened, a bar with rate and time left meanwhile."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
        )
        self._task: TaskID | None = None
        self._embedded = 0

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
                self._say(message)
            case Planned(plan):
                self._say(plan_line(plan))
                if total := plan.to_read + len(plan.removed):
                    self._task = self._bar.add_task("Reading", total=total, rate="")
            case Applied(done, total, outcomes):
                for outcome in outcomes:
                    self._say(outcome_line(outcome))
                if self._task is not None:
                    self._bar.update(self._task, completed=done, total=total)
            case Embedded(passages):
                self._embedded = passages
                if self._task is not None:
                    elapsed = self._bar.tasks[0].elapsed or 0.0
                    rate = f"{passages / elapsed:.0f} passages/s" if elapsed > 1 else ""
                    self._bar.update(self._task, rate=rate)
            case Sealing(done, total):
                if self._task is None or self._bar.tasks[-1].description != "Vectors":
                    self._task = self._bar.add_task("Vectors", total=total, rate="")
                self._bar.update(self._task, completed=done)

    def _say(self, line: str) -> None:
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes / 60:.0f} h"
