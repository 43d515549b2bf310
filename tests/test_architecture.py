"""The structure holds: imports run one way, and looking at help costs nothing heavy."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "seeds": set(),
    "index": {"seeds"},
    "qa": {"index", "seeds"},
    "ui": {"qa", "index", "seeds"},
}
HEAVY = {"torch", "transformers", "sentence_transformers", "chromadb", "gradio", "onnxruntime", "langchain"}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            names.add((node.module or "").split(".")[0])
    return names


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_run_one_way(package):
    ours = set(MAY_IMPORT)
    for path in (ROOT / package).rglob("*.py"):
        beyond = (imported(path) & ours) - MAY_IMPORT[package] - {package}
        assert not beyond, f"{path.relative_to(ROOT)} imports {beyond}"


@pytest.mark.parametrize("package", ["index", "qa", "ui"])
def test_only_programs_read_the_environment(package):
    for path in (ROOT / package).rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if path.name != "__main__.py":
            assert "os.environ[" not in text and "os.getenv" not in text, path.relative_to(ROOT)


@pytest.mark.parametrize("code", ["import index, qa, ui, seeds", "import qa.answers, qa.settings, index.store"])
def test_importing_loads_nothing_heavy(code):
    check = f"import sys; {code}; print(sorted(set(sys.modules) & {HEAVY!r}))"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("package", ["index", "qa", "ui"])
def test_help_loads_nothing_heavy(package):
    code = (
        f"import sys, runpy; sys.argv = ['{package}', '--help']\n"
        f"try: runpy.run_module('{package}', run_name='__main__', alter_sys=True)\n"
        f"except SystemExit: pass\n"
        f"print(sorted(set(sys.modules) & {HEAVY!r}), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stderr.strip() == "[]"
    assert "Usage" in done.stdout or "usage" in done.stdout


@pytest.mark.parametrize("package", ["index", "qa", "ui", "seeds"])
def test_what_a_package_offers_is_there(package):
    module = __import__(package)
    assert module.__all__ == sorted(module.__all__)
    assert all(hasattr(module, name) for name in module.__all__)
