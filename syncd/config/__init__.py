"""The configuration: one YAML file, one owner.

read(path)  ->  Settings, or ConfigErrors with every mistake at file:line:column
"""

from syncd.config.read import ConfigErrors, Mistake, read
from syncd.config.settings import Account, LocalAccountSettings, Settings

__all__ = [
    "Account",
    "ConfigErrors",
    "LocalAccountSettings",
    "Mistake",
    "Settings",
    "read",
]
