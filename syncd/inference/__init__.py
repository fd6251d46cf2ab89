"""Inference: from what was observed about a person to what really happened between two humans.

`infer` is loaded on first use: whoever only wants the types in `model` pays for nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from syncd.inference.person import infer as infer

__all__ = ["infer"]


def __getattr__(name: str) -> object:
    if name == "infer":
        from syncd.inference.person import infer

        globals()["infer"] = infer
        return infer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
