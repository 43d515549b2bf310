"""Environments of their own for tools that are compared, and programs run in them: how long, and in how much memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

INTERVAL = 0.2  # seconds between two looks at the memory
QUIET = {  # nothing is fetched, nothing is sent, and no accelerator is used
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "ANONYMIZED_TELEMETRY": "False",
    "LANGSMITH_TRACING": "false",
    "CUDA_VISIBLE_DEVICES": "",
}


class Failed(Exception):
    """A tool could not be installed, or its program did not end well."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a program printed, and what it took: seconds in all and to its first two lines, and its peak memory.

    The memory is that of the process and its children together, in MB of 10^6 bytes.
    """

    lines: tuple[str, ...]
    seconds: float
    arrivals: tuple[float, ...]
    peak: float


def installed(folder: Path, requirements: Sequence[str]) -> Path:
    """The Python of an environment that holds what pip's arguments ask for; made where it is not there yet.

    Raises `Failed` when pip finds no way, or would install builds for CUDA: none of the tools would compute there.
    """
    python = folder / "bin" / "python"
    stamp = folder / "installed.json"
    wanted = json.dumps([Path(r).read_text("utf-8") if r.endswith(".txt") else r for r in requirements])
    if stamp.exists() and stamp.read_text("utf-8") == wanted:
        return python
    if not python.exists():
        _pip([sys.executable, "-m", "venv", str(folder)])
    plan = folder / "plan.json"
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    _pip([*pip, "--dry-run", "--report", str(plan), *requirements])
    names = [item["metadata"]["name"] for item in json.loads(plan.read_text("utf-8"))["install"]]
    if cuda := [name for name in names if name.startswith(("nvidia-", "cuda-")) or name == "triton"]:
        raise Failed(f"pip would install builds for CUDA ({cuda[0]} ...): name an index with torch's CPU builds")
    _pip([*pip, *requirements])
    stamp.write_text(wanted, "utf-8")
    return python


def _pip(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or done.stderr.splitlines()
        raise Failed(f"it cannot be installed: {' '.join(errors[-2:])[:300]}")


def versions(python: Path) -> list[str]:
    """Every package of an environment, as pip names it."""
    freeze = [str(python), "-m", "pip", "list", "--format", "freeze"]
    return subprocess.run(freeze, capture_output=True, text=True, check=True).stdout.split()


def size(folders: Sequence[Path]) -> float:
    """MB of 10^6 bytes that the files of folders take."""
    return sum(path.lstat().st_size for folder in folders for path in folder.rglob("*") if path.is_file()) / 1e6


def run(command: Sequence[str], log: Path, watched: bool = False) -> Ran:
    """Run a program to its end, its standard error in `log`. Its memory is looked at only where `watched`.

    Raises `Failed` with the end of the log.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    ended = threading.Event()
    peaks = [0.0]
    with log.open("w", encoding="utf-8") as errors:
        began = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, text=True, env=_environment(os.environ)
        )
        watch = threading.Thread(target=_watch, args=(process.pid, ended, peaks))
        if watched:
            watch.start()
        lines: list[str] = []
        arrivals: list[float] = []
        assert process.stdout is not None
        for line in process.stdout:
            if len(arrivals) < 2:
                arrivals.append(time.perf_counter() - began)
            lines.append(line)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        ended.set()
    if watched:
        watch.join()
    if process.returncode:
        raise Failed(
            f"{' '.join(command[1:3])} ended with {process.returncode}: {log.read_text('utf-8')[-300:].strip()}"
        )
    return Ran(tuple(lines), seconds, tuple(arrivals), max(usage.ru_maxrss * 1024 / 1e6, *peaks))


def _environment(given: Mapping[str, str]) -> dict[str, str]:
    # Settings of Footnote's and paths to other packages are this shell's affair.
    return {n: v for n, v in given.items() if not n.startswith("FOOTNOTE_") and n != "PYTHONPATH"} | QUIET


def _watch(pid: int, ended: threading.Event, peaks: list[float]) -> None:
    """Keep the highest sum of what a process and its children hold, memory they share counted once."""
    while not ended.wait(INTERVAL):
        peaks[0] = max(peaks[0], sum(map(_held, _family(pid))) / 1e6)


def _family(pid: int) -> list[int]:
    found = [pid]
    for parent in found:
        for children in Path(f"/proc/{parent}/task").glob("*/children"):
            try:
                found += map(int, children.read_text().split())
            except OSError:  # it has ended meanwhile
                continue
    return found


def _held(pid: int) -> int:
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:  # it has ended meanwhile
        return 0
    return sum(int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.startswith("Pss:"))
