"""English: who asks for something, and what only looks like it. Data only.

Texts are lower case with plain apostrophes.
"""

from __future__ import annotations

import re
from typing import Final

from syncd.inference.signals_words import ADV, DAY, DET, FOOD, TALK, any_of

# Where an order begins; "they have to let us know" orders nobody.
_SAID: Final = r"(?:^|[,;:.!-] ?|\b(?:please|pls|and|so|then|just|but|also|kindly|or|you) )"

ASK_RULES: Final = (
    (
        0.95,
        any_of(
            rf"\b(?:can|could|would|will) (?:you|u|y'all|you guys|one of you|somebody|someone|"
            rf"anybody|anyone)(?: (?:all|both|guys|two))? {ADV}(?!like\b|believe\b|imagine\b|"
            rf"have thought|prefer\b|rather\b|love\b)\w+"
        ),
    ),
    (
        0.95,
        any_of(
            r"\b(?:would|do) you mind\b",
            r"\b(?:is|would) it (?:be )?(?:possible|ok(?:ay)?|alright|all right)(?: for you)? "
            r"(?:to|if|for)\b",
            r"\bany (?:chance|way) (?:of|you|we|i|that|to)\b",
        ),
    ),
    (
        0.9,
        any_of(
            r"\b(?:wonder(?:ing|ed)?) (?:if|whether) (?:you|i|we|it|there|he|she|they)\b",
            r"\b(?:i|we)(?:'d|'ll| would| will) (?:really |very much |greatly )?(?:appreciate|"
            r"be (?:very |so |most |really )?(?:grateful|thankful)|love|like) (?:it )?(?:if you|"
            r"your (?:help|input|feedback|thoughts|comments|advice|assistance|opinion|view|"
            r"support|review|quick|approval))\b",
        ),
    ),
    (
        0.9,
        any_of(
            r"^(?:please|pls|plz|kindly)\b(?:,)? (?!find\b|see\b|note\b)\w+",
            r"[,;:.-] (?:please|pls|plz|kindly) (?!find\b|see\b|note\b)\w+",
            r"\b(?:and|or|so|then|but|also|again|^\w+) (?:please|pls|plz|kindly) (?!find\b|see\b|"
            r"note\b)\w+",
            r"\b(?:please|pls) (?:let me know|send|call|confirm|forward|review|advise|reply|"
            r"respond|get back|provide|check|give me|e-?mail|contact)\b",
            r"\w+ please[.!?]*$",
        ),
    ),
    (
        0.9,
        any_of(
            _SAID
            + r"let (?:me|us) know (?:(?:by|before|asap|as soon as|at your|today|tomorrow|when|"
            r"what|how|which|where|who|why|whether|your|about|the|either|so|if (?:you (?:are|"
            r"can|could|agree|will|would|want|'?re|have (?:heard|received|time|seen|"
            r"a (?:chance|minute))|get|got|think|approve|plan|still|know)|your|that|this|it|"
            r"we|i|he|she|they|these|those|there|anyone|anybody|something|any of|\w+day))\b)",
            r"\blet (?:me|us) have (?:your|the|a|any)\b",
        ),
    ),
    (
        0.7,
        any_of(
            _SAID + r"let (?:me|us) know[.!]*$",
            r"\b(?:i'd|i would|we'd|we would) (?:like|love) (?:you to|your|to (?:know (?:if|"
            r"whether|what|how|when|your|where|why)|hear (?:your|what|how|from you)|ask you|get "
            r"your|request|have (?:your|a copy)|receive)|a copy|an? (?:update|answer|quote|"
            r"estimate))\b",
            r"\b(?:i|we) (?:just |also |still |really |do |will |only |urgently )*need (?:you\b|"
            r"your\b|to (?:know|hear from you|get your|have (?:you|your))|(?:(?:a|an|the|those|"
            r"these|some|more|it|this|that|copies|help)\b.{0,60}\b(?:from you|by|asap|today|"
            r"tomorrow|before|as soon as|back|right away)\b))",
        ),
    ),
    (
        0.85,
        any_of(
            r"\b(?:do me a favou?r|i have a (?:favou?r|question|request)|(?:could|can|may|might) "
            r"i (?:ask|get|have|borrow|trouble|request|bother|see|please)|can we get)\b",
            r"\b(?:need|ask for|asking for|requesting|request|seeking|looking for|awaiting|"
            r"await) your (?:\w+ )?(?:help|input|feedback|advice|approval|signature|"
            r"comments|thoughts|assistance|support|opinion|response|reply|guidance|confirmation|"
            r"decision|answer|review)\b",
            r"\b(?:curious|interested) (?:what|how|if|whether|to (?:know|hear)) (?:you|what|how|"
            r"if|whether|your)\b",
        ),
    ),
    (
        0.8,
        any_of(
            rf"^{ADV}(?:send|give|tell|show|bring|forward|e-?mail|fax|mail|drop|text|remind|get|"
            rf"find|lend|pass|help|meet|join) (?:me|us|it to me|them to me|that to me|him|her|"
            rf"them) ?\b",
            r"^(?:call|ring|phone|ping|page|contact|see) (?:me|us|him|her|them)\b",
            r"^(?:keep|get) (?:me|us|back to|in touch)\b",
            rf"^{ADV}(?:check (?:with|on|if|whether|to see|out|your|the)|take a (?:look|moment|"
            rf"minute)|have a (?:look|think)|look (?:at|into|over) (?:the|this|it|that|these)|"
            rf"make sure|be sure to|don't forget|do not forget|remember to|confirm (?:that|the|"
            rf"if|whether|with|your|by|receipt)|follow up with|talk (?:to|with) (?!you\b)|speak "
            rf"(?:to|with) (?!you\b)|ask (?:him|her|them|[a-z]+ (?:to|if|for|about))|coordinate "
            rf"with|work with|go ahead and|review (?:the|this|and|it|these)|respond|reply|add "
            rf"(?:me|him|her|it|this)|print|sign (?:and|the)|put (?:me|it|this|them|the)|set up|"
            rf"schedule|book|arrange|call \w+ (?:and|to|at|about)|give \w+ (?:a|the|your)|use "
            rf"the|let \w+ know|advise|update (?:me|us|the)|prepare|plan on|provide|include|"
            rf"e-?mail (?:your|it|the)|call (?:in|the|\d))\b",
            r"^why don't you (?!like|love|have|know|think|understand)\w+",
            r"\b(?:i|we) (?:expect|await|look for) (?:an? |your )(?:\w+ )?(?:answer|reply|"
            r"response|decision)\b",
        ),
    ),
    (
        0.75,
        any_of(
            r"^(?:any |your |more )?(?:thoughts|ideas|news|update|updates|comments|feedback|"
            r"suggestions|luck|interest|word|preference|objections|advice|eta|status|"
            r"progress)\b.{0,60}\?",
            r"^(?:agreed|ok|okay|sound good|sounds good|make sense|deal|interested|free|"
            r"available|coming|ready)\b.{0,40}\?$",
        ),
    ),
    (
        0.8,
        any_of(
            r"\b(?:it would (?:be|really be)|would be|it'd be|that would be) (?:really |very |so "
            r"|most |super )?(?:great|good|helpful|nice|useful|appreciated|ideal|awesome|"
            r"wonderful|best|fantastic) (?:if|to (?:get|have|know|hear|see your)) ",
            r"\b(?:i|we) (?:want|expect|would ask|ask|request|urge|recommend|trust|hope|"
            r"suggest)(?: that)? you(?: to| can| will| could| please)? (?!had|have had|are "
            r"(?:well|doing)|enjoy|find|feel|like|like|know|understand|get better|had a)\w+",
            r"\bhop(?:e|ing) you (?:can|could|will|would|might) (?!forgive|understand|enjoy|"
            r"find)\w+",
        ),
    ),
)

ASK_VETO: Final = any_of(
    r"\bplease (?:find|note|be (?:advised|aware|assured)|feel free|accept|disregard|ignore|"
    r"excuse|forgive|pardon|"
    r"bear with|rest assured|enjoy|consider the env|keep in mind|know that|understand|give my "
    r"(?:best|regards|love)|"
    r"say hi|do not hesitate|don't|do not|don't hesitate|unsubscribe|visit (?:our|us|www|http|"
    r"\$)|click|add (?:mailto|\S+@)|"
    r"move (?:this )?message|go to (?:the follow|our|http|www)|log ?in|see (?:attach|below|the "
    r"attach|above|my|our)|"
    r"contact (?:me|us|him|her|them|\w+) (?:if|should|with any)|call (?:me|us)? ?(?:if|should|"
    r"with any))",
    r"\b(?:i|he|she|they|we|who|\w+) (?:asked|told|said|asks|says|wondered) (?:me |us |him |her |"
    r"them )?(?:if|whether|that|to|you)\b",
    r"\b(?:i wish|if only) you\b",
    r"\bthank(?:s| you) (?:for|so)\b.{0,40}\b(?:letting|asking|sending|your)\b",
    r"\b(?:whatever|whenever|however|wherever) you (?:need|want|like)",
    r"^(?:need|want) (?:a|to|more) .{0,40}\?",
    r"^if you(?:'d| would| do)? (?:like|wish|prefer|want|need|enjoy|find|no "
    r"longer)\b.{0,120}\b(?:please|pls) (?!let|call|reply|respond|confirm|tell)",
    r"\bplease (?:follow (?:me|the|this|here)|use the (?:link|following)|sign (?:up|in)\b|leave "
    r"(?:us|a review)|take a (?:moment|minute|few)|complete (?:the|this|our) (?:form|survey)|"
    r"update your (?:profile|pref|e-?mail))",
    r"\bnot only\b",
    r"\b(?:like|love|want) you(?: two| both| all)? to (?:e-?)?(?:meet|know|get to know)\b(?! "
    r"(?:me|us)\b)",
    r"^if\b.{0,120}\blet (?:me|us) know[.!]*$",
    r"\b(?:call me (?:maybe|crazy|old)|sure to please)\b",
    r"\byou (?:can|could|may|might|will) (?:also )?(?:find|see|click|visit|download|enjoy|choose|"
    r"save|get (?:a|the|up))\b",
    r"\b(?:add|save) .{0,40} to your (?:address book|contacts|calendar|safe)",
)

# "Let me know if you have any questions" and its relatives ask nothing.
COURTESY: Final = any_of(
    r"\b(?:let (?:me|us|him|her|\w+) know|call|contact|e-?mail|ring|reach|feel free|hesitate|get "
    r"in touch|reach out|give (?:me|us) a (?:call|shout|ring|buzz|holler)|drop (?:me|us)|ask|"
    r"respond|reply|stop by|holler)\b.{0,60}\b(?:if|with|should|for)\b.{0,20}\b(?:you(?:'d| "
    r"would| should| do| might)? (?:have|need|want|require|like|wish|care)|any|there(?: i|'|"
    r"'i)?s? (?:is |are )?any(?:thing)?|further|questions?|concerns|i can|we can|i may|we may|i "
    r"could|(?:i|we) (?:can|could) be)\b.{0,60}\b(?:questions?|concerns?|problems?|issues?|"
    r"anything|else|help|assist\w*|need|additional|further|more|information|info|clarifications?|"
    r"discuss|talk|details|trouble|difficult\w*|comments or)",
    r"\b(?:if|should) (?:you|there|anyone|anybody)\b.{0,40}\b(?:any|further|additional|more|"
    r"other)?\b.{0,20}\b(?:questions?|concerns?|problems?|difficult\w*|trouble|"
    r"issues)\b.{0,60}\b(?:please|pls|call|contact|let|feel|don't|do not|e-?mail|ask|just|shout|"
    r"holler|give|get|reach|i'm|i am)\b",
    r"\b(?:if|should) you (?:need|want|require|wish|would like|'?d like|have "
    r"any)\b.{0,60}\b(?:help|assistance|information|info|anything|details|"
    r"more)\b.{0,80}\b(?:please|call|contact|let (?:me|us) know|feel free|don't hesitate|do not "
    r"hesitate)",
    r"\b(?:do not|don't|dont|never|not) hesitate\b",
    r"\bfeel free\b",
    r"\b(?:any )?questions?,? (?:just |please )?(?:call|ask|let me know|shout|e-?mail)",
    r"\blet (?:me|us) know (?:if|how|when|what|whether|should) (?:i|we|there is anything (?:else "
    r")?(?:i|we)) (?:can|could|may|might) (?:be of |ever )?(?:help|assist|do|service|support)",
    r"^(?:any |more |other )?questions\?$",
    r"\bif you (?:do not|don't|no longer|prefer not)\b.{0,60}\b(?:receive|want|wish|confirm)\b",
    r"\bunsubscribe\b",
)

# A sentence that ends in a question mark and is built like a question.
QUESTION: Final = any_of(
    r"(?:^|[,;:.!-] ?|\b(?:and|but|so|or|then|also|if so|if not) )(?:what|when|where|who|whom|"
    r"which|why|how|whose)(?:'s|'re|'d|'ll)?\b",
    r"(?:^|[,;:.!-] ?|\b(?:and|but|so|or|then|also|today|tomorrow|\w+day|know|case|way|time|that|"
    r"it|this|why|first) )(?:is|are|am|was|were|do|does|did|have|has|had|can|could|will|would|"
    r"should|shall|may|might|must|isn't|aren't|don't|doesn't|didn't|haven't|hasn't|can't|"
    r"couldn't|won't|wouldn't|shouldn't) (?:you|u|i|we|he|she|it|they|there|this|that|these|"
    r"those|the|your|my|our|his|her|their|any|anyone|anybody|someone|everyone|all|both|[a-z]+)\b",
    r"\b(?:you|we|i) (?:still|already|ever|think|want|need|like|got|know|going|coming|free|"
    r"available|around|ok)\b",
    r", (?:right|correct|yes|no|ok|okay|or not|agreed|isn't it|don't you(?: think)?|won't you|is "
    r"it|are you|do you)\?",
)
ABOUT_YOU: Final = re.compile(r"\b(?:you|your|u|yours)\b")
MEETING_QUESTION: Final = any_of(
    rf"^(?:\w+ )?{DET}(?:{FOOD}|{TALK})\b.{{0,60}}\?",
    rf"^(?:how about |what about |maybe |perhaps |say )?.{{0,15}}\b{DAY}\b.{{0,30}}\?",
)

# Greetings, figures of speech, and questions that their author answers or nobody does.
RHETORICAL: Final = any_of(
    r"^(?:so,? )?how(?:'s| is| are| have| has| was| did| goes)\b(?: (?:it|you|things|everything|"
    r"everyone|life|the (?:family|kids|weather|baby|new (?:job|house|baby)|wife|husband|weekend|"
    r"holidays?|trip)|your (?:family|day|week|weekend|summer|holidays?|vacation|christmas|easter|"
    r"new year|wife|husband|kids|trip|mom|dad|parents)|all|business|work|y'all|ya|u|been|going|"
    r"doing|holding|keeping|feeling|by|with|up|this|today|the|rest|of|been treating|treating|go|"
    r"and|in|out|over|there|been up|to|these days|lately|fine|long|time|no|see|spend|"
    r"[a-z]+in'?))*\?$",
    r"^(?:what's (?:up|new|happening|going on)|what is (?:up|new)|whats up|sup|are you (?:well|"
    r"ok|okay|alright)|all (?:good|well)|everything (?:ok|okay|good|alright|well)|you (?:ok|okay|"
    r"well|good)|doing well|guess what|(?:you )?know what|long time no see|remember me|who knows|"
    r"why not|so what|what else|now what|what now|what if|really|seriously|huh|eh|no|yes|right|"
    r"ok|okay|hello|hi|anyone|anybody|isn't it|wasn't it|or what|or not|what gives|say what|what|"
    r"excuse me|pardon|sound familiar|makes sense)[ ,\w]{0,12}\?$",
    r"\b(?:can|could|would|do) you (?:believe|imagine|just imagine|see how)\b",
    r"\bwho (?:would(?:'ve| have)?|could have|knew|cares|doesn't|wouldn't|needs|says|am i)\b",
    r"\bwhat (?:was i thinking|can i say|could be (?:better|easier|more)|more (?:can|could|do)|"
    r"choice (?:do|did)|on earth|the (?:hell|heck)|'?s not to (?:like|love))",
    r"^(?:can|may|could) i (?:help|assist|be of|give you a (?:hand|lift|ride)|buy you|lend you)\b",
    r"\bhow (?:hard|difficult|bad) (?:can|could) (?:it|that) be\b",
    r"\bhow (?:cool|great|crazy|weird|funny|nice|sad|amazing|awesome|fun) (?:is|was|are) (?:that|"
    r"this|it)\b",
    r"\bhow (?:could|can|did) (?:i|we|anyone|anybody|one|they) (?:have |possibly |ever "
    r")?(?:forget|miss|resist|refuse|not|be so|say no|know)\b",
    r"\bwhere (?:do|did|does) (?:i|the time) (?:begin|start|go)\b",
    r"\bwhy (?:do|does|did|am|is) (?:i|it|this|that) always\b",
    r"^(?:did you know|have you ever (?:wondered|thought|dreamed)|ever (?:wonder|wanted|dreamed)|"
    r"do you (?:want|need) to (?:save|earn|lose|make (?:money|more))|want (?:to|more|a)|need "
    r"(?:a|to|help|cash)|looking (?:for|to)|ready (?:to|for)|tired of|are you (?:tired|looking "
    r"(?:for|to)|ready|paying|struggling|sick)|not (?:what|who|sure|your|interested)|forgot "
    r"(?:your|the)|having (?:trouble|problems)|trouble|new (?:here|to)|already (?:have|a)|got "
    r"(?:a )?questions|what's (?:in it|next|this)|who(?:'s| is) (?:it|this) for|why (?:choose|us|"
    r"should i|wait|am i (?:getting|receiving)))\b",
    r"\b(?:he|she|they|him|her|them|boss|wife|husband|man|guy|someone|\w+) (?:asked|asks|said|"
    r"says|replied|wondered|goes)\b[ ,:]",
    r"\"[^\"]*\?\"?$",
    r"https?://\S*\?\S*$",
    r"\bwould it(?: really)? (?:kill|hurt) ",
    r", (?:doesn't|isn't|don't|aren't|wasn't|didn't|won't|wouldn't|haven't|hasn't) (?:it|that|"
    r"they|he|she)\?$",
)
