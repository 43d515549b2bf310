"""Any LangChain chat model, by one name: opened on first need, read as a stream, its errors made ours.

Nothing here is imported or reached until a model is named. Tracing to LangSmith is off for every call, whatever the
environment says: the questions and the documents are nobody else's business.
"""

from __future__ import annotations

import contextvars
import json
import urllib.request
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal

from index.errors import ModelError
from qa.model_errors import as_model_error

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

CONTEXT_TOKENS = 8192  # where neither LangChain nor the user says how much the model reads
SECONDS = 120.0  # to connect, and for each next word
LONGEST = 12_000  # characters of one reply; a small model that has lost its way goes on for ever
OLLAMA = "http://127.0.0.1:11434"

EXTRAS = {"anthropic", "ollama", "openai"}
# How each provider's client is told how long to wait; others keep their own ways.
_WAITING: dict[str, dict[str, Any]] = {
    "openai": {"timeout": SECONDS, "max_retries": 1},
    "anthropic": {"timeout": SECONDS, "max_retries": 1},
    "mistralai": {"timeout": int(SECONDS), "max_retries": 1},
    "groq": {"timeout": SECONDS, "max_retries": 1},
    "ollama": {"client_kwargs": {"timeout": SECONDS}, "num_ctx": CONTEXT_TOKENS},
}

Message = tuple[Literal["system", "user", "assistant"], str]


class LanguageModel:
    """A chat model. `name` is as the user wrote it, `context` how many tokens it reads and writes in all."""

    def __init__(self, name: str, chat: BaseChatModel, provider: str) -> None:
        self.name = name
        self._chat = chat
        self._provider = provider
        profile = getattr(chat, "profile", None) or {}
        known = profile.get("max_input_tokens") if provider != "ollama" else None
        self.context = int(known or CONTEXT_TOKENS)

    def write(self, messages: Sequence[Message]) -> str:
        """The whole reply to a conversation. Raises `ModelError`."""
        return "".join(self.stream(messages))

    def stream(self, messages: Sequence[Message]) -> Iterator[str]:
        """The reply as it is written, in pieces. Raises `ModelError`, also after the first pieces.

        A reply that grows past `LONGEST` characters is ended there.
        """
        # The chat model runs in a context of its own: what switches its tracing off must not reach the caller's.
        context = contextvars.copy_context()
        chunks = context.run(self._chunks, messages)
        length, finished = 0, False
        try:
            while True:
                piece = context.run(next, chunks, None)
                if piece is None:
                    break
                text, finished = piece[0], finished or piece[1]
                if text:
                    yield text
                length += len(text)
                if length > LONGEST:
                    return
        except ModelError:
            raise
        except Exception as error:
            raise as_model_error(error, self.name, begun=length > 0) from error
        finally:
            context.run(chunks.close)
        if not finished and self._provider == "openai":
            raise ModelError(
                f"The language model {self.name} broke off before its reply was complete: the server closed the "
                "connection. Ask again, or look into the server's log."
            )

    def _chunks(self, messages: Sequence[Message]) -> Generator[tuple[str, bool], None, None]:
        """Pieces of text, each with whether the model said that it was done."""
        from langsmith import tracing_context

        with tracing_context(enabled=False):
            for chunk in self._chat.stream([*messages]):
                metadata = chunk.response_metadata
                yield str(chunk.text), bool(metadata.get("finish_reason"))


def open_model(name: str, base_url: str = "") -> LanguageModel:
    """The chat model that LangChain knows by this name: "provider:model", or a model whose provider it can tell.

    `base_url` is the address of an OpenAI-compatible server (or of another provider's, where its client takes one).
    Raises `ModelError` if the provider's package, the key or the name is missing. Nothing is sent yet.
    """
    from langchain.chat_models import init_chat_model

    provider = name.partition(":")[0].replace("-", "_").lower() if ":" in name else ""
    if base_url and not provider:
        provider, name = "openai", f"openai:{name}"
    options: dict[str, Any] = {"temperature": 0.0} | _WAITING.get(provider, {})
    if base_url:
        options["base_url"] = base_url
    if provider == "openai" and not base_url and name.partition(":")[2].startswith(("o1", "o3", "o4", "gpt-5")):
        del options["temperature"]  # these refuse to be told

    def build(**more: Any) -> BaseChatModel:
        chat: BaseChatModel = init_chat_model(name, **options, **more)
        return chat

    try:
        chat = _built(build, keyless=bool(base_url) and provider == "openai")
    except ImportError as error:
        raise _no_package(name, provider, error) from error
    except Exception as error:
        raise as_model_error(error, name) from error
    return LanguageModel(name, chat, provider or str(chat._llm_type).partition("-")[0])


def _built(build: Callable[..., BaseChatModel], keyless: bool) -> BaseChatModel:
    """The model; a server of one's own needs no key, but its client insists on one."""
    try:
        return build()
    except Exception as error:
        if not keyless or "api_key" not in str(error).lower():
            raise
        return build(api_key="none")


def _no_package(name: str, provider: str, error: ImportError) -> ModelError:
    package = f'"footnote-qa[{provider}]"' if provider in EXTRAS else f"langchain-{provider.replace('_', '-')}"
    return ModelError(
        f"The language model {name} needs a package that is not installed ({error.name or provider}). "
        f"Install it with: pip install {package}"
    )


def ollama_models(address: str = OLLAMA, seconds: float = 0.3) -> tuple[str, ...]:
    """The names, as `open_model` takes them, of the models that an Ollama on this machine offers; () without one."""
    try:
        with urllib.request.urlopen(f"{address}/api/tags", timeout=seconds) as reply:
            listed = json.load(reply)
        return tuple(f"ollama:{entry['name']}" for entry in listed["models"])
    except (OSError, ValueError, KeyError, TypeError):
        return ()
