"""English: what a mail gives at once: a file, a link, something to read. Data only.

Texts are lower case with plain apostrophes. The gates are words without which no rule can hold.
"""

from __future__ import annotations

from typing import Final

from syncd.inference.signals_words import any_of

# Things that are given by mail.
_NOUN: Final = (
    r"(?:articles?|links?|slides?|decks?|presentations?|papers?|e?books?|notes|drafts?|photos?|"
    r"pictures?|pics|images?|videos?|recordings?|reports?|docs?|documents?|files?|pdfs?|"
    r"spreadsheets?|cop(?:y|ies)|templates?|lists?|check-?lists?|summar(?:y|ies)|minutes|"
    r"recipes?|maps?|urls?|stor(?:y|ies)|posts?|reviews?|columns?|pieces?|interviews?|podcasts?|"
    r"episodes?|chapters?|essays?|poems?|songs?|transcripts?|memos?|agendas?|proposals?|"
    r"outlines?|schedules?|brochures?|resumes?|cvs?|bios?|sheets?|charts?|graphs?|data|stud(?:y|"
    r"ies)|surveys?|guides?|tutorials?|press releases?|letters?|versions?|excerpts?|web ?sites?|"
    r"sites?|pages?|blogs?|tools?|resources?|materials?|newsletters?|magazines?|itinerar(?:y|"
    r"ies)|contracts?|agreements?|presentation|write-?ups?|forms?|folders?|albums?|podcast|"
    r"menus?|contacts?(?! (?:me|us|person))|contact (?:info|details)|comments|edits|revisions?|"
    r"mark-?ups?|directions|analys[ei]s|models?|tables?)"
)
_SOME: Final = (
    r"(?:(?:a|an|the|my|our|some|his|her|that|those|this|these|two|three|another|one|your|more|"
    r"their|both|all|few|couple of|[a-z]+'s) )"
)
_NO_OUTPUT: Final = r"(?! (?:of (?:the|what|how|why) (?:problem|matter|issue)|i (?:need|want)))"
_URL: Final = r"(?:https?://|www\.|<url|\$link)"
_TO_LIKE: Final = (
    r"(?:like|enjoy|appreciate|find|be interested in|want to (?:see|read|look|have|check)|be "
    r"interested to (?:see|read)|get a kick|love|need)"
)

ATTACHED_GATE: Final = ("attach", "enclos", " below")
LINKED_GATE: Final = ("http", "www.", "<url", "$link")
HANDED_GATE: Final = (
    "here'", "here i", "here a", "thought", "think of you", "might like", "may like",
    "might enjoy", "may enjoy", "interest", "shar", "pass along", "as promised", "sending you",
    "passing ", "uploaded", "send along", "below ", "following ", "this is the ", "came across",
    "just found", "just read", "just saw", "stumbled", "useful", "helpful", "sending along",
    "sending over", "i mentioned", "i promised",
)  # fmt: skip

ATTACHED_RULES: Final = (
    (
        0.9,
        any_of(
            r"\b(?:attached|enclosed),? (?:please find|pls find|you(?:'ll| will) (?:find|see)|is|"
            r"are|find|herewith|below|here)\b(?! (?:not|missing|to (?:your|the)))",
            r"\b(?:please |pls )?(?:find|see|review|read) (?:the |my |our )?(?:attached|"
            r"enclosed)\b(?! to\b)",
            r"\b(?:please |pls )find (?:the|my|our|a|some|two|an) (?:[\w'-]+ ){1,4}(?:attached|"
            r"enclosed|below)\b",
            r"\b(?:the|my|our|a|an|two|some|both) (?:[\w'-]+ ){1,7}(?:is|are) (?:now |also "
            r")?(?:attached|enclosed)[.!,:]*(?:$| (?:to this|for|below|here))",
            r"^(?:attaching|enclosing) (?:the|my|our|a|an|some|two|it|them|here)\b",
            r"\bin the attachment,? (?:you(?:'ll| will| can) (?:find|see)|is|are|there)\b",
            r"\b(?:i|we)(?:'ve| have| am|'m| are) (?:(?:also|just|now|hereby|again|taken the "
            r"liberty of) )*(?:attach(?:ed|ing)|enclos(?:ed|ing))\b(?! to (?!this|the (?:e?-?mail|"
            r"message)))",
            r"\bi attach(?:ed)? (?:a|an|the|my|our|some|two|it|them|here)\b",
            rf"^(?:attached|enclosed)\b.{{0,80}}\b{_NOUN}\b",
            rf"\b{_NOUN} (?:that \w+ \w+ )?(?:is|are) (?:now )?(?:attached|enclosed)\b(?! to)",
        ),
    ),
    (
        0.8,
        any_of(
            rf"^(?:the |my |our )?(?:[\w'-]+ )?(?:{_NOUN}|recipe|song) (?:is |are )?(?:attached|"
            rf"enclosed|below)[.!]*$",
            rf"^(?:the|my|our) (?:[\w'-]+ )?{_NOUN} (?:is|are) (?:attached|enclosed|below)[.!]*$",
            rf"\byou(?:'ll| will) (?:also )?find {_SOME}+(?:[\w'-]+ ){{0,2}}?{_NOUN} (?:attached|"
            rf"enclosed|below)\b",
        ),
    ),
)

LINKED_RULES: Final = (
    (
        0.8,
        any_of(
            rf"(?:^|[,;:] ?)(?:the )?{_SOME}*(?:[\w'-]+ ){{0,2}}?{_NOUN} (?:is|are|can be (?:found|"
            rf"downloaded|seen|viewed)) (?:(?:available|online|now|up|also|all) )*(?:here|at|on|"
            rf"below|under|from)?:? ?<?{_URL}",
            rf"\byou can (?:\w+ )?(?:find|get|download|see|read|view|watch|grab|listen to) "
            rf"(?:{_SOME}*(?:[\w'-]+ ){{0,3}}?{_NOUN}|mine) (?:online )?(?:here|at|on|below|"
            rf"from|under)?:? ?<?{_URL}",
            rf"\b(?:interesting|great|good|nice|useful|excellent|funny|cool|fun|relevant|helpful|"
            rf"brilliant|lovely) {_NOUN}\b[^.?]{{0,60}}[:,( -] ?<?{_URL}",
            rf"^(?:here (?:you go|it is|they are)|this (?:\w+ )?made me think of you|(?:the "
            rf")?link)\b[^?]{{0,30}}{_URL}",
            rf"\bthought of you\b.{{0,40}}{_URL}",
            rf"^(?:this|that|it) (?:might|may|could) (?:also )?be (?:of (?:some )?interest|"
            rf"interesting|useful|helpful|relevant)\b[^?]{{0,30}}{_URL}",
            rf"^{_SOME}?(?:[\w'-]+ ){{0,2}}?{_NOUN} (?:on|about|by|from|with) [^?]{{2,60}}: "
            rf"?<?{_URL}",
            rf"\bi(?:'ve| have)? (?:just |also )?(?:uploaded|posted|put(?: up)?|placed) {_SOME}+"
            rf"(?:[\w'-]+ ){{0,3}}?{_NOUN} .{{0,40}}{_URL}",
            rf"^<?{_URL}\S* (?:is|was|-) (?:the|an?|that) (?:[\w'-]+ ){{0,2}}?{_NOUN}\b",
            rf"\b(?:reading|listening|inspiration|food for thought)\b[^?]{{0,40}}: ?<?{_URL}",
            rf"^link to (?:the|my|our|a) (?:[\w'-]+ ){{0,2}}?{_NOUN}: ?<?{_URL}",
            rf"^(?:check (?:this |it )?out|have a look at|take a look at|read|watch|worth (?:a |"
            rf"the )?(?:read|look|watch)) ?(?:this|the)? ?(?:[\w'-]+ ){{0,2}}?(?:{_NOUN})?(?: "
            rf"(?:at|on|from|by|about)(?: [\w'-]+){{0,4}})?[:,]? ?<?{_URL}\S*[\s.!>)]*$",
        ),
    ),
)

HANDED_RULES: Final = (
    (
        0.9,
        any_of(
            rf"(?:^|[,;:.!-] ?|\b(?:and|so|but|also|mentioned|promised|asked|requested|meantime) )"
            rf"here(?:'s| is| are|'re) (?:also |again )?{_SOME}*(?:[\w'/.-]+ ){{0,3}}?{_NOUN}\b"
            rf"{_NO_OUTPUT}",
        ),
    ),
    (
        0.85,
        any_of(
            rf"(?:^|[,;:-] ?|\b(?:i'm|i am|we're|we are|just) )(?:sharing|passing along|passing on|"
            rf"sending (?:you|along)|sending over) (?:with you |you |along |over )?{_SOME}+"
            rf"(?:[\w'-]+ ){{0,3}}?{_NOUN}\b",
            rf"\b(?:i|we) (?:just |also |really )?(?:wanted|want|thought i'd|thought i would|would "
            rf"like|'d like)(?: to)? (?:share|pass (?:along|on)|send (?:you|along)) (?:with you "
            rf"(?:all )?|you |along |on )?(?:(?:this|these|the following|the attached|the enclosed|"
            rf"the below)\b(?! (?:with the|information))|{_SOME}+(?:[\w'-]+ ){{0,2}}?{_NOUN}\b)",
            rf"^as promised\b.{{0,60}}\b(?:here|attached|enclosed|{_NOUN})\b",
            rf"\bthe {_NOUN} (?:that )?i (?:mentioned|promised|told you about|was telling you "
            rf"about|talked about|spoke of)(?: \w+){{0,3}}(?::| is (?:at|here|below|attached|"
            rf"called)| {_URL})",
        ),
    ),
    (
        0.8,
        any_of(
            rf"\b(?:thought|figured|think|guess(?:ed)?|hope|believe|suspect)(?: that)?(?: you| "
            rf"some of you)(?:(?:'d|'ll| would| might| may| will| could)(?: all| also| both| "
            rf"just| really)*)? {_TO_LIKE} (?:this|these|it\b|the (?:attached|following|enclosed|"
            rf"below|link|article))",
            r"\b(?:thought|think) (?:that )?(?:this|these|the \w+ below|it) (?:article |link |"
            r"paper |one |piece |site |story )?(?:was|might|may|would|could|is|were) (?:be "
            r")?(?:of (?:\w+ )?interest|interesting|useful|helpful|fun|funny|"
            r"worth)\b.{0,30}\b(?:to|for) (?:you|us|the group|everyone)\b",
            r"\bthought of you when i (?:saw|read|found|came across) (?:this|the)\b",
            rf"\byou (?:might|may|would|will|could)(?: also| both| all)? {_TO_LIKE} "
            rf"(?:this\b(?! (?:out|week|time|is))|these\b|the (?:following|attached|enclosed) )"
            rf".{{0,80}}(?:{_URL}|\b(?:interesting|useful|helpful|below|attached)\b|:\s*$)",
            r"\byou (?:might|may)(?: also| both| all)? (?:like|enjoy) (?:this|these)\b(?! "
            r"(?:week|time|place|job|one more))",
            r"\b(?:this|these|the following|the attached|it)(?: article| link| paper| book| piece| "
            r"story| site| one)? (?:might|may|could|should|will) (?:also )?(?:be (?:of (?:\w+ "
            r")?interest (?:to|for)|interesting (?:to|for)|(?:useful|helpful) (?:to|for)) you|"
            r"interest you)\b",
            rf"^(?:this|that|the) (?:{_NOUN} )?(?:made me|immediately made me) think of you\b",
            rf"^(?:i )?(?:just )?saw (?:this|the) ?(?:{_NOUN})? ?and (?:immediately )?thought of "
            rf"you\b",
            rf"\bthis is the {_NOUN} (?:that )?i (?:mentioned|promised|was (?:talking|telling "
            rf"you) about|told you about|meant)\b",
            rf"^(?:below|here),? you(?:'ll| will) find {_SOME}*(?:[\w'-]+ ){{0,2}}?{_NOUN}\b",
            rf"\bi(?:'ve| have)? (?:just |also )?shared {_SOME}+(?:[\w'-]+ ){{0,2}}?{_NOUN} with "
            rf"you\b",
            rf"\bi(?:'ve| have)? (?:just |also )?(?:uploaded|posted|put(?: up)?|shared|placed) "
            rf"{_SOME}+(?:[\w'-]+ ){{0,3}}?{_NOUN} .{{0,40}}(?:{_URL}|\bwith you\b|\bfor you\b)",
            rf"\b(?:came across|stumbled (?:on|upon|across)|just (?:found|read|saw|finished "
            rf"reading)|found|saw|read) (?:this|these|an?|the following) (?:[\w'-]+ ){{0,3}}?"
            rf"(?:{_NOUN}|one)\b.{{0,60}}(?:{_URL}|\byou (?:might|may|would|'d)|:\s*$)",
            rf"^(?:below|following) (?:is|are) {_SOME}+(?:[\w'-]+ ){{0,3}}?{_NOUN}\b",
        ),
    ),
)

SHARE_VETO: Final = any_of(
    r"\?[\"')]*$",
    r"^(?:if|when|once|should|unless|whenever|after|before|until)\b",
    r"\b(?:not|n't|never|forgot|forgotten|without|unable|no|neither|cannot) (?:\w+ ){0,3}(?:"
    r"attach|enclos|shar|includ)",
    r"\b(?:please|pls|can you|could you|would you|you should|must|should|have to|to be|need to|"
    r"will be|would be|are to be|kindly|don't) (?:attach|share|enclose|attached|shared|enclosed)",
    r"\b(?:he|she|they|you|who|which|that) (?:has |have |had )?(?:also )?(?:attached|enclosed|"
    r"shared)\b",
    r"\b(?:invoice|receipt|statement of|bill|pay ?slip|time ?sheet|boarding pass|disclaimer|"
    r"terms (?:and|of)|privacy|unsubscribe|subscri\w+|click|order form|virus|digest|faq|mailing "
    r"list|password|coupon|kernel|dmesg|syslog|journalctl|logs?|backtrace|stack ?trace|dumps?|"
    r"patch(?:es|set)?|diff|\.config|external|usb|hdd|process(?:es)?|disks?|drives?|devices?)\b",
    r"\bhere(?:'s| is| are) (?:the|my|a|an|what|some|how|why|where|another|one)? ?(?:\w+ "
    r"){0,2}(?:deal|thing|problem|question|point|catch|kicker|rub|situation|reason|idea|thought|"
    r"take|answer|output|log|dmesg|trace|backtrace|error|result|oops|call trace|patch|bug|script "
    r"to)s?\b",
    r"\b(?:tomorrow|later (?:today|this|tonight)|next (?:week|month)|tonight|this (?:afternoon|"
    r"evening)|shortly)[.!]*$",
    r"\b(?:he|she|they|[a-z]+) (?:said|says|told (?:me|us)|wrote)\b",
    r"\bcomments? below\b",
    r"\bemotionally\b|\battached (?:to (?!this|the (?:e?-?mail|message))|strings)",
    r"\bhere (?:is|are) (?:the|a|some) (?:list|version|number|file|data|page|table|document)s? "
    r"(?:of (?:things|what|problems)|that (?:is|are|was|were) (?:not|wrong|broken))\b",
    r"\b(?:was|were|is|are) (?:interesting|useful) to (?:see|read|know)\b",
    r"\bthink(?: that)? you (?:\w+ )?(?:like|need|love|want)\b(?! (?:this|these|to (?:see|read)))",
    r"\b(?:to (?:know|hear|note|see that|learn)|it (?:easier|hard|difficult|strange|odd|necessary|"
    r"impossible|better|worth))\b",
)
