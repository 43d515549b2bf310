"""The reader: one score a sentence, the same for any company of windows, and the same as torch would say."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.errors import ReaderError
from index.quantized import restored
from qa.reader import FOLDER, KEPT, ROW_TOKENS, Reader
from qa.windows import QUESTION_TOKENS, Reading, Tokens, Window, pack

HARBOUR = Window(
    "Harbour rules",
    "Berths",
    "3 May 2037",
    (
        "The port of Merrow is the oldest on the coast.",
        "Visitors may use berths 7, 8 and 9 free of duty.",
        "Storms are common in March.",
    ),
)
STORMS = Window("", "", "", ("Storms are common in March.", "The mayor was born in Selmeth."))
QUESTION = "Which berths may visitors use without paying duty?"


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.open()


def test_finds_the_sentence_the_window_and_the_words(reader: Reader) -> None:
    harbour, storms = reader.read(QUESTION, [HARBOUR, STORMS])
    assert int(np.argmax(harbour.evidence)) == 1
    assert harbour.answered > storms.answered
    assert max(harbour.evidence) > max(storms.evidence)
    assert harbour.span is not None
    assert harbour.span.sentence == 1
    assert "7" in HARBOUR.sentences[harbour.span.sentence][harbour.span.start : harbour.span.end]


@pytest.mark.parametrize(
    "window",
    [
        HARBOUR,
        Window("", "", "", ()),
        Window("", "", "", ("", " ", "\u200b")),
        Window("Ünïcode 港", "", "", ("港口有三个泊位。", "Berth 7 🚢 is free.", "e\u0301" * 50)),
        Window("One", "", "", ("berth " * 700,)),
        Window("t" * 3000, "h " * 900, "", ("Berth 7 is free.",)),
    ],
)
@pytest.mark.parametrize("question", [QUESTION, "", "berths? " * 400, "泊位"])
def test_one_finite_score_a_sentence_for_any_text(reader: Reader, window: Window, question: str) -> None:
    (reading,) = reader.read(question, [window])
    assert len(reading.evidence) == len(reading.evidence_probability) == len(window.sentences)
    assert np.isfinite([reading.answered, *reading.evidence]).all()
    assert all(0 <= p <= 1 for p in (reading.answered_probability, *reading.evidence_probability))
    if reading.span:
        assert reading.span.end <= len(window.sentences[reading.span.sentence])


def test_nothing_to_read_is_nothing_read(reader: Reader) -> None:
    assert reader.read(QUESTION, []) == ()


def test_reads_the_same_twice(reader: Reader) -> None:
    assert reader.read(QUESTION, [HARBOUR, STORMS]) == Reader.open().read(QUESTION, [HARBOUR, STORMS])


def test_only_what_is_new_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, read = Reader.open(), list[tuple[str, Window]]()
    reading = Reader._read

    def noting(self: Reader, question: str, windows: list[Window]) -> tuple[Reading, ...]:
        read.extend((question, window) for window in windows)
        return reading(self, question, windows)

    monkeypatch.setattr(Reader, "_read", noting)
    first = reader.read(QUESTION, [HARBOUR])
    assert reader.read(QUESTION, [STORMS, HARBOUR, STORMS])[1:2] == first
    assert read == [(QUESTION, HARBOUR), (QUESTION, STORMS)]
    corrected = replace(HARBOUR, sentences=(HARBOUR.sentences[0], "Visitors may use berth 12 free of duty."))
    assert len(reader.read(QUESTION, [corrected])[0].evidence) == 2
    assert reader.read("Who was born in Selmeth?", [STORMS]) != reader.read(QUESTION, [STORMS])
    assert read[2:] == [(QUESTION, corrected), ("Who was born in Selmeth?", STORMS)]


def test_no_more_readings_are_kept_than_stated(reader: Reader) -> None:
    for at in range(0, KEPT + 20, 10):
        reader.read("Berth?", [Window("", "", "", (f"Berth {at + i}.",)) for i in range(10)])
    assert len(reader._kept) == KEPT


def test_scores_do_not_depend_on_the_other_windows_or_their_order(reader: Reader) -> None:
    long = Window(
        "Logbook", "", "", tuple(f"On day {i} the wind came from the north and nothing else." for i in range(9))
    )
    windows = [HARBOUR, STORMS, *([long] * 8), HARBOUR]
    together = reader.read(QUESTION, windows)
    backwards = Reader.open().read(QUESTION, windows[::-1])[::-1]
    fresh = Reader.open()
    alone = [fresh.read(QUESTION, [window])[0] for window in windows]
    for readings in (backwards, alone):
        for one, other in zip(together, readings, strict=True):
            assert one == other


def test_evidence_far_down_a_long_window_is_found(reader: Reader) -> None:
    filler = tuple(
        f"On day {i} the wind came from the north and nothing else was seen from the tower." for i in range(60)
    )
    (reading,) = reader.read(QUESTION, [Window("Logbook", "", "", (*filler, HARBOUR.sentences[1]))])
    assert int(np.argmax(reading.evidence)) == 60
    assert reading.span is not None and reading.span.sentence == 60


def tokens(count: int) -> Tokens:
    return Tokens(tuple(range(2000, 2000 + count)), tuple((i, i + 1) for i in range(count)))


@pytest.mark.parametrize("sizes", [(), (0, 3, 0), (5, 9, 400, 2), (40,) * 20, (1,) * 300])
@pytest.mark.parametrize("question", [0, 8, 300])
def test_rows_hold_every_token_of_every_sentence_once(sizes: tuple[int, ...], question: int) -> None:
    sentences = [tokens(size) for size in sizes]
    rows = pack(tokens(question), tokens(4), sentences, 224)
    assert rows and all(len(row.ids) <= 224 for row in rows)
    held: list[list[int]] = [[] for _ in sizes]
    for row in rows:
        assert row.second == min(question, QUESTION_TOKENS) + 2
        for part in row.parts:
            assert len(part.offsets) == part.end - part.start > 0
            held[part.sentence] += row.ids[part.start : part.end]
    assert [tuple(ids) for ids in held] == [sentence.ids for sentence in sentences]


def test_a_sentence_that_fits_a_row_is_never_cut() -> None:
    rows = pack(tokens(8), tokens(4), [tokens(100)] * 9, 224)
    assert [part.sentence for row in rows for part in row.parts] == list(range(9))


def test_of_a_long_question_the_end_is_kept() -> None:
    (row,) = pack(tokens(300), tokens(0), [tokens(5)], 224)
    assert row.ids[1 : row.second - 1] == tokens(300).ids[-QUESTION_TOKENS:]


def test_damaged_weights_are_not_used(tmp_path: Path) -> None:
    for name in ("reader.json", "reader.safetensors"):
        shutil.copyfile(FOLDER / name, tmp_path / name)
    with (tmp_path / "reader.safetensors").open("r+b") as file:
        file.seek(-100, 2)
        file.write(b"\x55" * 8)
    with pytest.raises(ReaderError, match="damaged"):
        Reader.open(tmp_path)


def test_missing_weights_say_so(tmp_path: Path) -> None:
    with pytest.raises(ReaderError, match="Reinstall"):
        Reader.open(tmp_path)
    (tmp_path / "reader.json").write_text(json.dumps({}), encoding="utf-8")
    with pytest.raises(ReaderError, match="Reinstall"):
        Reader.open(tmp_path)


def test_packed_weights_come_back_within_half_a_step() -> None:
    from training.export import packed

    rng = np.random.default_rng(5)
    weights = {
        "enc.x.weight": rng.normal(size=(40, 64)).astype(np.float32)
        * np.logspace(-3, 1, 40, dtype=np.float32)[:, None],
        "enc.x.bias": rng.normal(size=40).astype(np.float32),
        "sent.weight": rng.normal(size=(1, 64)).astype(np.float32),
    }
    weights["enc.x.weight"][3] = 0
    back = restored(packed(weights))
    assert set(back) == set(weights)
    step = np.abs(weights["enc.x.weight"]).max(axis=1, keepdims=True) / 127
    assert (np.abs(back["enc.x.weight"] - weights["enc.x.weight"]) <= 0.51 * step + 1e-9).all()
    assert np.allclose(back["sent.weight"], weights["sent.weight"], atol=2e-3)


def test_agrees_with_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch
    from safetensors.numpy import load_file

    from training.batches import collate, open_tokenizer, targets
    from training.examples import Example
    from training.model import ReaderModel

    monkeypatch.setattr("index.encoder.exact", lambda: False)
    reader = Reader.open()
    weights = restored(load_file(FOLDER / "reader.safetensors"))
    model = ReaderModel().eval()
    model.load_state_dict({name: torch.from_numpy(array) for name, array in weights.items()}, strict=False)
    tokenizer = open_tokenizer()
    for window in (HARBOUR, STORMS):
        example = Example(QUESTION, window, (0,) * len(window.sentences), 0, "", "test")
        batch = collate([targets(example, tokenizer, ROW_TOKENS)])
        with torch.no_grad():
            sentences, answered, _ = model(batch.ids, batch.mask, batch.types, batch.pool)
        (reading,) = reader.read(QUESTION, [window])
        assert reading.evidence == pytest.approx(sentences[0].tolist(), abs=5e-3)
        assert reading.answered == pytest.approx(float(answered[0]), abs=5e-3)
