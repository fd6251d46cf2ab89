"""The commands, each loaded when it is asked for: a daemon has no use for the thirty others."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperGroup
from typer.main import get_group

from syncd.cli import streams

# Where each command is, in the order of `--help`.
COMMANDS: Final = {
    "init": "init",
    "login": "login",
    "logout": "login",
    "run": "run",
    "once": "once",
    "check": "check",
    "status": "status",
    "people": "people",
    "explain": "explain",
    "tasks": "tasks",
    "log": "log",
    "note": "note",
    "merge": "merge",
    "split": "merge",
    "mute": "mute",
    "unmute": "mute",
    "pause": "pause",
    "resume": "pause",
    "enable": "enable",
    "forget": "forget",
    "export": "export",
    "audit": "audit",
    "retry": "retry",
    "backup": "backup",
    "restore": "restore",
    "doctor": "doctor",
    "demo": "demo",
    "rules": "rules",
    "service": "service",
}


class Commands(TyperGroup):
    """All of them, by name."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # The framework calls it a failure; who reads no more (`| head`) has what they wanted.
            streams.let_go(sys.stdout)
            raise typer.Exit from None

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.commands:
            # What is none may be near one: to be told which takes all of them.
            wanted = [COMMANDS[cmd_name]] if cmd_name in COMMANDS else COMMANDS.values()
            for module in dict.fromkeys(wanted):
                self.commands.update(loaded(module))
        return self.commands.get(cmd_name)


def loaded(module: str) -> dict[str, Any]:
    """The commands of a module in this folder."""
    parent = typer.Typer(pretty_exceptions_enable=False, rich_markup_mode=None)
    import_module(f"syncd.cli.{module}").register(parent)
    return dict(get_group(parent).commands)
