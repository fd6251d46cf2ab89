"""Who is there and what they say: people, texts and rules of the simulated world.

Every text, subject and note carries `MARK`, so that it can be told whether any of it got out.
"""

from __future__ import annotations

from connectors.records import Mailbox

from worlds import ANA, BEN, CLEO, DORA

MARK = "quokka"
BEN_HOME = Mailbox("benarcher@gmail.com", "Ben Archer")

TEXTS = tuple(
    f"{text} ({MARK})"
    for text in (
        "Could you send me the plan by Friday?",
        "I will send you the plan tomorrow.",
        "We should have coffee soon.",
        "Thank you, that was kind.",
        "It was great to see you yesterday.",
        "Sorry I missed you, something came up.",
        "I have to cancel tomorrow.",
        "Here is an article that you may like: https://example.org/read",
        "Let me know if I can help with the move.",
        "Nothing new here.",
    )
)
INTRODUCTION = f"Let me introduce you to each other: you both sail. ({MARK})"


def subject(number: int) -> str:
    """A subject or title like no other."""
    return f"About the {MARK} {number}"


_RULES = """\
version: 1
tiers:
  - {{name: warm, where: {{strength: {{above: 0.2}}}}, cadence: 12d}}
  - {{name: rest, cadence: 2m}}
rules:
  - {{id: thank, since: meeting, until: [message_sent], due: {due}, expires: 20d,
     task: {{title: "Thank {{{{ first_name }}}}", notes: "{{{{ evidence }}}}"}}}}
  - {{id: call, since: first_meeting, until: [call, meeting], remind: 1d, due: 30d,
     done_means: call, task: {{title: "Call {{{{ name }}}}", notes: "{{{{ gives }}}}"}}}}
  - {{id: answer, since: asked_me, until: resolved, remind: {remind}, due: 3d,
     task: {{title: "Answer {{{{ first_name }}}}", notes: "{{{{ evidence }}}}"}}}}
  - {{id: meet, since: meeting_proposed, until: [resolved, meeting_scheduled], due: 14d,
     urgent: true, pause_while: scheduled, task: {{title: "Find a day for {{{{ name }}}}"}}}}
  - {{id: keep, since: interaction, remind: cadence, due: cadence x 2, expires: cadence x 3,
     where: {{stage: [acquaintance, connection]}}, task: {{title: "Write to {{{{ name }}}}"}}}}
  - {{id: fade, since: {{strength_below: 0.1}}, until: [interaction], due: 7d,
     task: {{title: "Do not lose {{{{ name }}}}", notes: "{{{{ notes }}}}"}}}}
  - {{id: ready, since: meeting_scheduled, until: [meeting], due: 2 working days,
     where: {{silent_for: {{above: 6h}}}}, task: {{title: "Get ready for {{{{ name }}}}"}}}}
  - {{id: echo, since: task_done, until: [call], due: 9d, priority: 10,
     task: {{title: "How did it go with {{{{ name }}}}?"}}}}
  - {{id: party, since: birthday_soon, until: [message_sent], remind: 7d, due: 14d, expires: 15d,
     task: {{title: "{{{{ since.title }}}}: {{{{ name }}}}"}}}}
"""
RULES = (
    _RULES.format(due="48h", remind="1d"),
    _RULES.format(due="5 working days", remind="3d"),
    _RULES.partition("  - {{id: meet")[0].format(due="2d", remind="0d"),  # fewer rules
)

__all__ = ["ANA", "BEN", "BEN_HOME", "CLEO", "DORA", "MARK", "RULES", "TEXTS"]
