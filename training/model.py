"""The reader as a torch module: a BERT encoder and three linear heads."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import BertConfig, BertModel

CONFIG = BertConfig(
    vocab_size=30522,
    hidden_size=384,
    num_hidden_layers=6,
    num_attention_heads=12,
    intermediate_size=1536,
    max_position_embeddings=512,
    hidden_dropout_prob=0.0,  # one pass over the data: dropout costs a tenth of the time and has little to prevent
    attention_probs_dropout_prob=0.0,
)


class ReaderModel(nn.Module):
    """`enc` reads a row; `sent` judges the mean of a sentence's states, `ans` the first state, `span` every state."""

    def __init__(self) -> None:
        super().__init__()
        self.enc = BertModel(CONFIG)
        self.sent = nn.Linear(384, 1)
        self.ans = nn.Linear(384, 1)
        self.span = nn.Linear(384, 2)

    def forward(self, ids: Tensor, mask: Tensor, types: Tensor, pool: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits of sentences (rows, sentences), windows (rows,) and spans (rows, tokens, 2).

        `ids`, `mask`, `types`: int64 (rows, tokens). `pool`: float (rows, sentences, tokens), the mean's weights.
        """
        states = self.enc(input_ids=ids, attention_mask=mask, token_type_ids=types).last_hidden_state
        sentences = self.sent(torch.bmm(pool.to(states.dtype), states)).squeeze(-1)
        spans = self.span(states).masked_fill(mask.unsqueeze(-1) == 0, -1e4)
        return sentences.float(), self.ans(states[:, 0]).squeeze(-1).float(), spans.float()


def load_weights(model: ReaderModel, path: Path) -> None:
    """Weights saved by `save_weights`, in any float type; the file must name every parameter but the unused pooler."""
    tensors = {name: tensor.float() for name, tensor in load_file(path).items()}
    missing, unexpected = model.load_state_dict(tensors, strict=False)
    if unexpected or any(not name.startswith("enc.pooler.") for name in missing):
        raise ValueError(f"{path} does not fit the reader: missing {missing}, unexpected {unexpected}")


def load_encoder(model: ReaderModel, path: Path) -> None:
    """A sentence-transformers checkpoint of the same architecture (the bundled MiniLM) into the encoder."""
    tensors = {f"enc.{name}": tensor.float() for name, tensor in load_file(path).items()}
    model.load_state_dict(tensors, strict=False)


def save_weights(model: ReaderModel, path: Path) -> None:
    """Every parameter as float16, without the pooler, which the reader does not use."""
    state = {k: v for k, v in model.state_dict().items() if not k.startswith("enc.pooler.")}
    temporary = path.with_suffix(".tmp")
    save_file({name: tensor.detach().half().contiguous() for name, tensor in state.items()}, temporary)
    temporary.replace(path)
