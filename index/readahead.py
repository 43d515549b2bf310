"""The planned files, parsed several at once and a few ahead of what is being embedded."""

from __future__ import annotations

from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path

from index.ingest import Read
from index.parsing import File, Parser
from index.plan import Plan, digest_of
from index.records import FileRecord

AHEAD = 4  # files, for each parsing process


def read_files(root: Path, plan: Plan, processes: int) -> Generator[Read, None, None]:
    """What each planned file holds, in the order moved, changed, added; at most a few are held in memory.

    Close the generator where it is not read to its end: that ends the parsing at once.
    """
    work: list[tuple[File, str, str]] = [
        *((move.file, "moved", move.was) for move in plan.moved),
        *((file, "changed", "") for file in plan.changed),
        *((file, "added", "") for file in plan.added),
    ]
    if not work:
        return
    processes = min(processes, len(work))
    # The parser is closed before the pool is waited for: an interruption does not wait for a file that takes long.
    with ThreadPoolExecutor(processes, "footnote-parse") as pool, Parser(root, processes=processes) as parser:

        def read(file: File, change: str, was: str) -> Read:
            # Digested before it is parsed: a file that changes in between is read again next time.
            record = FileRecord(file.path, file.size, file.mtime_ns, digest_of(root / file.path))
            return Read(record, change, was, parser.read(file.path))

        waiting = iter(work)
        ahead: list[Future[Read]] = [pool.submit(read, *one) for one in islice(waiting, processes * AHEAD)]
        try:
            while ahead:
                result = ahead.pop(0).result()
                ahead.extend(pool.submit(read, *one) for one in islice(waiting, 1))
                yield result
        finally:
            for future in ahead:
                future.cancel()
