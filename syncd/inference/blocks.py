"""Calendar entries that are no meetings, and meetings that were called off, by what they say.

The kind that the provider gives an entry comes first; most calendars give none, so the title is
read in English, German, French, Spanish and Portuguese. Titles are compared folded.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache

from connectors.records import Meeting
from syncd.inference.model import Sighted
from syncd.inference.titles import fold, is_meeting_title

_DAY = timedelta(days=1)
_KINDS = {
    "focus": "meeting:focus",
    "oof": "meeting:out-of-office",
    "birthday": "meeting:birthday",
    "location": "meeting:working-location",
    "travel": "meeting:travel",
}

_CALLED_OFF = (
    r"cancell?ed(?: event| meeting)?|abgesagt(?:er termin)?|annulee?s?|cancelad[oa]s?|anulad[oa]s?"
    r"|annullat[oa]|geannuleerd|storniert|entfallt|fallt aus"
)
_MOVED = (
    r"postponed|moved|rescheduled|verschoben|verlegt|reportee?s?|decalee?s?|deplacee?s?|aplazad[oa]"
    r"|pospuest[oa]|adiad[oa]|reagendad[oa]|remarcad[oa]|reprogramad[oa]|rinviat[oa]"
)
_ANSWER = r"^[^\w\[(]*(?:(?:re|fwd?|aw|wg|tr|rv|enc|updated(?: invitation)?)\s*:\s*)*"
_OFF = re.compile(
    rf"{_ANSWER}[\[(*]*\s*(?:{_CALLED_OFF})\s*(?:[\])*:!|–—-]|$)"
    rf"|(?:[-–—:|(\[*]\s*|!\s+)(?:{_CALLED_OFF})\s*[\])*!.]*\s*$"
)
_ELSEWHEN = re.compile(rf"{_ANSWER}[\[(*]*\s*(?:{_MOVED})\s*[\])*:|–—-]")
_SHOUTED = re.compile(r"^\W*(?:CANCELL?ED|ABGESAGT|ANNUL[EÉ]E?|CANCELAD[OA])\s")
_PLACEHOLDER = re.compile(
    r"^\W*(?:hold|placeholder|platzhalter|blocker|save the date|tentative|tbc|tbd|a confirmer"
    r"|por confirmar|a confirmar|unter vorbehalt)\b\s*(?:[:\])|/–—-]|for\b|fur\b|$)"
)
_CROWD = re.compile(
    r"\ball[- ]?hands\b|\btown[- ]?hall\b|\bwebinar\b|\bbetriebsversammlung\b|\bvollversammlung\b"
    r"|\bassemblee generale\b|\bwhole company\b|\bcompany (?:meeting|update)\b"
)
_FOR_CROWD = re.compile(r"\b(?:prep\w*|plan\w*|debrief|review|rehearsal|dry run|vorbereitung)\b")

_AWAY = (
    r"ooo|oof|out of (?:the )?office|vacations?|annual leave|holidays?"
    r"|on (?:leave|holidays?|vacation)|(?:parental|sick|maternity|paternity) leave|sick|pto|day off"
    r"|urlaub|im urlaub|abwesend|abwesenheit|krank|feiertag|(?:en )?conges?|vacances"
    r"|(?:de )?vacaciones|(?:de )?ferias|ausente"
)
_RIDE = (
    r"train|zug|tren|trem|comboio|bus|ferry|taxi|uber|drive|fahrt|reise|trip|travel|viaje|viagem"
    r"|voyage|trajet|vol"
)
_TRAVEL = (
    r"flights?(?! (?:ops|operations|deck|simulator|test|club|school))|flug|vuelo|voo|hinflug"
    r"|ruckflug|anreise|abreise|hinreise|ruckreise|commute|travel(?:l?ing)?(?: (?:time|day))?$"
    r"|reisezeit|fahrzeit|pendeln"
    rf"|(?:{_RIDE})\s*(?:$|[:(–—>-]|(?:to|from|nach|von|zum|zur|a|au|de|vers|pour|para|back|home)\b"
    r"|[a-z]{0,3}\s?\d)"
)
_BIRTHDAY = r"birthdays?|bday|b-day|geburtstage?|anniversaire|cumpleanos|cumple|aniversario"
# With invitees the title has to *be* a block: "Travel budget review" is a meeting like any other.
_BLOCK = re.compile(
    r"^\W*(?:"
    r"(?P<focus>(?:focus(?: (?:time|block|work|day))?|deep work|fokus(?:zeit)?|no meetings?"
    r"|do not (?:book|disturb)|temps de concentration|tiempo de concentracion|(?:tempo de )?foco"
    r"|heads[- ]down(?: time)?)\s*(?:$|[:(–—-]))"
    rf"|(?P<oof>(?:{_AWAY})\b(?![-’'])|.{{1,40}}\b(?:{_AWAY})\s*$)"
    rf"|(?P<travel>(?:{_TRAVEL}))"
    rf"|(?P<birthday>.{{0,40}}\b(?:{_BIRTHDAY})\b)"
    r"|(?P<location>(?:working from home|wfh|home ?office|remote day|teletravail|teletrabajo"
    r"|teletrabalho)\s*$)"
    r")"
)
# An entry without invitees is a note to oneself: one such word anywhere makes it no meeting.
_NOTE = re.compile(
    rf"\b(?:(?P<birthday>{_BIRTHDAY}|geburtstags\w+)|(?P<oof>ooo|out of office|vacation|urlaub|pto)"
    r"|(?P<travel>flights?|flug|vuelo|voo|anreise|abreise|ruckreise|travel|commute"
    r"|(?:train|zug|tren|comboio|bus|drive) (?:to|from|nach|von|a|para|back|home)))\b"
    r"|🎂|✈"
)
_TOPIC = re.compile(
    r"\s(?:about|re|regarding|wegen|uber|sobre|acerca|concernant|before|after)\b.*$"
)
_EVENT = re.compile(
    r"\b(?:party|planning|plan|policy|handover|budget|prep|kick-?off|celebration|feier|fest|ubergabe"
    r"|planung|fete|soiree|fiesta|festa|planificacion|planejamento|planeamento)\b"
)
_OWN_ABSENCE = re.compile(
    rf"^\W*(?:{_AWAY})\s*(?:$|!|(?:in|to|nach|en|em|a)\s)",
)


def called_off(sighted: Sighted[Meeting], now: datetime | None = None) -> str:
    """Why the meeting did not take place at its time, "" where nothing says so.

    What disappeared before its end was cancelled; what disappeared later was tidied away.
    """
    meeting = sighted.record
    if meeting.status == "cancelled":
        return "meeting:cancelled"
    gone = sighted.gone_at
    if gone is not None and gone < meeting.end and (now is None or gone <= now):
        return "meeting:removed"
    return _called_off_title(meeting.title)


def block(meeting: Meeting, alone: bool) -> str:
    """Why the entry is no meeting with anybody, "" where it may be one.

    `alone`: nobody but the owner is in it. A timed entry of a day or longer is a stay, a
    conference or a holiday, so it is treated as all-day.
    """
    if reason := _KINDS.get(meeting.kind):
        return reason
    if meeting.busy == "oof":
        return "meeting:out-of-office"
    if meeting.all_day or meeting.end - meeting.start >= _DAY:
        return "meeting:all-day"
    if alone and meeting.busy == "elsewhere":
        return "meeting:working-location"
    return _block_title(meeting.title, alone)


@lru_cache(maxsize=16_384)
def is_placeholder(title: str) -> bool:
    """Whether a title holds a place in the calendar (32 % of entries never took place, 2010)."""
    return bool(_PLACEHOLDER.search(fold(title)))


@lru_cache(maxsize=16_384)
def is_crowd_title(title: str) -> bool:
    """Whether a title announces an all-hands: its guest list is often hidden."""
    plain = fold(title)
    return bool(_CROWD.search(plain)) and not _FOR_CROWD.search(plain)


@lru_cache(maxsize=16_384)
def is_own_absence(title: str) -> bool:
    """Whether a title is the owner's absence; with a name in it, it may be a colleague's."""
    return bool(_OWN_ABSENCE.search(fold(title)))


@lru_cache(maxsize=16_384)
def _called_off_title(title: str) -> str:
    plain = fold(title)
    if _OFF.search(plain) or _SHOUTED.search(title):
        return "meeting:cancelled-in-title"
    return "meeting:moved" if _ELSEWHEN.search(plain) else ""


@lru_cache(maxsize=16_384)
def _block_title(title: str, alone: bool) -> str:
    plain = fold(title)
    if alone and (match := _NOTE.search(_TOPIC.sub("", plain))):
        return _KINDS[match.lastgroup or ("birthday" if match[0] == "🎂" else "travel")]
    match = _BLOCK.search(plain)
    if match is None or (not alone and (is_meeting_title(title) or _EVENT.search(plain))):
        return ""
    return _KINDS[match.lastgroup or "focus"]
