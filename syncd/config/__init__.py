"""The configuration: one YAML file, one owner.

Document(path).settings()  ->  Settings, or ConfigErrors: every mistake at file:line:column
"""

from syncd.config.accounts import (
    Account,
    CaldavAccountSettings,
    ImapAccountSettings,
    LocalAccountSettings,
)
from syncd.config.files import NoText, text_of
from syncd.config.google import GoogleAccountSettings
from syncd.config.microsoft import ExchangeAccountSettings, GraphAccountSettings
from syncd.config.outward import MetricsSettings
from syncd.config.read import ConfigErrors, Document, Mistake
from syncd.config.server_account import ServerAccountSettings
from syncd.config.settings import Settings

__all__ = [
    "Account",
    "CaldavAccountSettings",
    "ConfigErrors",
    "Document",
    "ExchangeAccountSettings",
    "GoogleAccountSettings",
    "GraphAccountSettings",
    "ImapAccountSettings",
    "LocalAccountSettings",
    "MetricsSettings",
    "Mistake",
    "NoText",
    "ServerAccountSettings",
    "Settings",
    "text_of",
]
