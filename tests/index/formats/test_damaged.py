"""Damaged files: every one accounted for, none stops the others, and the good ones among them are all read."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from index.documents import Document, Rejected
from index.parsing import Parser, list_files

STATES = {"empty", "scanned", "locked", "unsupported", "failed"}


def damaged(samples: dict[str, bytes], build: Any, count: int) -> Iterator[tuple[str, bytes]]:
    """`count` files made of the good ones: cut short, bits flipped, bytes lost or blanked, under a wrong name, in
    archives and archives of archives. The same files each time."""
    dice = random.Random(31)
    names = sorted(samples)
    for number in range(count):
        name = names[number % len(names)]
        stem, _, ending = name.partition(".")
        data = bytearray(samples[name])
        kind = dice.choice(["cut", "flip", "flip", "lose", "blank", "rename", "pack", "shuffle"])
        if kind == "cut":
            del data[dice.randrange(len(data)) :]
        elif kind == "flip":
            for _ in range(dice.choice([1, 5, 50])):
                data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
        elif kind == "lose":
            at = dice.randrange(len(data))
            del data[at : at + dice.randrange(1, 200)]
        elif kind == "blank":
            at = dice.randrange(len(data))
            data[at : at + 100] = bytes(len(data[at : at + 100]))
        elif kind == "rename":
            ending = dice.choice(names).partition(".")[2]
        elif kind == "shuffle":
            at = dice.randrange(len(data))
            data = data[at:] + data[:at]
        else:
            data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
            data = bytearray(build.zipped({name: bytes(data), "good.txt": "The tide turns."}))
            if dice.random() < 0.5:
                data = bytearray(build.zipped({"inner.zip": bytes(data)}))
            if dice.random() < 0.3:
                del data[dice.randrange(len(data)) :]
            ending = "zip"
        yield f"{number:03}-{kind}-{stem}.{ending}", bytes(data)


def check(folder: Path, samples: dict[str, bytes], build: Any, count: int) -> dict[str, int]:
    """Reads a folder of `count` damaged files with the good ones among them; how many came to which end."""
    for name, data in damaged(samples, build, count):
        (folder / name).write_bytes(data)
    good = {f"good-{name}" for name in samples if name != "office.png"}
    for name in good:
        (folder / name).write_bytes(samples[name.removeprefix("good-")])
    ends: dict[str, int] = {}
    with Parser(folder, seconds=30) as parser:
        for file in list_files(folder).files:
            begun = time.monotonic()
            found = parser.read(file.path)
            assert time.monotonic() - begun < 60
            assert found, file.path
            for one in found:
                assert one.path == file.path or one.path.startswith(file.path + "/")
                if isinstance(one, Rejected):
                    assert one.state in STATES
                    assert one.reason
                    assert "\n" not in one.reason
                    ends[one.state] = ends.get(one.state, 0) + 1
                else:
                    one.text.encode()
                    ends["read"] = ends.get("read", 0) + 1
            if file.path in good:
                assert all(isinstance(one, Document) for one in found), found
    return ends


def test_damaged_files_are_accounted_for(samples: dict[str, bytes], build: Any, tmp_path: Path) -> None:
    samples = {name: data for name, data in samples.items() if name != "office.png"}  # recognising words takes seconds
    ends = check(tmp_path, samples, build, 40)
    assert ends["read"] >= 17
    assert ends["failed"] > 0


@pytest.mark.slow
def test_three_hundred_damaged_files_are_accounted_for(
    samples: dict[str, bytes], build: Any, tmp_path: Path, record_property: Any
) -> None:
    for state, count in check(tmp_path, samples, build, 300).items():
        record_property(state, count)
