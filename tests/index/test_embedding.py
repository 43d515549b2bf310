"""The bundled model: the original's weights, the framework's vectors, and no framework."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from index.embedding import BUNDLED, bundled_folder, embedder_name, open_embedder
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


def test_it_agrees_with_sentence_transformers(embedder):
    from index.embedding import SentenceTransformerEmbedder

    reference = SentenceTransformerEmbedder(str(bundled_folder()))
    ours, theirs = embedder.embed(TEXTS), reference.embed(TEXTS)
    assert ours.shape == theirs.shape == (5, 384)
    assert np.all(np.sum(ours * theirs, axis=1) > 0.9999)
    assert reference.count_tokens(TEXTS[:3]) == embedder.count_tokens(TEXTS[:3])
    assert reference.embed([]).shape == (0, 384)


def test_rows_are_unit_and_do_not_depend_on_their_neighbours(embedder):
    together = embedder.embed(TEXTS)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    alone = np.stack([embedder.embed_query(text) for text in TEXTS])
    assert np.allclose(together, alone, atol=1e-4)
    assert embedder.embed([]).shape == (0, 384)


def test_damaged_weights_are_refused(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"not the original")
    from index.embedding import BundledEmbedder

    with pytest.raises(EmbeddingError, match="damaged or not the original"):
        BundledEmbedder(tmp_path).embed(["a"])


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
