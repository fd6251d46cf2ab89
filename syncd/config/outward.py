"""What the owner's machine is told of how syncd fares: `log:` and `metrics:`."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, field_validator, model_validator
from pydantic_settings import NoDecode

from syncd.config.paths import Place

_PORT = re.compile(r"[0-9]{1,5}")
_USUAL = "127.0.0.1:9464"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LogSettings(_Strict):
    """How `syncd run` tells what happens."""

    format: Literal["auto", "json", "text"] = "auto"
    level: Literal["debug", "info", "warning", "error"] = "info"


def _log(value: Any) -> Any:
    """`log: json` is short for `log: {format: json}`, `log: debug` for `log: {level: debug}`."""
    if isinstance(value, str):
        return {"level" if value in ("debug", "info", "warning", "error") else "format": value}
    return value


def _loopback(value: Any) -> Any:
    """HOST:PORT, where only this machine can be the host; its answer is (address, port)."""
    if value is None:
        return None
    text = str(value).strip() if isinstance(value, str | int) else ""
    host, _, port = text.rpartition(":")
    if not _PORT.fullmatch(port) or isinstance(value, bool):
        raise ValueError(f"write an address of this machine and a port, like {_USUAL}")
    if not 1 <= int(port) <= 65_535:
        raise ValueError(f"a port is a number from 1 to 65535, as in {_USUAL}")
    plain = host.removeprefix("[").removesuffix("]") if host.startswith("[") else host
    if plain == "localhost" or text == port:
        plain = "127.0.0.1"
    try:
        address = ipaddress.ip_address(plain)
    except ValueError:
        raise ValueError(
            f"{host!r} is no address of this machine alone: write it like {_USUAL}"
        ) from None
    if not address.is_loopback:
        raise ValueError(
            f"{host!r} can be reached from other machines, and the page asks nobody who they are: "
            f"write {_USUAL}, and let a proxy or an agent on this machine fetch it from there"
        )
    return (str(address), int(port))


class MetricsSettings(_Strict):
    """Where Prometheus finds how syncd fares. `textfile` is relative to the configuration file."""

    listen: Annotated[tuple[str, int] | None, BeforeValidator(_loopback)] = None
    textfile: Place | None = None

    @field_validator("textfile")
    @classmethod
    def _is_read(cls, value: str | None) -> str | None:
        if value is not None and Path(value).suffix != ".prom":
            raise ValueError("the textfile collector only reads files whose names end in .prom")
        return value

    @model_validator(mode="after")
    def _goes_somewhere(self) -> MetricsSettings:
        if self.listen is None and self.textfile is None:
            raise ValueError(f"write listen: {_USUAL}, or textfile: and a file's name")
        return self


# NoDecode: $SYNCD_LOG may be the short form as well, which is no JSON.
Log = Annotated[LogSettings, NoDecode, BeforeValidator(_log)]
