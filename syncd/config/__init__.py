"""The configuration: one YAML file, one owner.

Document(path).settings()  ->  Settings, or ConfigErrors: every mistake at file:line:column
"""

from syncd.config.files import NoText, text_of
from syncd.config.outward import MetricsSettings
from syncd.config.read import ConfigErrors, Document, Mistake
from syncd.config.settings import Account, LocalAccountSettings, Settings

__all__ = [
    "Account",
    "ConfigErrors",
    "Document",
    "LocalAccountSettings",
    "MetricsSettings",
    "Mistake",
    "NoText",
    "Settings",
    "text_of",
]
