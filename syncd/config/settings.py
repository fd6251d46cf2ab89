"""What may stand in `syncd.yaml`, and in `SYNCD_*` environment variables that override it."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from syncd.config.accounts import Account
from syncd.config.outward import Log, LogSettings, MetricsSettings
from syncd.config.paths import Words, listed
from syncd.config.spans import Clock, Span
from syncd.people import normalise

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _somebody(value: str) -> str:
    """An address."""
    if not normalise(value):
        raise ValueError(f"{value!r} is no mail address; write one like ben@example.org")
    return value


def _someone(value: str) -> str:
    """An address, or a domain."""
    text = value.strip()
    if text.startswith(("@", "*@", "*.")):
        raise ValueError(f"{value!r}: write the domain alone, like {text.lstrip('*@.')!r}")
    if normalise(text) or ("@" not in text and "." in text and normalise(f"x@{text}")):
        return text
    raise ValueError(f"{value!r} is neither a mail address nor a domain, like example.org")


Addresses = Annotated[list[Annotated[str, AfterValidator(_somebody)]], BeforeValidator(listed)]
Others = Annotated[list[Annotated[str, AfterValidator(_someone)]], BeforeValidator(listed)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OwnerSettings(_Strict):
    """Whose network it is."""

    name: str = Field(min_length=1)
    addresses: Words = Field(min_length=1)
    not_mine: Words = []  # addresses that are somebody else's, whatever mail and cards say
    timezone: str

    @field_validator("addresses", "not_mine")
    @classmethod
    def _are_addresses(cls, value: list[str]) -> list[str]:
        for addr in value:
            if not normalise(addr):
                raise ValueError(f"{addr!r} is no mail address")
        return value

    @field_validator("timezone")
    @classmethod
    def _is_a_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"{value!r} is no time zone; write one like Europe/Lisbon") from None
        return value

    @model_validator(mode="after")
    def _is_one_or_the_other(self) -> OwnerSettings:
        mine = {normalise(addr) for addr in self.addresses}
        for addr in self.not_mine:
            if normalise(addr) in mine:
                raise ValueError(f"{addr!r} stands in addresses and in not_mine; take one away")
        return self

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class Limits(_Strict):
    """How many tasks, and when."""

    per_day: int = Field(default=5, ge=0)
    open: int = Field(default=15, ge=0)
    at: Clock = time(7, 30)


class Groups(_Strict):
    """From which size mail and meetings count for nobody (both inclusive)."""

    mail: int = Field(default=10, ge=1)
    meeting: int = Field(default=8, ge=2)


class Settings(BaseSettings):
    """The whole configuration."""

    model_config = SettingsConfigDict(
        env_prefix="SYNCD_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    owner: OwnerSettings
    accounts: list[Account] = Field(min_length=1)
    tasks_in: str | dict[str, str] | None = None
    rules: Words = ["real-networking"]
    ignore: Words = []
    limits: Limits = Limits()
    groups: Groups = Groups()
    colleagues: Others = []
    elsewhere: Others = []  # whom the owner is in touch with where nothing is seen of it
    tags: dict[str, Addresses] = {}
    catch_up: Span = timedelta(days=14)
    working_days: Words = list(_WEEKDAYS[:5])
    mode: Literal["preview", "deliver"] = "deliver"
    state: str | None = None
    log: Log = LogSettings()
    metrics: MetricsSettings | None = None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment overrides the file, which comes in as arguments."""
        return env_settings, init_settings

    @field_validator("working_days")
    @classmethod
    def _are_weekdays(cls, value: list[str]) -> list[str]:
        wrong = [day for day in value if day not in _WEEKDAYS]
        if wrong:
            raise ValueError(f"{wrong[0]!r} is no weekday; write {', '.join(_WEEKDAYS)}")
        if not value:
            raise ValueError("at least one day must be a working day")
        return value

    def task_accounts(self) -> dict[str, str]:
        """Which account's tasks go where; `default` for all others. {} when there is nowhere."""
        if isinstance(self.tasks_in, dict):
            return self.tasks_in
        if isinstance(self.tasks_in, str):
            return {"default": self.tasks_in}
        able = [account.name for account in self.accounts if account.takes_tasks]
        return {"default": able[0]} if able else {}

    @property
    def weekdays(self) -> frozenset[int]:
        """Working days, 0 being Monday."""
        return frozenset(_WEEKDAYS.index(day) for day in self.working_days)

    @property
    def addresses(self) -> frozenset[str]:
        """The owner's addresses, normalised: those that are listed, and those of their accounts."""
        listed = {normalise(addr) for addr in self.owner.addresses}
        others = {normalise(addr) for addr in self.owner.not_mine}
        theirs = {addr for account in self.accounts for addr in account.addresses}
        return frozenset(listed | (theirs - others))
