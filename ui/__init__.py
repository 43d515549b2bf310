"""The chat page. `python -m ui` serves it; importing this package loads no web server."""

__all__: list[str] = []
