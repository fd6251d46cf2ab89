"""The words of days gone by, in five languages. Data only, folded: lower case, no accents."""

from __future__ import annotations

from typing import Final

WEEKDAYS: Final = (
    ("monday", "montag", "lundi", "lunes", "segunda-feira", "segunda feira", "segunda"),
    ("tuesday", "dienstag", "mardi", "martes", "terca-feira", "terca feira", "terca"),
    ("wednesday", "mittwoch", "mercredi", "miercoles", "quarta-feira", "quarta feira", "quarta"),
    ("thursday", "donnerstag", "jeudi", "jueves", "quinta-feira", "quinta feira", "quinta"),
    ("friday", "freitag", "vendredi", "viernes", "sexta-feira", "sexta feira", "sexta"),
    ("saturday", "samstag", "sonnabend", "samedi", "sabado"),
    ("sunday", "sonntag", "dimanche", "domingo"),
)
# These are words and names as well: only with "on" or "last" before them.
SHORT_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS: Final = (
    ("january", "jan", "januar", "janner", "janvier", "enero", "janeiro"),
    ("february", "feb", "februar", "fevrier", "febrero", "fevereiro"),
    ("march", "mar", "marz", "maerz", "mars", "marzo", "marco"),
    ("april", "apr", "avril", "abril"),
    ("may", "mai", "mayo", "maio"),
    ("june", "jun", "juni", "juin", "junio", "junho"),
    ("july", "jul", "juli", "juillet", "julio", "julho"),
    ("august", "aug", "aout", "agosto"),
    ("september", "sept", "sep", "septembre", "septiembre", "setembro"),
    ("october", "oct", "oktober", "okt", "octobre", "octubre", "outubro"),
    ("november", "nov", "novembre", "noviembre", "novembro"),
    ("december", "dec", "dezember", "dez", "decembre", "diciembre", "dezembro"),
)
NUMBERS: Final = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10,
    "ein": 1, "eine": 1, "einem": 1, "einer": 1, "zwei": 2, "drei": 3, "vier": 4, "funf": 5,
    "sechs": 6, "sieben": 7, "acht": 8, "neun": 9, "zehn": 10,
    "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "sept": 7, "huit": 8,
    "neuf": 9, "dix": 10,
    "una": 1, "uno": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7,
    "ocho": 8, "nueve": 9, "diez": 10,
    "um": 1, "uma": 1, "dois": 2, "duas": 2, "quatro": 4, "sete": 7, "oito": 8, "nove": 9,
    "dez": 10,
}  # fmt: skip
UNITS: Final = {
    "minute": ("minute", "minutes", "min", "mins", "minuten", "minuto", "minutos"),
    "hour": ("hour", "hours", "stunde", "stunden", "heure", "heures", "hora", "horas"),
    "day": ("day", "days", "tag", "tage", "tagen", "jour", "jours", "dia", "dias"),
    "week": (
        "week", "weeks", "woche", "wochen", "semaine", "semaines", "semana", "semanas",
    ),
    "month": (
        "month", "months", "monat", "monate", "monaten", "mois", "mes", "meses",
        "year", "years", "jahr", "jahre", "jahren", "an", "ans", "annee", "annees", "ano", "anos",
    ),
}  # fmt: skip
# Parts of a day and the hour that stands for them.
PARTS: Final = {
    9: ("morning", "vormittag", "fruh", "morgen", "matin", "manana", "manha"),
    12: ("noon", "midday", "lunchtime", "mittag", "midi", "mediodia", "meio-dia"),
    15: ("afternoon", "nachmittag", "apres-midi", "tarde"),
    20: ("evening", "night", "abend", "nacht", "soir", "soiree", "nuit", "noche", "noite"),
}
