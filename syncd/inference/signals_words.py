"""The vocabulary that several English rules share. Data only."""

from __future__ import annotations

import re
from typing import Final


def any_of(*parts: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{part})" for part in parts))


ADV: Final = (
    r"(?:(?:also|just|please|kindly|then|certainly|definitely|gladly|happily|surely|now|be sure "
    r"to|try and|make sure to|go ahead and|personally|quickly|at least) )*"
)
DET: Final = (
    r"(?:(?:a|an|the|some|another|our|that|this|your|quick|short|brief|little|nice|long|proper|"
    r"face to face|face-to-face|in-person|conference|phone|video|zoom|follow-up|follow up|"
    r"virtual|cup of|bite of|round of|late|early|team|working|business|\w+day) )*"
)

# What the speaker will do for the other.
DEED: Final = (
    r"(?:send|resend|forward|e-?mail|mail|call|ring|phone|give you|get (?:back|you|it|them|this|"
    r"that|in touch|on it)|"
    r"follow[- ]up|check|look (?:into|at|for|up|over)|review|ask|find (?:out|it|the|you|someone|"
    r"somebody)|"
    r"let (?:you|him|her|them|everyone|everybody|\w+) know|update|prepare|draft|write|share|"
    r"introduce|connect|"
    r"put (?:you|together|it|the|a|them)|set (?:up|it|that)|schedule|arrange|organi[sz]e|book|"
    r"bring|confirm|contact|"
    r"reach out|circulate|provide|make (?:sure|it happen|the|a|an|those|these|that)|take care|"
    r"take a look|"
    r"have (?:a look|it|them|\w+ (?:call|send|contact|prepare|get|check|forward))|handle|ping|"
    r"text|drop (?:you|it|off|by)|"
    r"return|sort|fix|talk (?:to|with)|speak (?:to|with)|discuss|work (?:on|with|it|up)|read|do "
    r"(?:it|that|so|this|my best)|"
    r"keep you|post|add|pay|submit|finish|complete|deliver|pick (?:up|you)|fax|pass|report|tell|"
    r"show|explain|help|"
    r"try to|run|see (?:what i can|if (?:i|we|he|she|they)|to it|whether)|dig|compile|revise|"
    r"sign|include|attach|"
    r"leave (?:you )?(?:a|the) (?:message|copy|key)|order|print|collect|figure out|meet (?:you|"
    r"with you)|come (?:back to|by)|"
    r"coordinate|expect to|touch base|respond|reply|answer|note|mention|raise|propose|suggest|"
    r"recommend)"
)
DOING: Final = (
    r"(?:sending|calling|forwarding|getting back|following up|checking|looking into|writing|"
    r"sharing|e-?mailing|"
    r"working on|preparing|drafting|reviewing|contacting|providing|putting together|in touch|in "
    r"contact)"
)

# Meeting somebody, and things to meet over.
FOOD: Final = (
    r"(?:coffees?|lunch|dinner|breakfast|brunch|drinks?|beers?|tea|supper|pint|wine|bite(?: to "
    r"eat)?|cuppa|espresso)"
)
TALK: Final = (
    r"(?:call|chat|meeting|zoom|video call|phone call|conference call|con call|conversation|"
    r"catch-?up|catch up|sit-?down|get-?together|talk|walk|hike|session|round of golf|game of "
    r"golf|skype|facetime|huddle|visit)"
)
MEET: Final = (
    rf"(?:meet(?:ing)?(?! with (?!you\b|us\b|me\b|your\b))(?! (?:the|a|his|her|their|with (?:the|"
    rf"a|his|her|their)) (?:deadline|need|requirement|criteria|standard|budget|goal|target)s?)"
    rf"|get together|getting together|(?:catch|catching) up(?! (?:on|with (?!you\b)))|sit down|"
    rf"hook up|see each other|"
    rf"(?:have|grab|do|get|share|go (?:out )?for|take|schedule|set up|setup|arrange|organi[sz]e|"
    rf"hop on|jump on|get on|plan|hold|"
    rf"having|grabbing|doing|getting|scheduling|setting up|arranging) {DET}(?:{FOOD}|"
    rf"{TALK})\b(?! with (?!you\b|me\b|us\b))|"
    rf"do (?:lunch|dinner|coffee)|join (?:us|me)|come (?:over|by|and see|visit|to (?:my|our) "
    rf"(?:place|house|office))|"
    rf"talk(?: about it| this| it| more| further)?(?: (?:over|on|by|in person|tomorrow|next|this|"
    rf"later|soon|when|at|again)\b|$|[.?!,])|"
    rf"speak (?:on|by|in person|tomorrow|next|this|later|soon|again|over)|"
    rf"(?:discuss|talk about)\b.{{0,60}}\b(?:in person|face to face|over {DET}{FOOD}|over the "
    rf"phone|by phone|on the phone|"
    rf"tomorrow|next week|this week|today|on (?:mon|tues|wednes|thurs|fri)day|when (?:you|i|we)\b))"
)
DAY: Final = (
    r"(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|mon|tues?|weds?|thurs?|fri|"
    r"tomorrow|today|tonight|next week|this week|the \d{1,2}(?:st|nd|rd|th)|\d{1,2}(?::\d\d)? "
    r"?(?:am|pm|o'clock)|noon|the (?:morning|afternoon|evening)|this (?:morning|afternoon|"
    r"evening)|(?:january|february|march|april|may|june|july|august|september|october|november|"
    r"december) \d{1,2})"
)

# Words, in lower case, without which no sentence introduces anybody.
INTRODUCE_GATE: Final = (
    "ntroduc", "ntro ", "meet", "onnect", "in touch", "in contact", "oop", "c'ing", "cc'", "cc-",
    "cc:", "you two", "you both", "opying", "opied", "dding", "ringing",
    ", this is ", "you should", "in copy", " in cc", "told you about", "i mentioned",
)  # fmt: skip
