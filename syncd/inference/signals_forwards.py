"""English: what was passed on to somebody else. Data only.

Texts are lower case with plain apostrophes. The gate are words without which no rule can hold.
"""

from __future__ import annotations

from typing import Final

from syncd.inference.signals_words import any_of

_PAPER: Final = (
    r"(?:message|e-?mail|mail|note|word|info|information|request|question|report|proposal|"
    r"document|file|contract|letter|cv|resume|invitation|feedback|comments?|name|number|details?|"
    r"suggestion|idea|offer|draft|paper|article|link|complaint|news|thanks|application|contact|"
    r"inquiry|enquiry|manuscript|slides|deck|photos?|pictures?|portfolio|order|invoice|concerns?|"
    r"thoughts|advice|package|materials?|address)s?"
)
_OBJECT: Final = (
    rf"(?:it|this|that|them|these|those|both|everything|(?:all |a copy of |copies of )?your(?: "
    rf"[\w'-]+){{1,5}}?|(?:a copy of |both |all )?(?:the|this|that|these|those|his|her|their|"
    rf"my)(?: (?!own\b)[\w'-]+){{0,3}}? {_PAPER}(?: (?:below|above|you sent|attached))?)"
)
# To somebody who is neither the reader nor the author; a port or a list is nobody.
_TO_OTHERS: Final = (
    r"(?:to|on to|onto) (?!you\b|me\b|us\b|your\b|yourself|the (?:list|port|kernel|function|"
    r"mailing|other|next|end|correct|following|group)\b|list\b|lists\b|dev\b|null\b|a (?:different|"
    r"new)\b|my (?:home|own|work|other|personal|private|address|account|e-?mail|inbox|phone)\b|"
    r"this (?:list|address)\b|be\b|do\b|make\b|see\b|get\b|have\b|help\b|\d)"
)
_DONE: Final = r"(?:(?:already|just|also|now|since|gladly|both|then|immediately) )*"

FORWARD_GATE: Final = (
    "forward", "pass", "relay", "handed", "shared", "sent your", "given", "gave", "recommended you",
    "referred", "put in a", "your name", "put your", "have your", "went to", "has gone to",
    "circulated", " is now ", "showed", "shown", "mentioned your", "sent ",
)  # fmt: skip

FORWARD_RULES: Final = (
    (
        0.9,
        any_of(
            rf"\b(?:i|we)(?:'ve| have|'d)? {_DONE}(?:forwarded|relayed|passed|handed|sent)(?: on| "
            rf"along| over) {_OBJECT} {_TO_OTHERS}",
            rf"\b(?:i|we)(?:'ve| have|'d)? {_DONE}(?:forwarded|relayed|passed|handed) {_OBJECT}"
            rf"(?: (?:on|along|over|up))?,? {_TO_OTHERS}",
            r"\b(?:i|we)(?:'ve| have|'d)? " + _DONE + r"(?:passed|relayed|handed|sent) (?:it|this|"
            rf"that|them|your(?: [\w'-]+){{1,4}}?|the(?: [\w'-]+){{0,2}} {_PAPER}) (?:on|along)\b"
            rf"(?=[.,!;:)]|$| (?:and|but|already|yesterday|today|this|last)\b"
            rf"| to (?!you\b|me\b|us\b))",
            rf"\b(?:i|we)(?:'ve| have|'d)? {_DONE}(?:passed|sent) (?:on|along) (?:your|the) "
            rf"(?:[\w'-]+ ){{0,2}}{_PAPER}\b(?! to (?:you|me|us)\b)",
        ),
    ),
    (
        0.85,
        any_of(
            rf"^{_DONE}(?:forwarded|relayed|passed)(?: on| along)? {_OBJECT}(?: (?:on|along|"
            rf"over))?,? {_TO_OTHERS}",
            rf"^(?:forwarded|passed) (?:on )?{_TO_OTHERS}(?!\w+@)",
            r"^passed (?:it|this|that|your(?: [\w'-]+){1,3}?) (?:on|along)\b(?! to (?:you|me|"
            r"us))",
            rf"(?:^|\b(?:i'm|i am|we're|we are) ){_DONE}(?:forwarding|passing|relaying)(?: on| "
            rf"along)? {_OBJECT}(?: (?:on|along|over))?,? {_TO_OTHERS}",
            rf"\b(?:i|we)(?:'ve| have|'d)? {_DONE}(?:shared|sent|gave|given|shown|showed|submitted|"
            rf"circulated|e-?mailed|mailed|faxed|put|brought) (?:all |a copy of )?your (?:[\w'-]+ "
            rf"){{1,4}}?(?:to|with|around|in front of|past) (?!you\b|me\b|us\b|your\b|the (?:list|"
            rf"test|patch)|my (?:home|own)|a (?:grain|test)|\d)",
            r"\bi(?:'ve| have)? "
            + _DONE
            + r"(?:gave|given|sent|shown|showed|forwarded) (?!you\b|me\b|"
            r"us\b|it\b)(?:[\w'-]+ ){1,4}?your (?:phone |mobile |cell |e-?mail |contact |full "
            r")?(?:number|name|e-?mail|address|details|cv|resume|message|note|contact|paper|"
            r"proposal|draft|info|information|slides|letter|deck|portfolio|manuscript)\b",
            r"\b(?:i|we)(?:'ve| have)? " + _DONE + r"(?:shared|showed|shown) (?:it|this|that|your "
            r"[\w'-]+) (?:with|to) (?:my|our|the|his|her|a|some|two|three|[a-z]+ (?:in|at|from)) "
            r"(?!list\b|group\b)\w+",
            r"\band gave (?:her|him|them) your (?:number|e-?mail|address|details|name)\b|"
            r"\bi(?:'ve| have)? let \w+ have your (?:number|e-?mail|address|details)\b",
            r"\bi(?:'ve| have)? "
            + _DONE
            + r"(?:referred you to|circulated your|passed on your) (?!me\b|us\b)"
            r"\w+",
            r"\byour (?:note|mail|e-?mail|message|request|question|cv|letter|proposal) (?:went|"
            r"has gone|was (?:passed|forwarded)|has been (?:passed|forwarded)) (?:on )?to "
            r"(?!me\b|you\b|us\b|spam|the (?:wrong|junk|spam))",
            r"\byour (?:cv|resume|application|proposal|message|request|mail|e-?mail|paper|"
            r"manuscript|name|portfolio) is (?:now )?(?:with|in front of|on the desk of) (?!me\b|"
            r"you\b|us\b)",
        ),
    ),
    (
        0.75,
        any_of(
            r"\bi(?:'ve| have)? "
            + _DONE
            + r"(?:put in a (?:good |kind )?word for you|recommended you "
            r"(?:to|for)|put your name (?:forward|down|in)|mentioned your (?:name|work|cv|project|"
            r"paper|company|book|offer|idea) to (?!me\b|you\b|us\b)|put you forward)\b",
        ),
    ),
)

FORWARD_VETO: Final = any_of(
    r"\?[\"')]*$",
    r"^(?:if|when|once|after|before|unless|had|until|as soon as|whenever)\b",
    r"\b(?:haven't|have not|hasn't|didn't|did not|never|not|nobody|don't|unable)\b.{0,30}\b(?:"
    r"forward|pass|relay|shar|sent|send|hand)",
    r"\b(?:should|could|would|might|must|may) have\b|\bwish\b|\bi'd have\b",
    r"\b(?:he|she|they|you|who|[a-z]+) (?:said|says|told (?:me|us)|asked|thought|wrote)\b(?! (?:to|"
    r"for))",
    r"\bpassed (?:away|out|through|by|over|the (?:test|exam|bar|law|bill|time)|as an?)\b",
    r"\b(?:argument|pointer|flags?|parameter|struct|ioctl|syscall|callback|inode|bio|packets?|"
    r"fstests|xfstests|null)\b",
    r"\b(?:regards|love|best wishes)\b",
    r"\b(?:tomorrow|later today|next week|shortly|tonight)[.!]*$",
    r"\bforwarded (?:message|by|from|header)\b",
)
