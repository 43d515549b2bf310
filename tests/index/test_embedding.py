"""The bundled model: the original's weights, the framework's vectors, and no framework."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from index.embedding import BUNDLED, bundled_folder, embedder_name, open_embedder
from index.encoder import WordTable, mapped
from index.errors import EmbeddingError

TEXTS = [
    "The visit ended on 19 June.",
    "x",
    "Zürich – “quoted” 第一句话",
    "A much longer text about nothing in particular, " * 60,
    "",
]


@pytest.fixture(scope="module")
def embedder():
    return open_embedder()


@pytest.fixture(scope="module")
def whole():
    """The model in float32, as it is where the processor has no exact 8-bit kernels."""
    embedder = open_embedder()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.encoder.exact", lambda: False)
        embedder.embed(["loaded"])
    return embedder


def test_it_agrees_with_sentence_transformers(whole):
    from index.embedding import SentenceTransformerEmbedder

    reference = SentenceTransformerEmbedder(str(bundled_folder()))
    ours, theirs = whole.embed(TEXTS), reference.embed(TEXTS)
    assert ours.shape == theirs.shape == (5, 384)
    assert np.all(np.sum(ours * theirs, axis=1) > 0.9999)
    assert reference.count_tokens(TEXTS[:3]) == whole.count_tokens(TEXTS[:3])
    assert reference.embed([]).shape == (0, 384)


def test_tokens_can_be_counted_while_texts_are_embedded():
    from index.embedding import SentenceTransformerEmbedder

    model = SentenceTransformerEmbedder(str(bundled_folder()))
    counts, rows = model.count_tokens(TEXTS), model.embed(TEXTS)
    with ThreadPoolExecutor(3) as pool:
        embedded = [pool.submit(model.embed, TEXTS) for _ in range(5)]
        counted = [pool.submit(model.count_tokens, TEXTS) for _ in range(200)]
        assert all(one.result() == counts for one in counted)
        assert all(np.allclose(one.result(), rows, atol=1e-5) for one in embedded)


@pytest.fixture
def prompted(tmp_path):
    """The bundled model in a folder of its own, with prompts before questions and before documents."""
    folder = tmp_path / "prompted"
    for file in bundled_folder().rglob("*"):
        if file.is_file() and file.name != "config_sentence_transformers.json":
            copy = folder / file.relative_to(bundled_folder())
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.symlink_to(file)
    prompts = {"query": "query: ", "document": "passage: "}
    (folder / "config_sentence_transformers.json").write_text(json.dumps({"prompts": prompts}))
    return folder


def test_a_models_prompts_come_before_questions_and_documents(whole, prompted):
    model = open_embedder(str(prompted))
    assert model.embed([TEXTS[0]])[0] @ whole.embed([f"passage: {TEXTS[0]}"])[0] > 0.9999
    assert model.embed_query(TEXTS[0]) @ whole.embed([f"query: {TEXTS[0]}"])[0] > 0.9999
    assert model.name == embedder_name(str(prompted))


def test_a_folders_name_follows_from_what_is_in_it(prompted, monkeypatch):
    name = embedder_name(str(prompted))
    assert name.startswith("prompted@")
    monkeypatch.chdir(prompted.parent)
    Path("linked").symlink_to(prompted)
    (prompted / "README.md").unlink()
    assert {embedder_name("prompted"), embedder_name("./prompted"), embedder_name("linked")} == {name}
    (prompted / "1_Pooling" / "config.json").unlink()
    assert len({embedder_name("prompted"), name}) == 2
    assert embedder_name("nobody/no-such-model") == "nobody/no-such-model"


def test_rows_are_unit_and_do_not_depend_on_their_neighbours(embedder):
    together = embedder.embed(TEXTS)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    alone = np.stack([embedder.embed_query(text) for text in TEXTS])
    assert np.array_equal(together, alone)
    assert embedder.embed([]).shape == (0, 384)


def test_damaged_weights_are_refused(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"not the original")
    from index.embedding import BundledEmbedder

    with pytest.raises(EmbeddingError, match="damaged or not the original"):
        BundledEmbedder(tmp_path).embed(["a"])


def test_a_missing_tokenizer_is_said_so(prompted):
    from index.embedding import BundledEmbedder

    (prompted / "tokenizer.json").unlink()
    with pytest.raises(EmbeddingError, match=r"tokenizer\.json.*Reinstall"):
        BundledEmbedder(prompted).embed(["a"])


def test_a_model_that_is_not_here_is_not_fetched():
    with pytest.raises(EmbeddingError, match="downloads nothing"):
        open_embedder("nobody/no-such-model")


def test_the_name_holds_the_checksum(embedder):
    assert embedder.name == embedder_name(BUNDLED) == "all-MiniLM-L6-v2@53aa51172d14"


def test_no_framework_is_loaded():
    code = (
        "import sys; from index.embedding import open_embedder; open_embedder().embed_query('a');"
        "sys.exit(bool({'torch', 'transformers', 'sentence_transformers', 'chromadb'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_weights_are_read_where_they_lie(tmp_path):
    from safetensors.numpy import save_file

    weights = {
        "a": np.arange(6, dtype=np.float32).reshape(2, 3),
        "b": np.array([[-3, 4]], dtype=np.int8),
        "c": np.array([0.5], dtype=np.float16),
    }
    save_file(weights | {"position": np.arange(2)}, tmp_path / "w.safetensors", metadata={"made": "here"})
    found = mapped(tmp_path / "w.safetensors")
    assert set(found) == set(weights)  # numbers that are no weights are left out
    assert all(
        np.array_equal(found[name], weights[name]) and found[name].dtype == weights[name].dtype for name in found
    )


def test_words_are_looked_up_in_either_form():
    rows = np.array([[1, -2], [3, 4], [127, 0]], dtype=np.int8)
    scales = np.array([0.5, 2.0, 0.01], dtype=np.float32)
    ids = np.array([[2, 0], [1, 1]], dtype=np.int32)
    whole = rows * scales[:, None]
    for table in (WordTable(whole), WordTable(rows, scales)):
        assert table(ids).dtype == np.float32
        assert np.array_equal(table(ids), whole[ids])
    for wrong in ((rows, None), (whole, scales)):
        with pytest.raises(ValueError, match="scale"):
            WordTable(*wrong)
