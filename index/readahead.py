"""The planned files, parsed several at once and ahead of what is being embedded."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from index.ingest import Read
from index.parsing import File, Parser
from index.plan import Plan, digest_of
from index.records import FileRecord

# So many files are ahead for each parsing process; as many as a batch or two takes while they are small, in bytes.
AHEAD, AHEAD_SMALL, SMALL = 4, 128, 4 << 20

T = TypeVar("T")


def read_files(root: Path, plan: Plan, processes: int, then: Callable[[Read], T]) -> Generator[T | None, None, None]:
    """What `then` makes of each planned file's contents, in the order moved, changed, added; `None` before one that is
    still being read, so that something else can be done first.

    `then` is called in the threads that read, ahead of what is taken; at most a few files are held in memory, or some
    small ones. Close the generator where it is not read to its end: that ends the parsing at once.
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

        def read(file: File, change: str, was: str) -> T:
            # Digested before it is parsed: a file that changes in between is read again next time.
            record = FileRecord(file.path, file.size, file.mtime_ns, digest_of(root / file.path))
            return then(Read(record, change, was, parser.read(file.path)))

        waiting = deque(work)
        ahead = deque[tuple[int, Future[T]]]()
        held = 0  # bytes
        try:
            while waiting or ahead:
                while waiting and (
                    len(ahead) < processes * AHEAD or (len(ahead) < AHEAD_SMALL and held + waiting[0][0].size <= SMALL)
                ):
                    one = waiting.popleft()
                    held += one[0].size
                    ahead.append((one[0].size, pool.submit(read, *one)))
                size, future = ahead.popleft()
                held -= size
                if not future.done():
                    yield None
                yield future.result()
        finally:
            for _, future in ahead:
                future.cancel()
