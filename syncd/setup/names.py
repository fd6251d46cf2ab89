"""Where programs keep mail, calendars and cards, and what they call what was sent. Data only."""

from __future__ import annotations

from typing import Final

# Below home. A tree is read as one path, with all Maildirs and mboxes in it.
MAIL: Final = (
    "Maildir",
    "Mail",
    "mail",
    ".mail",
    ".maildir",
    ".local/share/mail",
    ".local/share/local-mail",
    ".local/share/evolution/mail/local",
    "Library/Mail",
    "mbox",
)
# Programs that keep folders named Mail and ImapMail somewhere in their profiles.
PROFILES: Final = (
    ".thunderbird",
    ".mozilla-thunderbird",
    ".icedove",
    ".mozilla",
    "snap/thunderbird/common/.thunderbird",
    ".var/app/org.mozilla.Thunderbird/.thunderbird",
    "Library/Thunderbird/Profiles",
)
PROFILE_MAIL: Final = frozenset(("Mail", "ImapMail"))

# Folders in which calendars, cards and tasks lie, each in a folder of its own.
COLLECTIONS: Final = (
    ".calendars",
    ".calendar",
    "calendars",
    ".contacts",
    "contacts",
    ".tasks",
    ".local/share/calendars",
    ".local/share/calendar",
    ".local/share/contacts",
    ".local/share/vdirsyncer",
    ".local/share/khal",
    ".local/share/khard",
    ".local/share/todoman",
    ".local/share/tasks",
)

# Settings in which vdirsyncer, khal, khard and todoman name folders, below XDG_CONFIG_HOME (or,
# with a leading ~, home).
SETTINGS: Final = (
    "vdirsyncer/config",
    "~/.vdirsyncer/config",
    "khal/config",
    "~/.khal/khal.conf",
    "khard/khard.conf",
    "khard/khardrc",
    "todoman/config.py",
    "todoman/todoman.conf",
)

# Last parts of the names of folders with what the owner sent, in lower case: of mail programs and
# servers in English, German, French, Spanish, Portuguese and Italian.
SENT: Final = frozenset(
    (
        "sent", "sent items", "sent mail", "sent messages", "sent-mail", "sentmail", "outbox-sent",
        "gesendet", "gesendete elemente", "gesendete objekte", "gesendete nachrichten",
        "envoyés", "éléments envoyés", "messages envoyés", "envoyes", "enviados", "enviadas",
        "elementos enviados", "mensajes enviados", "correo enviado", "itens enviados",
        "mensagens enviadas", "e-mails enviados", "inviati", "posta inviata", "inviata",
    )
)  # fmt: skip
