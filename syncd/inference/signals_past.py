"""English: thanks, and meetings that were, were missed or are called off. Data only.

Texts are lower case with plain apostrophes.
"""

from __future__ import annotations

from typing import Final

from syncd.inference.signals_words import any_of

# Words without which no rule can hold.
THANKS_GATE: Final = ("thank", "thx", "grateful", "indebted", "i owe you one", "appreciate")

THANKS_RULES: Final = (
    (
        0.9,
        any_of(
            r"\b(?:thanks|thank you|thx|many thanks|thankyou)(?: (?:so|very) much| a lot| again| "
            r"ever so much| both| all| guys| ana| once more| a million| a bunch| kindly|,? "
            r"\w+,?)? (?:for|to you)\b",
            r"\b(?:i|we) (?:just )?(?:want|wanted|would like|'d like) to (?:say )?thank(?:s| "
            r"you)?\b",
            r"\b(?:i|we)(?:'m| am|'re| are) (?:so |very |really |most |truly |extremely |deeply "
            r")?(?:grateful|thankful|indebted)\b",
            r"\bcan't thank you enough\b",
            r"\bi owe you one\b",
        ),
    ),
    (
        0.8,
        any_of(
            r"\b(?:i|we) (?:really |do |very much |truly |so |sincerely |certainly |greatly |so "
            r"much )*appreciate(?:d)? (?:it\b(?! if)|you\b|your\b|that\b|the\b|all\b|everything\b)",
            r"^(?:really |much |very much )?appreciate(?:d)?(?: it| that| your| the| you)\b",
            r"^much appreciated\b",
            r"\b(?:thanks|thank you) (?:so much|very much|a lot|again|a million|a bunch|a ton|"
            r"ever so much)[^,\w]*(?:$|[.!])",
        ),
    ),
    (
        0.6,
        any_of(
            r"^(?:many |big |huge )?thanks!",
            r"^thank you!",
            r"^thank you,? \w+[!.]$",
            r"^thanks,? \w+[!]$",
        ),
    ),
)

THANKS_VETO: Final = any_of(
    r"\bin advance\b",
    r"\bno,? (?:thanks|thank you)\b",
    r"\bthank(?:s| you),? but (?:no|i)",
    r"\bthank(?:s)? (?:god|goodness|heavens?|the lord|lord)\b",
    r"\bthanks to (?!you\b)",
    r"\bthanks for nothing\b",
    r"\b(?:would|will|'d|'ll) (?:really |very much |greatly |also |highly |much |truly "
    r")?(?:appreciate|be (?:much |greatly |very )?(?:appreciated|grateful|thankful))\b",
    r"\bappreciate it if\b",
    r"\bappreciate (?:your|any|a) (?:\w+ )?(?:quick|prompt|early|immediate|feedback|input|help "
    r"(?:on|with|in)|assistance (?:on|with|in)|comments|response|reply)\b",
    r"\bthank(?:s| you)(?: (?:so|very) much| again| in)? for (?:your |the )?(?:\w+ )?(?:interest|"
    r"consideration|attention|understanding|patience|cooperation|co-operation|business|order|"
    r"purchase|payment|contacting|choosing|shopping|subscribing|registering|signing up|visiting|"
    r"using|inquiry|enquiry|application|being a|joining us|kind attention|prompt)\b",
    r"\bthank(?:s| you)(?: very much| so much)? for your time(?: and|[.,!]|$)(?! (?:yesterday|"
    r"today))",
    r"\b(?:please|to|should|must|can you|could you|they|he|she|who|we should|let's) (?:also "
    r")?thank (?!you\b)",
    r"\b(?:he|she|they|who|said|says|everyone) (?:thanks|thank|thanked|said thank)\b",
    r"\bthank(?:s| you) if\b",
    r"\bforgot to thank\b",
    r"\bthanks,? i(?:'ll| will) pass\b",
)


_GOOD: Final = (
    r"(?:great|good|nice|lovely|wonderful|fantastic|a pleasure|pleasure|delightful|fun|awesome|"
    r"terrific|so good|so nice|really nice|really good|a treat|an honou?r|a joy|amazing|super)"
)
_SEEN: Final = (
    r"(?:to (?:see|meet|talk (?:to|with)|speak (?:to|with)|chat with|catch up with|have (?:you|"
    r"met|seen|lunch|dinner|coffee|breakfast|drinks)|finally meet|visit with|spend time with|run "
    r"into|bump into|sit down with)|seeing|meeting|talking (?:to|with)|speaking (?:to|with)|"
    r"chatting with|catching up with|having (?:you|lunch|dinner|coffee|breakfast|drinks)|finally "
    r"meeting|visiting with|running into|bumping into)"
)
_WE_HAD: Final = (
    r"(?:lunch|dinner|coffee|breakfast|brunch|drinks?|beers?|meeting|chat|call|conversation|talk|"
    r"catch-?up|discussion|get-?together|visit|walk|meal|evening|afternoon|session|phone call|"
    r"time together)"
)

CONFIRM_RULES: Final = (
    (
        0.95,
        any_of(
            rf"\b(?:it )?was (?:really |so |very |truly |also |such )?(?:a )?{_GOOD} {_SEEN} "
            rf"(?:you|with you|all of you|y'all)\b",
            rf"\b{_GOOD} {_SEEN} you\b.{{0,40}}\b(?:yesterday|today|earlier|this (?:morning|"
            rf"afternoon|week)|last (?:night|week|month|\w+day)|the other day|on (?:mon|tues|"
            rf"wednes|thurs|fri|satur|sun)day|at (?:the|lunch|dinner)|in (?:person|\w+ (?:last|"
            rf"yesterday)))\b",
        ),
    ),
    (
        0.9,
        any_of(
            rf"\b{_GOOD} (?:seeing|meeting|finally meeting|catching up with|talking (?:to|with)|"
            rf"speaking with|chatting with) you\b",
            rf"\b(?:i |we )?(?:really |so |very much |thoroughly |greatly |also )*enjoyed (?:\w+ "
            rf")?(?:our|the|meeting|seeing|talking|speaking|chatting|catching up|having)(?: "
            rf"\w+)? ?(?:{_WE_HAD}|you|with you|to you)\b",
            rf"\bthank(?:s| you)(?: \w+)*? for (?:the |a |that |our |your )?(?:\w+ "
            rf")?(?:{_WE_HAD})\b",
            r"\bthank(?:s| you)(?: \w+)*? for (?:meeting|seeing|hosting|having|taking the time|"
            r"making (?:the )?time|coming|joining|stopping by|dropping by|talking|speaking|"
            r"chatting|showing me around|your hospitality|sitting down|the hospitality|having "
            r"me)\b(?! (?:a look|to (?:look|read|review|help|answer|respond|reply)))",
            r"\bthank(?:s| you)(?: \w+)*? for your time (?:yesterday|today|this (?:morning|"
            r"afternoon)|earlier|last|on (?:mon|tues|wednes|thurs|fri)day)\b",
        ),
    ),
    (
        0.8,
        any_of(
            rf"\b(?:as|like) (?:we )?(?:discussed|agreed|talked about|mentioned) (?:yesterday|"
            rf"today|earlier today|this (?:morning|afternoon)|over {_WE_HAD}|at (?:our|lunch|"
            rf"dinner|the meeting)|in (?:our|the) (?:meeting|call)|on (?:our|the) (?:phone|call)|"
            rf"when we (?:met|spoke|talked)|last (?:night|week|\w+day))\b",
            r"\bwhen we (?:met|spoke|talked|had (?:lunch|coffee|dinner)|saw each other|last "
            r"(?:met|spoke|talked))\b",
            rf"\b(?:after|since|following|further to|based on|from|per|following up on|regarding|"
            rf"to follow up on) (?:up )?(?:on |from )?our (?:\w+ )?(?:{_WE_HAD}) (?:yesterday|"
            rf"today|earlier|this (?:morning|afternoon|week)|last (?:night|week|\w+day)|on "
            rf"(?:mon|tues|wednes|thurs|fri)day|the other day)\b",
            rf"\b{_GOOD} (?:{_WE_HAD}) (?:yesterday|today|earlier|last (?:night|week|\w+day)|the "
            rf"other day|this (?:morning|afternoon))\b",
        ),
    ),
    (
        0.55,
        any_of(rf"^(?:it(?:'s| is) )?{_GOOD} to (?:finally )?(?:see|meet) you(?: too)?\b[^\w]*$"),
    ),
)

CONFIRM_VETO: Final = any_of(
    r"\b(?:would|will|could|can|might|may|should|'d|'ll|won't|wouldn't|can't wait) (?:\w+ "
    r"){0,3}(?:be |have been )?(?:\w+ )?(?:great|good|nice|lovely|wonderful|fantastic|pleasure|"
    r"fun|enjoy\w*)\b",
    r"\b(?:look(?:ing)?|looked) forward\b",
    r"\b(?:hope|hoping|hopefully|wish|want|would (?:like|love)|like) to (?:see|meet|talk|speak|"
    r"chat|catch)\b",
    r"\bsorry\b",
    r"\b(?:it )?(?:wasn't|was not|weren't|didn't|did not|never|haven't|hasn't)\b",
    r"\bvirtually\b|\be-meet\b|\b(?:by|over|via) e-?mail\b|\bonline\b(?=.{0,15}meet)",
    r"\bhear(?:ing)? from you\b",
    r"^(?:if|when|whenever|unless|once|in case)\b(?! we (?:met|spoke|talked|had|last|saw))",
    r"\b(?:for|to) (?:offering|agreeing|being willing|wanting|trying|proposing|suggesting|the "
    r"(?:invitation|invite|offer))\b",
    r"\bfor (?:the|your|a) (?:\w+ )?(?:meeting|call|lunch|dinner|visit|chat) (?:invit|request|"
    r"notes?|minutes|agenda|suggestion|propos|room|time|date|schedule|details|info|link)\w*",
    r"\b(?:he|she|they|\w+) (?:said|says|told me) (?:it|that)\b",
    r"\bnext (?:week|month|time|\w+day)\b|\btomorrow\b|\bupcoming\b|\bscheduled\b",
    r"\bfor your (?:e-?mail|message|mail|note|call|letter|phone call|voicemail)\b",
    r"\bjoining (?:us|our|the) (?:team|company|list|mailing|newsletter|community|group)\b",
)

MISSED_RULES: Final = (
    (
        0.9,
        any_of(
            r"\bsorry (?:that |to have |if |but )?(?:i|we)? ?(?:\w+ )?(?:missed|miss) (?:you|our|"
            r"the|your|lunch|coffee|dinner|seeing|meeting|yesterday|today|it|this|that)\b",
            r"\bsorry (?:that |but )?(?:i|we) (?:just |really )?(?:couldn't|could not|can't|"
            r"wasn't able to|was not able to|were unable to|was unable to|didn't|did not) "
            r"(?:make|join|come|attend|be there|get there|see you|meet|show|get to)\b",
            r"\bsorry (?:for|about) (?:\w+ )?(?:missing|not (?:making (?:it|our|the (?:meeting|"
            r"call|lunch|dinner))\b|being able to (?:make it|come|join|attend|meet)|showing|"
            r"coming|turning up)|(?:my|the) no[- ]show|standing you up|forgetting (?:our|the|"
            r"about our))\b",
            r"\bapologi[sz]e(?:s)? for (?:missing|not (?:making|attending|showing|joining|"
            r"coming))\b",
            r"\bapologies for (?:missing|not (?:making|attending|showing|joining|coming))\b",
        ),
    ),
    (
        0.85,
        any_of(
            r"\b(?:i|we) (?:couldn't|could not|wasn't able to|was unable to|weren't able to|were "
            r"unable to) (?:make|attend|join|come to|get to) (?:it|the|our|your|yesterday|today|"
            r"last)\b(?! (?:work|happen|fit))",
            r"\byou (?:missed|weren't (?:at|on|there)|didn't (?:show|make it|come|turn up|join|"
            r"attend)|never (?:showed|came|turned up)|did not (?:show|make it|come|join|attend)|"
            r"were(?:n't| not) (?:able to|there))\b",
            r"\bwe missed you\b",
            r"\b(?:i|we) waited (?:for you|\d+|an hour|half an hour|over)\b",
            r"\bwhere were you\b",
            r"\b(?:sorry|too bad|pity|shame|disappointed) (?:that )?you (?:couldn't|could not|"
            r"weren't able to|were unable to|didn't|missed)\b",
            r"\bsorry we (?:missed|couldn't)\b",
        ),
    ),
    (
        0.8,
        any_of(
            rf"\b(?:i|we) (?:completely |totally |just |must have |accidentally )?(?:forgot|"
            rf"missed|overslept|slept through|spaced (?:on|out on)|mixed up) (?:about )?(?:our|"
            rf"the|today's|yesterday's) (?:\w+ )?(?:{_WE_HAD}|appointment)\b",
            r"\b(?:our|the) (?:\w+ )?(?:meeting|call|lunch|coffee|dinner) (?:didn't|did not|"
            r"never) (?:happen|take place|materiali[sz]e|work out)\b",
            r"\bmissed each other\b|\bfailed to (?:meet up|connect)\b|\bnever (?:did "
            r")?(?:connected|met up)\b",
        ),
    ),
)

MISSED_VETO: Final = any_of(
    r"\bmissed? (?:your|a|the|my|his|her|our)? ?(?:\w+ )?(?:calls?|e-?mails?|messages?|texts?|"
    r"notes?|voicemails?|letters?|deadline|point|train|flight|plane|bus|opportunity|chance|mark|"
    r"attachment|part|bit|reply|birthday|news|link)\b(?<!the call)(?<! our call)(?<!today's "
    r"call)(?<!yesterday's call)(?<!the conference call)(?<!our conference call)",
    r"\b(?:hope|so|if|in case|sorry if|unless|don't want|hate|would hate|wouldn't) (?:\w+ "
    r"){0,4}(?:you )?(?:don't|didn't|won't|to|not) miss\b",
    r"^(?:if|in case|unless|should)\b",
    r"\bmiss(?:ed)? you (?:so much|all|too|guys|a lot|very much|terribly|already|dearly)\b",
    r"\bwould(?:n't)? (?:have )?miss",
    r"\bmissed (?:out|anything|something)\b",
    r"\b(?:he|she|they|\w+) said\b",
    r"\bcouldn't (?:make|attend) (?:it |out |the )?(?:work|sense|out|head)\b",
    r"\byou didn't (?:come|join|make it) (?:up|to (?:my|the) (?:attention|conclusion))\b",
    r"\bif you (?:missed|couldn't|were unable)\b",
)

_MEETING_WORD: Final = (
    r"(?:meetings?|calls?|lunch|dinner|coffee|breakfast|brunch|drinks?|beers?|appointment|chat|"
    r"interview|session|visit|get-?together|catch-?up|date|zoom|workshop|conference call|trip|"
    r"plans|this|it|that|us|everything|tomorrow|today|tonight|on \w+day|\w+day)"
)
_POSSESSED: Final = (
    r"(?:(?:our|the|my|your|this|today's|tomorrow's|tonight's|\w+day's|next week's|this week's|"
    r"that|\w+ (?:am|pm)) )?(?:\w+ )?"
)

CANCEL_RULES: Final = (
    (
        0.9,
        any_of(
            rf"\b(?:i|we)(?:'ll|'m afraid i'll| will| am afraid i| may| might)? (?:\w+ )?(?:have|"
            rf"need|going|had|want|(?:will |'ll )?(?:have|need)) to (?:\w+ )?(?:cancel|postpone|"
            rf"reschedule|re-schedule|call off|push back|put off|bail(?: out)?(?: on)?|back out|"
            rf"rain ?check)\b(?: {_POSSESSED}{_MEETING_WORD}\b|[.,!;]|$| (?:because|as|due|since|"
            rf"for|until|till|to|at|on|again|this|because|-))",
            rf"\b(?:must|gotta|got to|hate to|sorry to|forced to|unfortunately,? i) (?:\w+ "
            rf")?(?:cancel|postpone|reschedule)\b(?: {_POSSESSED}{_MEETING_WORD}\b|[.,!;]|$| "
            rf"(?:because|as|due|since|at|on))",
            rf"\b(?:can|could|may|shall|should) we (?:please |possibly |maybe |perhaps "
            rf")*(?:cancel|postpone|reschedule|re-schedule|push|move|rearrange)\b(?: back)?(?: "
            rf"{_POSSESSED}{_MEETING_WORD}\b|\?| (?:to|for|until))",
            rf"\b(?:let's|lets|let us|i'd like to|i would like to|would like to|i want to|we "
            rf"should) (?:\w+ )?(?:cancel|postpone|reschedule|re-schedule|call off|push "
            rf"back)\b(?: {_POSSESSED}{_MEETING_WORD}\b|[.!]|$)",
            r"\brain ?check\b",
        ),
    ),
    (
        0.9,
        any_of(
            r"\b(?:i|we) (?:\w+ )?(?:can't|cannot|can not|won't be able to|will not be able to|"
            r"am not able to|are not able to|won't|am unable to|are unable to|will be unable to|"
            r"am not going to(?: be able to)?|'m not going to(?: be able to)?) (?:make (?:it|our|"
            r"the|lunch|dinner|coffee|tomorrow|today|\w+day)|attend|join|come(?! (?:up|to (?:a|"
            r"terms|grips|an|the conclusion)))|meet|be there|do (?:lunch|coffee|dinner|tomorrow|"
            r"today|\w+day))\b",
            r"\bi'?m (?:afraid|sorry)(?: that| but)?(?:,)? i (?:can't|cannot|won't|will not) "
            r"(?:make|come|join|attend|meet|be)\b",
            r"\b(?:unable|not able) to (?:make it|attend|join (?:you|us|tomorrow|today))\b",
            r"\bnot going to make it\b|(?:^|\b(?:i|we|and|but|so) )can't make (?:it|tomorrow|"
            r"today|tonight|\w+day|our|the "
            r"(?:meeting|call|lunch))\b",
        ),
    ),
    (
        0.8,
        any_of(
            r"\b(?:our|the|today's|tomorrow's|this|\w+day's) (?:\w+ ){0,3}(?:meeting|call|lunch|"
            r"dinner|coffee|appointment|session|conference call|get-?together|interview|visit|"
            r"drinks) (?:\w+ )?(?:is|has been|was|needs to be|must be|will be|has to be|had to "
            r"be) (?:\w+ )?(?:cancell?ed|postponed|rescheduled|called off|off|moved|pushed)\b",
            r"\bsomething (?:has |just |'s )*(?:came|come) up\b",
            r"\bcancel (?:our|tomorrow's|today's|\w+day's) (?:\w+ )?(?:meeting|call|lunch|dinner|"
            r"coffee|appointment|session)\b",
        ),
    ),
)

CANCEL_VETO: Final = any_of(
    r"^(?:if|in case|unless|should|even if)\b",
    r"\bif (?:you|i|we|he|she|they|something|anything|anyone|for any reason)\b.{0,30}\b(?:cancel|"
    r"reschedule|postpone|can't|cannot|unable|come up|comes up|came up|won't)",
    r"\b(?:don't|do not|doesn't|didn't|no|not|never|won't|without) (?:\w+ )?(?:have to|need to|"
    r"want to|going to|need) (?:\w+ )?(?:cancel|reschedule|postpone|re-schedule)",
    r"\bcancel(?:l?ed|l?ing|s)? (?:\w+ ){0,3}(?:subscription|order|account|membership|flights?|"
    r"reservation|policy|contract|deal|cards?|service|trial|payment|insurance|hotel|booking|"
    r"deals|transaction|agreement|invoice|check|trade|newsletter)\b",
    r"\b(?:move|push) (?:it |this |that )?(?:forward|ahead|to the (?:next|left|right)|on\b|the "
    r"(?:button|file|project|data|money))",
    r"\b(?:you|he|she|they) (?:(?:can|could|may) cancel|can't|cannot|won't|have to|had to)\b",
    r"\bcancel (?:any ?time|at any time)\b",
    r"\b(?:sorry|heard|understand|too bad) (?:that )?(?:you|he|she|they) (?:can't|cannot|have to|"
    r"had to|won't)\b",
    r"\b(?:he|she|they|who|\w+s) (?:can't|cannot|won't) (?:make|attend|come|join)\b(?<!this "
    r"can't make)",
    r"\bcan't (?:join|meet|make) (?:\w+ )?(?:the (?:deadline|list|demand|group|two|dots|site|"
    r"page)|sense|head|out|a decision|any|more|money|promises|up|do\b|them|him|her work|progress|"
    r"requirements?|your (?:price|request|demand))\b",
    r"\bcan't wait\b",
    r"\blast (?:week|month|year|time)\b",
)
