"""Settings from `footnote.toml` and the environment: read once, by the programs, and passed on as arguments."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from index.errors import FootnoteError

PREFIX = "FOOTNOTE_"
KNOWN = frozenset(
    {"AUTH", "BASE_URL", "DOCUMENTS", "EMBEDDING", "HOST", "LENGTH", "MODEL", "PASSAGES", "PORT", "STORE"}
)
FILE = Path("footnote.toml")  # of the folder that a program is started in


def settings_from(environment: Mapping[str, str], file: Path = FILE) -> dict[str, str]:
    """The values of the FOOTNOTE_* variables that are set, by lower-case name without the prefix; else the file's.

    Lists are joined by newlines. Raises `FootnoteError` for a name that is not in `KNOWN` (in the file: in small
    letters), and for a file that is no TOML: a misspelt setting must not pass unseen.
    """
    found = {name.removeprefix(PREFIX): value for name, value in environment.items() if name.startswith(PREFIX)}
    for name in sorted(found.keys() - KNOWN):
        known = ", ".join(PREFIX + name for name in sorted(KNOWN))
        raise FootnoteError(f"The environment variable {PREFIX}{name} is no setting. The settings are: {known}.")
    return _from_file(file) | {name.lower(): value for name, value in found.items() if value}


def _from_file(file: Path) -> dict[str, str]:
    try:
        stated = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FootnoteError(
            f"The settings in {file} could not be read: {error}. Mend the file, or remove it."
        ) from error
    known = sorted(name.lower() for name in KNOWN)
    found = {}
    for name, value in stated.items():
        if name not in known:
            raise FootnoteError(f"{name!r} in {file} is no setting. The settings are: {', '.join(known)}.")
        values = value if isinstance(value, list) else [value]
        if not all(isinstance(each, str | int) and not isinstance(each, bool) for each in values):
            raise FootnoteError(f"{name!r} in {file} must be a text, a number or a list of these, not {value!r}.")
        found[name] = "\n".join(map(str, values))
    return found
