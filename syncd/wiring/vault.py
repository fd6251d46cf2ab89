"""Where what `syncd login` gets is kept."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sqlalchemy import make_url

from connectors.errors import SignInNeeded
from syncd import secrets
from syncd.assembly import Assembly, state_url
from syncd.store.disk import give
from syncd.store.errors import StoreError
from syncd.store.folder import state_file, state_folder


@dataclass(frozen=True, slots=True)
class Vault:
    """A credential of the service manager, else a file of the state's folder that nobody else may
    read (`connectors.google.tokens.Vault`, `connectors.graph.grant.Vault`)."""

    credential: str
    file: Path

    def load(self) -> str | None:
        """What was saved last. Raises `SignInNeeded`."""
        try:
            found = secrets.credential(self.credential)
            found = found or secrets.kept(self.file)
        except secrets.SecretWrong as error:
            raise SignInNeeded(str(error)) from error
        return None if found is None else found.get_secret_value()

    def save(self, text: str) -> None:
        """Keep it, whole or not at all. Raises OSError."""
        with self._fresh(delete=False) as file:
            try:
                give(Path(file.name), self.file.parent)
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
                Path(file.name).replace(self.file)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise

    def prepare(self) -> None:
        """Find out whether anything could be kept. Raises OSError."""
        self._fresh(delete=True).close()

    def _fresh(self, *, delete: bool) -> IO[str]:
        from tempfile import NamedTemporaryFile  # `login` alone keeps anything

        self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f".{self.file.name}."  # 0600, as all of its kind
        return NamedTemporaryFile("w", dir=self.file.parent, prefix=name, delete=delete)

    def erase(self) -> None:
        """Keep nothing. Raises OSError."""
        self.file.unlink(missing_ok=True)

    @property
    def given(self) -> bool:
        """Whether the service manager gave it, so that it cannot be changed here."""
        return secrets.credential(self.credential) is not None


def vault_for(name: str, what: str, assembly: Assembly) -> Vault:
    """Where the sign-in of the account `name` is; `what` it is called: `google-token`. Two states
    in one folder have one each."""
    state = state_file(make_url(state_url(assembly)))
    folder, stem = (state_folder(), "syncd") if state is None else (state.parent, state.stem)
    return Vault(f"{name}.{what}", folder / f"{stem}.{name}.{what}")


def unkept(vault: Vault, error: OSError) -> StoreError:
    """What is wrong where nothing can be kept."""
    place = f"{vault.file.parent} cannot be written to ({error.strerror})"
    return StoreError(f"{place}, where the sign-in is kept: check `state:` and its folder")
