"""What mails say, by what they mean. Every text carries a mark that may never be stored."""

from __future__ import annotations

import random
from typing import Final

BODY: Final = "zibetbody"  # in every text, and in nothing else
SUBJECT: Final = "zibethead"  # in every subject and title: may be stored, never logged

CHAT: Final = ("Nothing new here.", "The harbour was full of light today.", "All is well with us.")
ASK: Final = ("Could you send me the slides?", "Could you send me the plan?")
PROMISE: Final = ("I'll send you the slides tomorrow.", "I will send you the plan tomorrow.")
THANKS: Final = ("Thanks a lot for the slides.", "Thank you for the book.")
PROPOSE: Final = ("We should have coffee soon.",)
SHARE: Final = ("Here is an article that you may like: https://example.org/read",)
OFFER: Final = ("Let me know if I can help with the move.",)
CONFIRM: Final = ("It was great to see you yesterday.",)
MISSED: Final = ("Sorry I missed you, something came up.",)
CANCEL: Final = ("I have to cancel tomorrow.",)
ABROAD: Final = (
    "Könntest du mir bitte den Plan schicken?",
    "Pourriez-vous m'envoyer le plan ?",
    "¿Podrías enviarme el plan?",
    "Podes enviar-me o plano?",
    "Ich schicke dir morgen den Plan.",
    "On devrait prendre un café bientôt.",
)
MURKY: Final = (*CHAT, *ASK, *PROMISE, *THANKS, *PROPOSE, *SHARE, *OFFER, *CONFIRM, *MISSED,
                *CANCEL, *ABROAD)  # fmt: skip


def text(rng: random.Random, choice: tuple[str, ...]) -> str:
    """One of them, with a mark like no other."""
    return f"{rng.choice(choice)} ({BODY} {rng.getrandbits(24):x})"


def subject(rng: random.Random) -> str:
    """A subject or title like no other."""
    return f"About {SUBJECT} {rng.getrandbits(24):x}"
