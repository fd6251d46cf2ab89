"""What may stand in `syncd.yaml`, and in `SYNCD_*` environment variables that override it."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from typing import Annotated, Any, Literal
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

from syncd.config.outward import Log, LogSettings, MetricsSettings
from syncd.config.paths import Place, Places, listed
from syncd.people import normalise

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"([0-9]+)\s*([hdw])")
_LONGEST = timedelta(days=36_525)
_EVERY = re.compile(r"([0-9]{1,9})\s*([smh])")
_SECONDS = {"s": 1, "m": 60, "h": 3600}
_POLL_LEAST, _POLL_MOST = 5, 86_400
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def _span(value: Any) -> Any:
    """`48h`, `14d` or `6w`."""
    if isinstance(value, timedelta):
        return value
    found = _SPAN.fullmatch(str(value).strip())
    if found is None:
        raise ValueError("a duration is a number with h, d or w behind it, like 14d")
    unit = _UNITS[found[2]]
    if len(found[1]) > 9 or int(found[1]) > _LONGEST / unit:
        raise ValueError("a duration is a hundred years at most")
    return int(found[1]) * unit


def _every(value: Any) -> Any:
    """`30s`, `5m` or `1h`."""
    if isinstance(value, timedelta):
        return value
    found = _EVERY.fullmatch(str(value).strip())
    if found is None:
        raise ValueError("how often is a number with s, m or h behind it, like 5m")
    seconds = int(found[1]) * _SECONDS[found[2]]
    if not _POLL_LEAST <= seconds <= _POLL_MOST:
        raise ValueError("how often is between 5s and 24h, like 5m")
    return timedelta(seconds=seconds)


def _clock(value: Any) -> Any:
    if isinstance(value, time):
        return value
    found = re.fullmatch(r"([0-9]{1,2}):([0-9]{2})", str(value))
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        raise ValueError('a time of day is written "07:30"')
    return time(int(found[1]), int(found[2]))


def _day(value: Any) -> Any:
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise ValueError("write a day, like 2024-01-31: what is older is not read") from None


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


Day = Annotated[date | None, BeforeValidator(_day)]
Span = Annotated[timedelta, BeforeValidator(_span)]
Every = Annotated[timedelta, BeforeValidator(_every)]
Clock = Annotated[time, BeforeValidator(_clock)]
Words = Annotated[list[str], BeforeValidator(listed)]
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


class LocalAccountSettings(_Strict):
    """Folders on this machine. Paths are relative to the configuration file."""

    name: str = Field(min_length=1, pattern=r"^[^/\s]+$")
    kind: Literal["local"]
    role: Literal["own", "shared", "delegate"] = "own"
    mail: Places = []
    calendar: Places = []
    contacts: Places = []
    tasks: Place | None = None
    history: Day = None
    poll: Every = timedelta(minutes=1)  # between two looks at what cannot say that it changed

    @model_validator(mode="after")
    def _has_something(self) -> LocalAccountSettings:
        if not (self.mail or self.calendar or self.contacts or self.tasks):
            raise ValueError(
                f"account {self.name} has nothing to read: add mail, calendar, contacts or tasks"
            )
        return self


Account = LocalAccountSettings


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
        able = [account.name for account in self.accounts if account.tasks]
        return {"default": able[0]} if able else {}

    @property
    def weekdays(self) -> frozenset[int]:
        """Working days, 0 being Monday."""
        return frozenset(_WEEKDAYS.index(day) for day in self.working_days)

    @property
    def addresses(self) -> frozenset[str]:
        """The owner's addresses, normalised."""
        return frozenset(normalise(addr) for addr in self.owner.addresses)
