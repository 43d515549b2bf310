"""What the README says can be done, can be done."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from index.environment import KNOWN

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = sorted(set(re.findall(r"python -m (index|qa|ui)((?: [a-z]+)?)(?=[ `\n\"])", README)))


@cache
def help_of(*command: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *command, "--help"], capture_output=True, text=True, cwd=ROOT, check=True
    )
    return done.stdout


@pytest.mark.parametrize(("program", "command"), COMMANDS)
def test_every_command_exists(program, command):
    words = [program, *command.split()]
    assert "Usage" in help_of(*words)


def test_every_flag_of_the_settings_is_taken():
    table = README.split("## Settings")[1].split("\n## ")[0]
    flags = re.findall(r"`(--[a-z-]+)`", table)
    taken = help_of("qa") + help_of("ui") + help_of("index")
    assert flags and not [flag for flag in flags if flag not in taken]


def test_every_environment_name_is_known_and_every_known_one_is_told():
    told = set(re.findall(r"`FOOTNOTE_([A-Z_]+)`", README))
    assert told == KNOWN


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\bmake ([a-z-]+)\b(?! sets)", README))))
def test_every_make_target_exists(target):
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_every_link_leads_somewhere(path):
    assert (ROOT / path).exists()


def test_every_file_of_the_tree_is_there():
    tree = README.split("## Where things are")[1].split("```")[1]
    folder = ""
    for line in tree.strip().splitlines():
        if not line.startswith(" "):
            folder = line.split()[0]
            assert (ROOT / folder).is_dir(), folder
        for name in re.findall(r"\b[a-z_]+\.py\b", line) if line.startswith(" ") else []:
            assert (ROOT / folder / name).is_file(), f"{folder}{name}"
