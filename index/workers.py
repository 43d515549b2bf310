"""A process that reads files for us and may be killed: both ends of the pipe between.

A request is a line of JSON, an answer a line with the number of bytes that follow and as many bytes of JSON. A line
"alive" before it says that a long reading has got on, and gives it its time anew.
JSON, not pickle: what a parser of foreign files sends back must not be able to run code here.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from index.documents import Document, Heading, Metadata, Page, Rejected
from index.formats.progress import listen

READ_FILE = "index.formats.reading:read_unguarded"
_START_SECONDS = 60.0
_OUT_OF_MEMORY = 77  # exit status of a process that came to its limit
_GRACE_SECONDS = 5  # after this much more than its time a process ends itself, should nobody be left to end it
_ALIVE = b"alive\n"
_MAIN = "import index.workers; index.workers.main()"


class Died(Exception):
    """The process ended, or was ended, before it answered; the message says why."""


class Late(Died):
    """The process did not answer in its time."""


class Worker:
    """One process, started when first needed and again after each death.

    `reader` names the function that is called there, as "module:function"; it takes what `read_file` takes and
    gives what it gives.
    """

    def __init__(self, root: Path, seconds: float, megabytes: int, reader: str = READ_FILE) -> None:
        self._root = root
        self._seconds = seconds
        self._megabytes = megabytes
        self._reader = reader
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._closed = False

    def read(self, path: str) -> tuple[Document | Rejected, ...]:
        """The documents of the file `path`. Raises `Died`.

        A process that crashes or comes to its limit after other files may have suffered from those: the file is
        read once more by a fresh one.
        """
        with self._lock:
            fresh = self._process is None
            try:
                return self._read(path)
            except Late:
                raise
            except Died:
                if fresh or self._closed:
                    raise
                return self._read(path)

    def _read(self, path: str) -> tuple[Document | Rejected, ...]:
        try:
            process = self._process or self._start()
            if self._closed:
                raise Died("reading was broken off")
            answer = self._ask(process, path)
        except BaseException:  # an interrupt too: the process may be in the middle of an answer
            self._end()
            raise
        return tuple(_from_json(one) for one in answer)

    def close(self) -> None:
        """Ends the process for good; a file it is reading just then is given up, and `read` raises `Died`."""
        self._closed = True
        if (process := self._process) is not None:
            process.kill()  # without the lock, which whoever reads has until the process answers or is dead
        with self._lock:
            self._end()

    def _start(self) -> subprocess.Popen[bytes]:
        settings = [os.fspath(self._root), str(self._seconds), str(self._megabytes), self._reader]
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _MAIN, *settings],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path)},
        )
        self._receive(self._process, _START_SECONDS)
        return self._process

    def _ask(self, process: subprocess.Popen[bytes], path: str) -> list[dict[str, Any]]:
        assert process.stdin is not None
        try:
            process.stdin.write(json.dumps(path).encode() + b"\n")
            process.stdin.flush()
        except OSError as error:
            raise Died("the process that reads files has ended") from error
        answer = json.loads(self._receive(process, self._seconds))
        assert isinstance(answer, list)
        return answer

    def _receive(self, process: subprocess.Popen[bytes], seconds: float) -> bytes:
        assert process.stdout is not None
        late = threading.Event()

        def stop() -> None:
            late.set()
            process.kill()

        head = _ALIVE
        data = b""
        while head == _ALIVE:
            timer = threading.Timer(seconds, stop)
            timer.start()
            try:
                head = process.stdout.readline()
                data = process.stdout.read(int(head)) if head[:1].isdigit() else b""
            finally:
                timer.cancel()
        if not head or len(data) < int(head):
            if late.is_set():
                raise Late(f"reading it took more than {seconds:g} seconds and was stopped")
            raise Died(self._why(process.wait()))
        return data

    def _why(self, code: int) -> str:
        if code == _OUT_OF_MEMORY:
            return f"reading it needs more than {self._megabytes} MB of memory"
        if code < 0:
            name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
            return f"reading it crashed the process ({name}), which may use {self._megabytes} MB"
        return f"reading it ended the process (exit status {code})"

    def _end(self) -> None:
        if (process := self._process) is None:
            return
        self._process = None
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):  # what had not been sent to a dead process
                    pipe.close()


def main() -> None:
    """The process: reads what it is asked for until it is asked no more."""
    if hasattr(signal, "SIGINT"):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started this process ends it
    root, seconds, megabytes, reader = Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not stand among the answers
    _limit_memory(megabytes)
    read = _function(reader)

    def say_alive() -> None:
        answers.write(_ALIVE)
        answers.flush()
        _alarm(int(seconds) + _GRACE_SECONDS)

    listen(say_alive)
    _send(answers, _encoded([]))
    for line in sys.stdin.buffer:
        path = json.loads(line)
        _alarm(int(seconds) + _GRACE_SECONDS)
        try:
            answer = _encoded(read(root, path))
        except MemoryError:
            os._exit(_OUT_OF_MEMORY)  # what is left of this process is not to be trusted with another file
        _send(answers, answer)
        _alarm(0)


def _function(name: str) -> Callable[[Path, str], Sequence[Document | Rejected]]:
    module, _, function = name.partition(":")
    found: Callable[[Path, str], Sequence[Document | Rejected]] = getattr(importlib.import_module(module), function)
    return found


def _encoded(found: Sequence[Document | Rejected]) -> bytes:
    return json.dumps([asdict(one) for one in found], ensure_ascii=False).encode()


def _send(answers: IO[bytes], data: bytes) -> None:
    answers.write(b"%d\n" % len(data))
    answers.write(data)
    answers.flush()


def _alarm(seconds: int) -> None:
    """Has the system end this process after so long, even inside a library that does not come back; 0: never."""
    if hasattr(signal, "alarm"):
        signal.alarm(seconds)


def _limit_memory(megabytes: int) -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    size = megabytes << 20
    try:
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ValueError, OSError):  # a system, or a stricter limit already set, that does not allow it
        return


def _from_json(fields: dict[str, Any]) -> Document | Rejected:
    if "state" in fields:
        return Rejected(**fields)
    fields["pages"] = tuple(Page(**page) for page in fields["pages"])
    fields["headings"] = tuple(Heading(**heading) for heading in fields["headings"])
    fields["metadata"] = Metadata(**fields["metadata"])
    return Document(**fields)
