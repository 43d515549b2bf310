"""What goes wrong with a language model, in words its user can act on."""

from __future__ import annotations

from index.errors import ModelError


class ContextExceeded(ModelError):
    """The model was given more than it reads at once."""


_BROKEN = {"RemoteProtocolError", "ReadError", "IncompleteRead", "JSONDecodeError"}
_UNREACHABLE = {"ConnectError", "ConnectionError", "TransportError"}
_KEYS = {
    "google_genai": "GOOGLE_API_KEY",
    "google_vertexai": "GOOGLE_APPLICATION_CREDENTIALS",
    "mistralai": "MISTRAL_API_KEY",
}


def as_model_error(error: BaseException, name: str, begun: bool = False) -> ModelError:
    """Our error for one that a provider's client raised; LangChain's own classes first, then what all clients share.

    `begun`: the reply had begun, so that a lost connection is a reply broken off.
    """
    from langchain_core import exceptions as known

    model = f"The language model {name}"
    said = _first_line(error)
    kinds = {kind.__name__ for kind in type(error).__mro__}
    status = getattr(error, "status_code", None)
    provider = name.partition(":")[0]
    key = _KEYS.get(provider, f"{provider.upper()}_API_KEY")
    if isinstance(error, known.ContextOverflowError) or _says(
        said, "context length", "context window", "prompt is too long", "input is too long"
    ):
        return ContextExceeded(
            f"{model} was given more text than it reads at once: {said}. Use a model with a larger context, or ask for "
            "fewer passages."
        )
    if _says(said, "api_key", "api key", "credentials") and status is None:
        return ModelError(f"{model} needs an API key and there is none. Set {key} in the environment.")
    if isinstance(error, known.ModelAuthenticationError | known.ModelPermissionDeniedError) or status in (401, 403):
        return ModelError(f"{model} refused the API key: {said}. Check {key} in the environment.")
    if isinstance(error, known.ModelNotFoundError) or status == 404:
        hint = f" Fetch it with: ollama pull {name.partition(':')[2]}" if provider == "ollama" else ""
        return ModelError(f"{model} is not offered at this address: {said}. Check the name and the address.{hint}")
    if isinstance(error, known.ModelRateLimitError) or status == 429:
        return ModelError(f"{model} takes no more requests for now (rate limit or quota): {said}. Wait and ask again.")
    if isinstance(error, known.ModelTimeoutError) or "Timeout" in type(error).__name__ or "TimeoutException" in kinds:
        return ModelError(f"{model} did not answer in time. Ask again, or use a faster model.")
    unreachable = isinstance(error, known.ModelConnectionError) or bool(kinds & _UNREACHABLE)
    if kinds & _BROKEN or (begun and unreachable):
        return ModelError(f"{model} broke off before its reply was complete: {said}. Ask again.")
    if unreachable:
        return ModelError(
            f"{model} cannot be reached: {said}. Check that its server runs and that the address is right."
        )
    if isinstance(error, known.ModelAPIError) or (isinstance(status, int) and status >= 500):
        return ModelError(f"{model} failed on its server's side: {said}. Ask again later.")
    if isinstance(error, ValueError) and "provider" in said.lower():
        return ModelError(
            f"{model} is not known. Name it as provider:model, for example openai:gpt-4.1-mini, ollama:llama3.2 or "
            "anthropic:claude-sonnet-4-5; for an OpenAI-compatible server of your own give its address as well."
        )
    return ModelError(f"{model} could not be used: {said}.")


def _says(said: str, *phrases: str) -> bool:
    return any(phrase in said.lower() for phrase in phrases)


def _first_line(error: BaseException) -> str:
    """The error's own words, short, without a full stop."""
    body = getattr(error, "body", None)
    message = body.get("message") if isinstance(body, dict) else None
    text = str(message or error).strip() or type(error).__name__
    return text.splitlines()[0][:300].rstrip(". ")
