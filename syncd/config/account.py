"""What every kind of account has under `accounts:`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from syncd.config.spans import Back, Every
from syncd.people import normalise


class AccountSettings(BaseModel):
    """The keys of all of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, pattern=r"^[^/\s]+$")
    role: Literal["own", "shared", "delegate"] = "own"
    history: Back = None
    poll: Every = timedelta(minutes=1)  # between two looks at what cannot say that it changed

    def since(self, today: date) -> date | None:
        """What is older is not read; None: everything is."""
        if isinstance(self.history, timedelta):
            return today - self.history
        return self.history

    @property
    def takes_tasks(self) -> bool:
        """Whether tasks can be written to it."""
        return bool(getattr(self, "tasks", None))

    @property
    def addresses(self) -> frozenset[str]:
        """Whom the account says its owner is, normalised: the address that signs in to one of their
        own."""
        login = getattr(self, "login", None)
        mine = self.role == "own" and isinstance(login, str)
        return frozenset({normalise(str(login))} - {""}) if mine else frozenset()

    @property
    def place(self) -> str:
        """Whose it is and where, for its owner; "" for what is on this machine."""
        return ""

    @property
    def reads(self) -> list[str]:
        """Paths on this machine that are read for it."""
        return []

    @property
    def writes(self) -> list[str]:
        """Paths on this machine that tasks, cards and drafts are written to."""
        return []


class Fitting(AccountSettings):
    """An account of which not every key goes with every other."""

    @model_validator(mode="wrap")
    @classmethod
    def _fits(cls, given: Any, make: ModelWrapValidatorHandler[Any]) -> Any:
        """What does not fit together is told along with what is wrong by itself, at its key."""
        found: list[InitErrorDetails] = []
        made = None
        try:
            made = make(given)
        except ValidationError as error:
            for one in error.errors(include_url=False):
                again = InitErrorDetails(type=one["type"], loc=one["loc"], input=one["input"])
                if "ctx" in one:
                    again["ctx"] = one["ctx"]
                found.append(again)
        if isinstance(given, Mapping):
            for key, message in cls.clashes(given):
                kind = PydanticCustomError("clash", "{words}", {"words": message})
                found.append(InitErrorDetails(type=kind, loc=(key,), input=None))
        if found:
            raise ValidationError.from_exception_data(cls.__name__, found)
        return made

    @classmethod
    def clashes(cls, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """What is wrong with several keys together: the one to mend, and how."""
        yield from ()
