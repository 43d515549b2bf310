"""`python -m index` as its users run it: plans, exit statuses, JSON, what an interruption leaves."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from typer.testing import CliRunner, Result

from index.build import recipe_for
from index.cli import Place, app, main
from index.schema import create
from index.store import Store

RUNNER = CliRunner()
REPORTING = """
import sys
from index.cli import main
try:
    main({})
except SystemExit as ended:
    assert not ended.code, ended.code
heavy = {"torch", "sentence_transformers", "transformers", "onnxruntime", "chromadb", "langchain", "gradio"}
sys.exit(", ".join(sorted(heavy & sys.modules.keys())) or 0)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "tides.md").write_text("# Tides\n\nThe tide turns twice a day at the old mill.\n")
    (tmp_path / "documents" / "blank.txt").write_text(" \n")
    return tmp_path


def places(folder: Path) -> list[str]:
    return ["--documents", str(folder / "documents"), "--store", str(folder / "store")]


def run(folder: Path, *arguments: str) -> Result:
    """A command in this process; the flags that name the folders come first."""
    return RUNNER.invoke(app, [*places(folder), *arguments], obj=Place(None, None, None))


def program(folder: Path, *arguments: str) -> tuple[int, str, str]:
    """All of the program, errors and all: exit status, standard output, standard error."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", ["index", *places(folder), *arguments])
        with pytest.raises(SystemExit) as ended:
            main({})
    return int(ended.value.code or 0), out.getvalue(), err.getvalue()


def state(folder: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads(run(folder, "status", "--json").stdout)
    return found


def test_a_dry_run_changes_nothing_and_says_what_would_be_done(folder: Path) -> None:
    ran = run(folder, "--dry-run")
    assert ran.exit_code == 0 and ran.stdout == "Files: 2 added.\n"
    planned = json.loads(run(folder, "--dry-run", "--json").stdout)
    assert [file["path"] for file in planned["added"]] == ["blank.txt", "tides.md"]
    assert not (folder / "store").exists()
    assert run(folder).exit_code == 0
    (folder / "documents" / "tides.md").rename(folder / "documents" / "tide.md")
    before = sorted((path, path.stat().st_mtime_ns) for path in (folder / "store").rglob("*") if path.is_file())
    assert run(folder, "--dry-run").stdout == "Files: 1 moved, 1 unchanged.\n"
    # SQLite makes and removes the files of its log when a reader comes and goes.
    kept = [file for file in before if "sqlite3-" not in file[0].name]
    after = sorted((path, path.stat().st_mtime_ns) for path in (folder / "store").rglob("*") if path.is_file())
    assert [file for file in after if "sqlite3-" not in file[0].name] == kept


def test_an_update_says_what_became_of_every_file(folder: Path) -> None:
    ran = run(folder)
    assert ran.exit_code == 0
    assert "added    tides.md: 1 passage\n" in ran.stdout
    assert "added    blank.txt: empty, " in ran.stdout
    again = run(folder)
    assert again.exit_code == 0 and "Up to date: 2 files unchanged" in again.stdout
    report = json.loads(run(folder, "--retry", "--json").stdout)
    assert [one["path"] for one in report["outcomes"]] == ["blank.txt"] and report["embedded"] == 0
    rebuilt = json.loads(run(folder, "rebuild", "--json").stdout)
    assert (rebuilt["embedded"], rebuilt["reused"]) == (0, 1)


def test_status(folder: Path) -> None:
    run(folder)
    found = state(folder)
    assert (found["files"], found["passages"], found["writing"], found["unfinished"]) == (2, 1, False, [])
    assert [one["path"] for one in found["documents"]] == ["tides.md"]  # type: ignore[attr-defined]
    assert [(one["path"], one["state"]) for one in found["rejected"]] == [("blank.txt", "empty")]  # type: ignore[attr-defined]
    assert found["updated"] and found["catalog_bytes"] > 0 and found["chroma_bytes"] > 0  # type: ignore[operator]
    shown = run(folder, "status", "--files").stdout
    assert "1 document from 2 files, 1 passage, 1 vector" in shown
    assert "indexed    tides.md: 1 passage\n" in shown and "empty      blank.txt: " in shown


def test_looking_loads_no_model_and_no_framework(folder: Path) -> None:
    run(folder)
    for arguments in (["status", "--json"], ["--dry-run"], ["export", "copy.footnote"]):
        ran = subprocess.run(
            [sys.executable, "-c", REPORTING, *places(folder), *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
            cwd=folder,
        )
        assert (ran.stderr, ran.returncode) == ("", 0)


def test_check_exits_with_1_where_something_is_wrong(folder: Path) -> None:
    run(folder)
    sound = run(folder, "check")
    assert sound.exit_code == 0 and "Everything is as it should be: 1 document, 1 passage, 2 files" in sound.stdout
    (chroma,) = [path for path in (folder / "store").glob("*/chroma/*") if path.is_dir()]
    for file in chroma.glob("*/*.bin"):
        file.unlink()
    broken = run(folder, "check", "--json")
    assert broken.exit_code == 1
    assert {one["part"] for one in json.loads(broken.stdout)["problems"]} == {"vectors"}
    assert run(folder, "check", "--repair").exit_code == 0
    assert run(folder, "check").exit_code == 0


def test_an_error_is_one_line_and_exit_status_1(folder: Path) -> None:
    for arguments, said in (
        (["status"], "There is no index at "),
        (["--documents", str(folder / "none")], "does not exist. Nothing was changed"),
        (["import", str(folder / "documents" / "tides.md")], "cannot be"),
        (["--store", "http://localhost/my docs"], "cannot be named 'my docs'"),
        (["--store", "http://localhost:99999/docs"], "is no address of a Chroma server"),
    ):
        status, out, err = program(folder, *arguments)
        assert (status, out) == (1, "") and said in err and len(err.splitlines()) == 1
    assert program(folder, "--no-such-flag")[0] == 2


def test_a_terminal_without_a_names_letters_ends_nothing(folder: Path) -> None:
    (folder / "documents" / "日本.txt").write_text("The tide turns twice a day at the new mill.\n")
    out = io.TextIOWrapper(io.BytesIO(), encoding="cp1252", newline="\n")
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out):
        patch.setattr(sys, "argv", ["index", *places(folder)])
        with pytest.raises(SystemExit) as ended:
            main({})
    out.seek(0)
    assert not ended.value.code and "added    \\u65e5\\u672c.txt: 1 passage\n" in out.read()


def test_a_damaged_catalog_is_an_error_that_says_what_to_do(folder: Path) -> None:
    run(folder)
    (catalog,) = (folder / "store").glob("*/catalog.sqlite3")
    whole = catalog.read_bytes()
    catalog.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    for arguments in (["status"], ["--dry-run"], []):
        status, out, err = program(folder, *arguments)
        assert (status, out) == (1, "") and "check --repair" in err and len(err.splitlines()) == 1
    assert run(folder, "check", "--repair").exit_code == 0
    assert state(folder)["passages"] == 1


@pytest.mark.skipif(sys.platform == "win32", reason="another user is needed")
def test_who_may_not_write_to_the_index_is_told_so() -> None:
    """SQLite writes to the folder of a catalog in WAL mode even to read it."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        create(folder, recipe_for("tiny@1"))
        folder.chmod(0o555)
        code = (
            "import os, sys, pathlib; from index.errors import StoreError; from index.schema import connect\n"
            "if os.geteuid() == 0: os.setuid(65534)\n"
            "try: connect(pathlib.Path(sys.argv[1]))\n"
            "except StoreError as error: print(error)"
        )
        root = Path(__file__).parents[2]
        ran = subprocess.run([sys.executable, "-c", code, name], capture_output=True, text=True, timeout=60, cwd=root)
        folder.chmod(0o755)
    assert "right to write" in ran.stdout and "rebuild" not in ran.stdout


def test_an_empty_folder_empties_an_index_only_when_told_to(folder: Path) -> None:
    run(folder)
    for path in (folder / "documents").iterdir():
        path.unlink()
    status, _, err = program(folder)
    assert status == 1 and "--allow-empty" in err
    assert state(folder)["passages"] == 1
    assert run(folder, "--allow-empty").exit_code == 0
    assert (state(folder)["files"], state(folder)["passages"]) == (0, 0)


def interrupted(folder: Path, ready: Callable[[int], bool], *arguments: str) -> tuple[float, int, str]:
    """Run the program, interrupt it when ready: the seconds until it ended, its exit status, what it said.

    The status is as a shell sees it. Where the interruption falls into a dataclass's making, in a module that is just
    imported, Python ends itself by the signal, though the interruption was caught and reported; a shell calls both 130.
    """
    child = subprocess.Popen(
        [sys.executable, "-m", "index", *places(folder), *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # What runs in a shell's background ignores interrupts, and its children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    try:
        until = time.monotonic() + 60
        while not ready(child.pid):
            assert child.poll() is None and time.monotonic() < until
            time.sleep(0.02)
        began = time.monotonic()
        child.send_signal(signal.SIGINT)
        _, said = child.communicate(timeout=60)
        status = child.returncode if child.returncode >= 0 else 128 - child.returncode
        return time.monotonic() - began, status, said
    finally:
        if child.poll() is None:
            child.kill()
            child.communicate()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes under /proc")
def test_an_interruption_does_not_wait_for_a_file_and_keeps_what_is_done(folder: Path) -> None:
    for i in range(140):
        (folder / "documents" / f"{i:03}.txt").write_text(f"The mill ground {i} sacks of rye in a day.\n")
    (folder / "documents" / "zzz.log").write_text("Read in a process of its own.\n")
    stopped: list[int] = []

    def ready(pid: int) -> bool:
        """Stop the process that parses, as a file that takes for ever would; wait for the first two batches."""
        for process in [] if stopped else parsing_processes(pid):
            os.kill(process, signal.SIGSTOP)
            stopped.append(process)
        return bool(stopped) and len(Store.open(folder / "store").documents()) >= 128

    seconds, status, said = interrupted(folder, ready)
    assert (status, said.strip()) == (130, "Interrupted. What was done is kept; the next run goes on from there.")
    assert seconds < 10
    assert not Path(f"/proc/{stopped[0]}").exists()
    found = state(folder)
    assert 128 <= found["passages"] < 142 and not found["writing"]  # type: ignore[operator]
    report = json.loads(run(folder, "--json").stdout)
    assert len(report["plan"]["added"]) == 143 - found["files"]  # type: ignore[operator]
    assert state(folder)["passages"] == 142
    assert run(folder, "check").exit_code == 0


def parsing_processes(parent: int) -> list[int]:
    """The children of a process that read files for it."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            of_parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1]) == parent
            if of_parent and b"index.workers" in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue  # ended in the meantime
    return found


def test_watching_ends_quickly_when_interrupted(folder: Path) -> None:
    seconds, status, said = interrupted(folder, lambda pid: updated(folder), "watch")
    assert (status, said.strip()) == (130, "Interrupted. What was done is kept; the next run goes on from there.")
    assert seconds < 10 and state(folder)["passages"] == 1


def updated(folder: Path) -> bool:
    return (folder / "store" / "current").exists() and bool(state(folder)["updated"])
