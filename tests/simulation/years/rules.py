"""The rules of the simulated owners. The first three are so simple that `oracle.py` knows in a few
lines when each of them wants a task; they are urgent, so that no budget stands between."""

from __future__ import annotations

from typing import Final

_JUDGED: Final = """\
version: 1
tiers:
  - {name: warm, where: {strength: {above: 0.2}}, cadence: 12d}
  - {name: rest, cadence: 2m}
rules:
  - {id: thank, since: first_meeting, until: [message_sent], due: 48h, expires: 7d, urgent: true,
     task: {title: "Thank {{ first_name }}", notes: "{{ evidence }}"}}
  - {id: answer, since: asked_me, until: resolved, remind: 1d, due: 3d, expires: 30d, urgent: true,
     done_means: message,
     task: {title: "Answer {{ first_name }}", notes: "{{ evidence }}"}}
  - {id: promise, since: i_promised, until: resolved, remind: 2d, due: 5d, expires: 30d,
     urgent: true, task: {title: "Keep your word to {{ first_name }}", notes: "{{ evidence }}"}}
"""
_MEETING: Final = """\
  - {id: meet, since: meeting_proposed, until: [resolved, meeting_scheduled], due: 14d,
     pause_while: scheduled, task: {title: "Find a day for {{ name }}"}}
  - {id: ready, since: meeting_scheduled, until: [meeting], due: 2 working days,
     where: {silent_for: {above: 6h}}, task: {title: "Get ready for {{ name }}"}}
  - {id: call, since: first_meeting, until: [call, meeting], remind: 1d, due: 30d, done_means: call,
     task: {title: "Call {{ name }}", notes: "{{ gives }} {{ notes }}"}}
"""
_KEEPING: Final = """\
  - {id: keep, since: interaction, remind: cadence, due: cadence x 2, expires: cadence x 3,
     where: {stage: [acquaintance, connection]}, task: {title: "Write to {{ name }}"}}
  - {id: fade, since: {strength_below: 0.1}, until: [interaction], due: 7d,
     task: {title: "Do not lose {{ name }}", notes: "{{ notes }}"}}
  - {id: party, since: birthday_soon, until: [message_sent], remind: 7d, due: 14d, expires: 15d,
     task: {title: "{{ since.title }}: {{ name }}"}}
  - {id: echo, since: task_done, until: [call], due: 9d, priority: 10,
     task: {title: "How did it go with {{ name }}?"}}
"""
RULES: Final = (_JUDGED, _JUDGED + _MEETING, _JUDGED + _KEEPING, _JUDGED + _MEETING + _KEEPING)
