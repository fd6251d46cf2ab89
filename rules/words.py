"""What every word of the rule language means, in one line each.

The JSON Schema, docs/rules.md and the plain-English descriptions of rules are made from these;
tests keep them complete. They are written in Markdown, without line breaks.
"""

from __future__ import annotations

# What `since` and `until` may name.
EVENTS = {
    "first_contact": "the very first interaction; known once every account has been read",
    "first_meeting": "the first meeting, of any mode; known once every account has been read",
    "meeting": "a meeting that really took place, of any mode: in person, by video, by phone",
    "in_person_meeting": "a meeting face to face",
    "call": "a call by phone or video, from the calendar, logged or ticked",
    "message_sent": "you wrote to them",
    "message_received": "they wrote to you",
    "interaction": "anything that counts: a message either way, a meeting, a call",
    "asked_me": "they asked you something; closed when you answer or meet",
    "i_asked": "you asked them something; closed when they answer or you meet",
    "i_promised": "you promised them something; closed when you have done it",
    "they_promised": "they promised you something; closed when they have done it",
    "meeting_proposed": 'one of you proposed to meet ("let\'s have coffee"); closed by the meeting',
    "meeting_scheduled": "a future meeting that you accepted or organised was first seen",
    "introduction_made": "you introduced them to somebody",
    "introduction_received": "somebody was introduced to you: happens with both of them",
    "introduced_to_me": "they were introduced to you; closed by the first contact between you",
    "shared_with_me": "they shared something with you; closed when you thank, answer or meet",
    "card_added": "their card was first seen in your address book; the cards of the first start "
    "are the past",
    "birthday_soon": "14 days before the birthday on their card, at midnight in your zone",
    "task_done": "you ticked a task about them",
    "strength_below": "the tie decayed below this strength (0-1), written `{strength_below: 0.3}`",
    "resolved": "the loop that started the rule was closed, on whatever channel; only in `until`",
}

# The same as the end of a sentence: "It starts when ...", "until ...".
CLAUSES = {
    "first_contact": "you are in touch for the first time",
    "first_meeting": "you meet for the first time",
    "meeting": "you meet",
    "in_person_meeting": "you meet face to face",
    "call": "you call each other",
    "message_sent": "you write to them",
    "message_received": "they write to you",
    "interaction": "you are in touch",
    "asked_me": "they ask you something",
    "i_asked": "you ask them something",
    "i_promised": "you promise them something",
    "they_promised": "they promise you something",
    "meeting_proposed": "one of you proposes to meet",
    "meeting_scheduled": "a meeting is put on the calendar",
    "introduction_made": "you introduce them to somebody",
    "introduction_received": "an introduction reaches you",
    "introduced_to_me": "they are introduced to you",
    "shared_with_me": "they share something with you",
    "card_added": "their card is saved",
    "birthday_soon": "their birthday is 14 days away",
    "task_done": "you tick a task about them",
    "strength_below": "the tie decays",
    "resolved": "that is settled",
}

# What `where` may ask.
FACTS = {
    "stage": "`contact` (a card, or one-way), `acquaintance` (two-way), `connection` (you met, or "
    "write steadily), `dormant` (silent for more than 8 times its rhythm and 180 days)",
    "tier": "the first of your `tiers` they belong to, or `none`",
    "tags": "a tag of yours, from the configuration or a note",
    "domain": "the domain of one of their addresses; it covers everything below it",
    "channel": "`mail`, or `elsewhere` where you said that silence here means nothing",
    "colleague": "whether they share your mail domain, or are configured as a colleague",
    "wanted": "whether you showed interest: wrote after meeting, organised a 1:1, saved their "
    "card, or tagged them",
    "online_only": "whether the tie is real (5 days of contact over 60 days) but you never met in "
    "person",
    "scheduled": "whether a meeting with them is on the calendar",
    "strength": "tie strength from 0 to 1, by bounds: `{above: 0.4}`",
    "silent_for": "time since the last interaction, by bounds: `{above: 90d}`",
    "counts": "how often something happened, by bounds: `{sent: {at_least: 3}}`",
}
COMBINED = {
    "all": "every one of these conditions holds",
    "any": "at least one of these conditions holds",
    "not": "these conditions do not hold together",
}
STAGES = {
    "contact": "you only have a card, or only one of you ever wrote",
    "acquaintance": "both of you wrote",
    "connection": "you met, or write to each other steadily",
    "dormant": "it was more once, and is silent for long",
}
COUNTS = {
    "sent": "messages you sent",
    "received": "messages you received",
    "meetings": "meetings, of any mode",
    "in_person": "meetings face to face",
    "calls": "calls by phone or video",
    "days": "distinct days with contact",
    "interactions": "everything that counts",
}
BOUNDS = {
    "above": "more than this",
    "below": "less than this",
    "at_least": "this or more",
    "at_most": "this or less",
}

# How lengths of time are written.
DURATIONS = {
    "48h": "hours, by the clock",
    "30d": "days, at the same time of day in your zone",
    "6w": "weeks",
    "3m": "calendar months: a month after 31 January is the last day of February",
    "5 working days": "the days in `working_days` (Monday to Friday); there are no holidays",
    "cadence": "how often to be in touch, from the person's tier; nothing happens without one",
    "cadence x 0.8": "four fifths of it; `x` and a number go with `cadence` and `rhythm`",
    "rhythm x 3": "three times the usual gap between the days on which you two are in touch; "
    "nothing happens before it is known (five gaps)",
}

# What a task may print.
VARIABLES = {
    "name": "their name",
    "first_name": "what to call them: the first name, or all of a name that has none",
    "person": "their name and address",
    "since": "what started the rule, as one line",
    "days": "how many days ago that was",
    "evidence": "the last three interactions and what started the rule, newest first",
    "gives": "what you can give: their `needs:`, what they asked, what you promised or offered",
    "asks": "what was asked, either way, and is open; what they promised or offered",
    "promises": "what was promised, either way, and is not done",
    "notes": "your own lines about them",
    "mutual": "whom you both know, and who introduced whom",
    "next_meeting": "the next meeting on the calendar",
    "connection_note": "where and when you met, to send with a request to connect (300 characters)",
}
SINCE_FIELDS = {
    "title": "the title of the meeting, or the subject of the mail without Re: and Fwd:",
    "when": "the day, as 2026-03-05",
    "where": "the place of the meeting",
    "link": "a link to the mail or meeting",
}

STATES = {
    "waiting": "it is too early, or `where` does not hold (yet)",
    "held": "it would be a task, but `pause_while`, the day's limit or preview mode holds it back",
    "muted": "you muted the rule, the person or the domain, or deleted two of its tasks",
    "open": "the task is there",
    "satisfied": "an event of `until` happened",
    "expired": "it came too late to be of use",
    "missed": "it was found more than `catch_up` after its `remind`: a line in the report",
    "void": "what started it turned out not to be real",
}

# The keys of a rule file.
FILE = {
    "version": "the version of the rule language: 1",
    "tiers": "circles of people, the first match wins",
    "rules": "the rules of this file",
}
TIER = {
    "name": "what `where: {tier: ...}` calls it",
    "people": "who belongs to it: addresses, ids or full names",
    "where": "who else belongs to it, by facts",
    "cadence": "how often to be in touch; it is what `cadence` means in a rule",
}
RULE = {
    "id": "its name, the same for ever: letters, digits, `.`, `_`, `-`",
    "about": "what the rule is for, in a sentence",
    "since": "the event that starts the clock: one of those below",
    "until": "the events that stop it, one or a list; the task is then closed by itself",
    "anchor": "which event to start from where there are several: the `newest` or the "
    "`oldest_open`",
    "remind": "when the task appears, such as `7d`, counted from the end of that event",
    "due": "when the task is due, such as `30d`, counted from the end of that event",
    "expires": "when it is pointless and dropped, counted from the end of that event",
    "where": "of whom, by facts; tested when the task would appear, and while false, it waits",
    "pause_while": "`scheduled`: hold the task back while a meeting with them is on the calendar",
    "priority": "0-100, higher first, where the day's limit has to choose",
    "urgent": "write the task at once, outside the day's limit",
    "done_means": "what ticking the task says you did: `call`, `meeting`, `message` or `nothing`",
    "also": "what is made with it in accounts that have it switched on: their `card` in an address "
    "book, a `draft` of an answer to their newest mail",
    "task": "what the task says",
}
TASK = {
    "title": "one line, a template",
    "notes": "the text below it, a template",
}
# What a key means where it is left out.
DEFAULTS = {
    "until": "none",
    "anchor": "`oldest_open` for loops, else `newest`",
    "remind": "`0d`",
    "expires": "30 days after `due`",
    "where": "everybody",
    "pause_while": "never",
    "priority": "`50`",
    "urgent": "`false`",
    "done_means": "`nothing`",
    "also": "nothing",
}
