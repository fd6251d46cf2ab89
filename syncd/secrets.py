"""Secrets by name: from the service manager, else from a file beside the configuration.

1. `$CREDENTIALS_DIRECTORY/NAME`: a credential of systemd (systemd.exec(5), LoadCredential), or any
   folder of secrets, one a file, as containers mount them.
2. `secrets/NAME` beside the configuration, which nobody else may read (0600).

Names are fixed where there is one (`state-password`, `forgetting-key`), and made from an account's
name where there is one each; so they are looked up here, and are no fields of the settings. The
environment is no place for them: programs that we start inherit it, and `ps` shows it.

What is found is a `SecretStr`: printed or logged it is stars.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pydantic import SecretStr

STATE_PASSWORD: Final = "state-password"
FORGETTING_KEY: Final = "forgetting-key"

# What is a whole document, as its maker gave it, and no word on one line.
_DOCUMENTS: Final = (".google-token", ".google-key", ".microsoft-token", ".certificate")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@-]*")
# systemd refuses larger credentials than a megabyte; a password never comes near that.
_LARGEST = 64 * 1024


class SecretWrong(Exception):
    """A secret is there and cannot be used; the message says what to do and shows none of it."""


def secret(name: str, folder: Path) -> SecretStr | None:
    """The secret of that name; None where there is none. `folder` is the configuration's.

    Raises `SecretWrong` for one that others can read, that cannot be read, that is empty or no
    single line.
    """
    found = credential(name)
    return found if found is not None else _read(folder / "secrets" / _safe(name), guarded=True)


def credential(name: str) -> SecretStr | None:
    """The secret that the service manager hands over under that name; None where it has none."""
    given = os.environ.get("CREDENTIALS_DIRECTORY")
    # The manager guards its folder itself; a container's mount is often readable by all in it.
    return _read(Path(given) / _safe(name), guarded=False) if given else None


def kept(path: Path) -> SecretStr | None:
    """What a file of ours keeps secret, on any number of lines; None where there is no such file.
    Raises `SecretWrong`."""
    return _read(path, guarded=True, document=True)


def is_name(name: str) -> bool:
    """Whether a secret can be called so."""
    return bool(_NAME.fullmatch(name))


def _safe(name: str) -> str:
    if not is_name(name):
        raise SecretWrong(
            f"{name!r} cannot name a secret: use letters, digits, dots, dashes and underscores"
        )
    return name


def _read(path: Path, *, guarded: bool, document: bool = False) -> SecretStr | None:
    from pydantic import SecretStr

    document = document or path.name.endswith(_DOCUMENTS)
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            content = file.read(_LARGEST + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise SecretWrong(f"the secret {path} cannot be read ({error.strerror})") from error
    if guarded and mode & 0o077:
        raise SecretWrong(f"others can read the secret {path}: chmod 600 {path}")
    if len(content) > _LARGEST:
        raise SecretWrong(f"the secret {path} is too long for one: write nothing but it there")
    try:
        # An editor ends a file with a line break, and no password ends with one; some of them
        # begin it with a mark of its coding.
        text = content.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:
        raise SecretWrong(f"the secret {path} is no text (UTF-8): write it anew") from None
    if not text:
        raise SecretWrong(f"the secret {path} is empty: write it there, or remove the file")
    if document:
        return SecretStr(text)
    if "\n" in text or "\r" in text:
        raise SecretWrong(
            f"the secret {path} has several lines: write nothing but it there, on one line"
        )
    if _CONTROL.search(text):
        raise SecretWrong(
            f"the secret {path} holds control characters, which none can have: write it anew"
        )
    return SecretStr(text)
