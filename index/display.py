"""What the index has to say, as lines for a terminal (pure). Names come from outside: no control character passes."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.build import Report
    from index.checking import Findings
    from index.documents import Rejected
    from index.plan import Plan
    from index.progress import Outcome
    from index.status import Status


def safe(text: str) -> str:
    """A text from outside on one line: control and formatting characters shown as escapes."""
    return "".join(
        character.encode("unicode_escape").decode() if unicodedata.category(character).startswith("C") else character
        for character in text
    )


def counted(number: int, noun: str) -> str:
    """ "1 file", "2,000 files"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def size(number: int) -> str:
    """Bytes: "812 bytes", "3.1 MB"."""
    for unit, least in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if number >= least:
            return f"{number / least:.1f} {unit}"
    return counted(number, "byte")


def duration(seconds: float) -> str:
    """ "3.2 s", "12 min", "5 h"."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes / 60:.0f} h"


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
    return line + (f" About {duration(plan.seconds)}." if plan.seconds >= 5 else "")


def outcome_line(outcome: Outcome) -> str:
    """What became of one file, in one line."""
    line = f"{outcome.change:8} {safe(outcome.path)}"
    if outcome.was:
        line += f" (was {safe(outcome.was)})"
    if outcome.state == "indexed":
        return f"{line}: {counted(outcome.passages, 'passage')}"
    return f"{line}: {outcome.state}, {safe(outcome.reason)}" if outcome.state else line


def rejected_line(rejected: Rejected) -> str:
    """Why a file gave no document, in one line."""
    return f"{rejected.state:10} {safe(rejected.path)}: {safe(rejected.reason)}"


def report_line(report: Report, store: str) -> str:
    """An update in one line."""
    if report.plan.empty and not report.repaired:
        unchanged = counted(report.plan.unchanged, "file")
        return f"Up to date: {unchanged} unchanged ({report.seconds:.1f} s). Index: {store}"
    return (
        f"Done in {duration(report.seconds)}: {counted(report.embedded, 'text')} embedded, {report.reused:,} reused. "
        f"Index: {store}"
    )


def status_lines(status: Status, *, files: bool) -> Iterator[str]:
    """An index, described. `files` lists every document."""
    yield f"Index      {safe(status.store)} (generation {status.generation})"
    yield f"Documents  {safe(status.root) or 'none yet: the index was imported'}"
    yield f"Updated    {status.updated or 'never completed: run python -m index'}"
    yield f"Model      {safe(status.recipe.embedder)}"
    yield (
        f"Holds      {counted(len(status.documents), 'document')} from {counted(status.files, 'file')}, "
        f"{counted(status.passages, 'passage')}, {counted(status.vectors, 'vector')}"
    )
    yield (
        f"Sizes      catalog {size(status.catalog_bytes)}, Chroma {size(status.chroma_bytes)} "
        f"({counted(status.sealed_vectors, 'vector')}), words {size(status.words_bytes)} "
        f"({counted(status.sealed_passages, 'passage')})"
    )
    if status.writing:
        yield "Writing    a process is updating it now"
    elif status.unfinished:
        yield f"Unfinished {', '.join(status.unfinished)}: the next python -m index goes on with it or clears it away"
    if files:
        for record in status.documents:
            yield f"indexed    {safe(record.path)}: {counted(record.passages, 'passage')}"
    for rejected in status.rejected:
        yield rejected_line(rejected)


def findings_lines(findings: Findings) -> Iterator[str]:
    """What a check found."""
    for problem in findings.problems:
        where = f" {safe(problem.path)}:" if problem.path else ""
        yield f"{problem.part:9}{where} {safe(problem.message)}"
    looked = f"{counted(findings.documents, 'document')}, {counted(findings.passages, 'passage')}"
    sources = f", {counted(findings.sources, 'file')} read again" if findings.sources else ""
    skipped = f" ({findings.skipped:,} changed or gone since the last update)" if findings.skipped else ""
    if findings.problems:
        problems = counted(len(findings.problems), "problem")
        yield f"{problems} in {looked}{sources}{skipped}. To put right: python -m index check --repair"
    else:
        yield f"Everything is as it should be: {looked}{sources}{skipped}."
