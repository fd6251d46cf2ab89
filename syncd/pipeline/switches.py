"""The owner's off switches, as they stand: preview, pause, mutes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from rules.values import value
from syncd.planner import Policy
from syncd.planner.mutes import Mutes, start_of
from syncd.store import facts, mutes, switches
from syncd.store.database import Database


@value
class Switches:
    """What they come to for deciding."""

    policy: Policy
    mutes: Mutes
    enabled_at: datetime | None = None  # None as well where nothing is to be enabled


def in_force(connection: Connection, owner: str, configured: Policy) -> Switches:
    """The configured policy with what the owner said since, and the mutes."""
    return as_said(connection, owner, configured, facts.several(connection, owner, switches.SAID))


def as_said(
    connection: Connection,
    owner: str,
    configured: Policy,
    said: Mapping[str, str],
    *,
    muted: bool = True,
) -> Switches:
    """The same, where the facts named `store.switches.SAID` are read already. Not `muted`: there
    are no words about mutes."""
    enabled = switches.enabled_in(said) if configured.preview else None
    until = switches.paused_in(said)
    preview = configured.preview and enabled is None
    paused = None if until is None else start_of(until, configured.zone)
    policy = configured
    if (preview, paused) != (configured.preview, configured.paused_until):
        policy = replace(configured, preview=preview, paused_until=paused)
    found = Mutes(configured.zone, mutes.load(connection, owner) if muted else ())
    return Switches(policy, found, enabled)


def notice(database: Database, configured: Policy, now: datetime) -> None:
    """A mode other than the last one judges anew what is held back. Once the configuration itself
    lets tasks be written, a later preview is one again."""
    owner = database.owner
    with database.read() as connection:
        enabled = switches.enabled_at(connection, owner) is not None
        before = switches.mode(connection, owner)
    mode = "preview" if configured.preview and not enabled else "deliver"
    forget = enabled and not configured.preview
    if before == mode and not forget:
        return
    with database.begin() as connection:
        if forget:
            switches.disable(connection, owner)
        if before != mode:
            switches.put_mode(connection, owner, mode)
            if before is not None:
                switches.judge_held(connection, owner, now)


def mode_line(connection: Connection, owner: str, configured: Policy) -> str:
    """What `check` and `status` say of the mode; "" where tasks are simply written."""
    if not configured.preview:
        return ""
    enabled = switches.enabled_at(connection, owner)
    if enabled is None:
        return "preview (nothing is written): `syncd enable` starts it"
    day = enabled.astimezone(configured.zone).date()
    return f"preview in the configuration, enabled on {day}"
