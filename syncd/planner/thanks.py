"""The skeleton of a thank-you: a greeting, a line to go on from, a closing. The rest is the owner's
to write."""

from __future__ import annotations

import re
from typing import Final

_SKELETONS: Final = {
    "en": ("Hi {who},", "thank you for our conversation. …", "Best regards,"),
    "de": ("Hallo {who},", "vielen Dank für das Gespräch. …", "Viele Grüße"),
    "fr": ("Bonjour {who},", "merci pour notre échange. …", "Bien cordialement,"),
    "es": ("Hola, {who}:", "gracias por la conversación. …", "Un saludo,"),
    "pt": ("Olá {who},", "agradeço a nossa conversa. …", "Cumprimentos,"),
}
_NOBODY: Final = re.compile(r",? \{who\}")


def thanks(language: str, who: str, owner: str) -> str:
    """The text of a draft to `who` (a first name, "" where none is known) from `owner`; English
    where the language is another one, or not known."""
    greeting, line, closing = _SKELETONS.get(language, _SKELETONS["en"])
    greeting = greeting.format(who=who) if who else _NOBODY.sub("", greeting)
    return "\n\n".join((greeting, line, f"{closing}\n{owner}")) + "\n"
