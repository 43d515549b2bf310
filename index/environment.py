"""Settings from the environment: read once, in the programs' `__main__`, and passed on as arguments."""

from __future__ import annotations

from collections.abc import Mapping

from index.errors import FootnoteError

PREFIX = "FOOTNOTE_"
KNOWN = frozenset({"AUTH", "BASE_URL", "DOCUMENTS", "EMBEDDING", "HOST", "MODEL", "PORT", "STORE"})


def settings_from(environment: Mapping[str, str]) -> dict[str, str]:
    """The values of the FOOTNOTE_* variables that are set, by lower-case name without the prefix.

    Raises `FootnoteError` for a name that is not in `KNOWN`: a misspelt setting must not pass unseen.
    """
    found = {name.removeprefix(PREFIX): value for name, value in environment.items() if name.startswith(PREFIX)}
    for name in sorted(found.keys() - KNOWN):
        known = ", ".join(PREFIX + name for name in sorted(KNOWN))
        raise FootnoteError(f"The environment variable {PREFIX}{name} is no setting. The settings are: {known}.")
    return {name.lower(): value for name, value in found.items() if value}
