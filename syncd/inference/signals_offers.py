"""English: offers of help and of things. Data only.

Texts are lower case with plain apostrophes. The gate are words without which no rule holds.
"""

from __future__ import annotations

from typing import Final

from syncd.inference.signals_words import any_of

# What somebody can do for the other; "answer any questions" and "discuss" are courtesies.
_GIVE: Final = (
    r"(?:(?:send|resend|forward|e-?mail|mail|fax|lend|loan|bring|get|give|show|teach|buy|make|"
    r"cook|write|order|print|copy|find|offer|host|drive|ship|hand) you\b(?! (?:off|that|know|"
    r"wrong|to (?:an?|the|our) (?:error|bug))|r\b)|(?:send|resend|forward|e-?mail|mail|lend|loan|"
    r"bring|share|provide|contribute|donate|write|translate|review|proofread|test|re-?test|check|"
    r"host|post|draft|teach|supply|prepare|ask|run|try|help (?:test|review|debug|with|out|you|"
    r"him|her|them|by|set|organi[sz]e|move|find|get|write)) (?=\w)(?!you\b|up\b|any|questions?|"
    r"again\b|what|it (?:again|all|anyway)\b)|help\b(?=[.,!;]|$| (?:with|out|you)\b)|"
    r"(?:introduce|connect|refer|recommend) (?:you|him|her|them|\w+ to)\b|(?:make|do|arrange) "
    r"(?:an?|the) (?:intro|introduction|connection)\b|put (?:you|him|her|them|\w+) in (?:touch|"
    r"contact)|put (?:you|him|her|them) up\b|put in a (?:good |kind )?word|put up (?:you|your)|"
    r"pass (?:it|them|this|that|your [\w-]+) (?:on|along)|hook you up|set you up|walk you|pick "
    r"you up|meet you at the (?:airport|station)|drop (?:it|them|you) (?:off|by)|give (?:it|them|"
    r"him|her|this) (?:a (?:try|test|read|look|go|spin|review)|to you)|take a (?:look|stab|"
    r"crack)|have a look|look (?:over|at|through|into) (?:it|your|the|this|that)|read (?:it|your|"
    r"the (?:draft|manuscript|proposal|text|contract|paper|thesis)|through|over)|look(?=[.,!;]|"
    r"$)|be (?:a|your) (?:reference|mentor|sponsor|guinea pig)|make room for|ask around|dig "
    r"(?:it|them|that|out|up)|work with you|mentor|tutor|babysit|take care of|cover for|fill in "
    r"for|step in|take over|do (?:it|that|this) for (?:you|him|her|them)|lend a hand|pitch in|"
    r"chip in)"
)
_GLAD: Final = (
    r"(?:(?:also|always|more than|only too|very|really|so|quite|certainly|still|most|absolutely|"
    r"be|just|of course|perfectly) )*(?:happy|glad|delighted|willing|thrilled) to "
    r"(?:(?:also|personally|try and|try to|just|then|certainly) )*"
)
_LIKE: Final = (
    r"(?:want|like|need|'?d like|would like|are interested in|'?re interested in|care for)"
)
# What is wanted has to be a thing or a deed: whoever wants "help" or "anything" is told a courtesy.
_THING: Final = (
    r"(?:(?:my|our|a|an|one|some|copies|these|those|the|his|her|their|extra|tickets?|seats?) "
    r"(?!more\b|other\b|further\b|additional\b|help\b|(?:\w+ )?(?:info|information|details?|change"
    r"s?|call|meeting|chat|discussion|answer|assistance|clarification|explanation|advice|support|"
    r"opinion|response|different|problem|issue|question|reason|time|day|date|quote|demo|"
    r"refund)\b)\w+|(?:me|us) to (?!clarify|explain|elaborate|stop|go away|answer|discuss|call "
    r"you|be\b|know|do anything|change)\w+|to (?:borrow|stay (?:with|at|over)|use (?:my|our)|have "
    r"(?:it|my|our|one|them)|read (?:it|my|mine)|see (?:my|our|the (?:draft|slides|photos|paper|"
    r"text|notes)))|(?:it|them|one|copies|mine)(?=[.!,;]|$| and\b| -))"
)

OFFER_GATE: Final = (
    "happy to", "glad to", "willing to", "delighted to", "thrilled to", "love to", "i can ",
    "we can ", "i could ", "we could ", "me know if", "want me to", "like me to", "need me to",
    "shall i", "should i ", "can i ", "may i ", "would you like", "let me ", "welcome to",
    "you can ", "you could ", "if you ", "offer", "tell me if", "shout if", "yours if",
    "gladly", "happily", " give you ", "feel free to",
)  # fmt: skip

OFFER_RULES: Final = (
    (
        0.85,
        any_of(
            rf"\b(?:i|we)(?:'d| would|'ll| will|'m| am|'re| are) {_GLAD}{_GIVE}",
            rf"^(?:i |we |also |and |so )?{_GLAD}{_GIVE}",
            r"\b(?:i|we)(?:'d| would) (?:really |absolutely |just )?love to (?:help (?:you|with|"
            r"out)|introduce you|connect you|host you|show you (?:around|my|our|the)|send you|"
            r"lend you|give you (?:a|my|our|some))\b",
            r"\bi(?:'d| would|'ll)? (?:gladly|happily) (?:help you|send you|lend you|introduce "
            r"you|show you|give you|review|look over|read your|put you)\b",
            r"\bi(?:'m| am) offering (?:you|my)\b|\blet me know if an? (?:intro|introduction|"
            r"copy|lift|ride|hand)\b.{0,40}\b(?:help|useful|interest|of use)\b",
            r"\b(?:my|our|the) offer (?:still )?stands\b|\bi (?:hereby |gladly |would like to |"
            r"want to |'d like to )*offer (?:you (?:my|our|a)|to (?:help|send|host|lend|review|"
            r"introduce)|my (?:help|services))\b|\bi'd like to offer (?:you|my|to)\b",
        ),
    ),
    (
        0.75,
        any_of(
            r"\bwe (?:can|could) (?:(?:easily|also|gladly|always|certainly|definitely|of course|"
            r"then|perhaps) )*(?:lend you|host you|put you (?:up|in touch)|introduce you|pick "
            r"you up|share our (?!view|opinion|concern))",
            r"\bi(?: can|'d like to| would like to|'ll| will| could) offer you (?:a|my|our|the|"
            r"some)\b(?! (?:deal|discount|price|job|position|salary))",
            r"^(?:just )?(?:say the word|if you (?:want|like|wish|prefer))(?:,| and|) (?:then "
            r")?(?:i'll|i will) (?:send|introduce|lend|put|bring|show|help|connect|drive|pick|"
            r"give|e-?mail|read|review) (?!it off|up)",
            r"\b(?:do|would) you (?:need|like|want) (?:a hand|a lift|a ride|help) (?:with|from|to) "
            r"(?:the|your|moving|from|th(?:at|is)|carrying)\b.*\?",
            r"\bcount on me (?:for|to)\b|\bi (?:could|can) open (?:a door|doors) for you\b",
            r"\bi (?:still )?have [\w ]{3,40}, if you (?:need|want|would like|'d like) (?:it|"
            r"them|one|any|some)\b",
            r"\bi know [\w ,'-]{2,50} and (?:can|could) (?:give|put|introduce|connect|send) "
            r"(?:you|him|her)\b",
            r"\bi (?:can|could) (?:(?:easily|also|gladly|always|certainly|definitely|probably|"
            r"just|maybe|even|happily|of course|then|perhaps|personally) )*(?:(?:send|re-?send|"
            r"forward|lend|loan|bring|e-?mail|mail|fax) you\b|get you (?!wrong|that|to\b)\w+|"
            r"give you (?:a (?:hand|ride|lift|copy|tour|demo|list|lesson|few|couple)|my (?!word|"
            r"opinion|take|thoughts|guess)|some (?!idea|sense)|our|access|his|her|their|the "
            r"(?:name|names|number|address|link|file|source|code|slides|recipe|book|keys?|"
            r"contact|details?|data|patch|draft|url))\b|(?:introduce|connect) you\b|put (?:you|"
            r"\w+) in (?:touch|contact)|put you up\b|hook you up|set you up with|show you "
            r"(?:around|how to|my|our|some of)|help (?:you|with|him|her|out|them)\b(?! (?:by "
            r"saying|but|understand why))|walk you (?:through|to)|teach you|pick you up|drive "
            r"you|make (?:an?|the|that) intro\w*|pass (?:it|them|that|your [\w-]+) (?:on|along)|"
            r"share (?:my|our|the|some|it|them) (?!same|view|concern|opinion|pain|sentiment|load|"
            r"cost)|put in a (?:good )?word|ask around|proofread|look over your|review your|take "
            r"a look at (?:it|your|the|that|this)|host you|send (?:it|them|those|that|these|some|"
            r"a copy|a link|a patch|patches|the [\w ]{2,30}) (?:to you|over|along|your way|if)\b)",
        ),
    ),
    (
        0.85,
        any_of(
            rf"\b(?:let me know|tell me|shout|say so|drop me a line|just ask|ping me|e-?mail me|"
            rf"mail me|write me|call me|holler) (?:if|whether|should) (?:you(?:'d)?|any of you|"
            rf"anyone|anybody|either of you) (?:(?:do|would|also|ever|still|might|'d) )*{_LIKE}s? "
            rf"{_THING}",
            rf"^if you(?:'d)? (?:(?:do|would|also|ever|still|might) )*{_LIKE} "
            rf"{_THING}.{{0,40}}\blet me know\b",
        ),
    ),
    (
        0.75,
        any_of(
            rf"(?:^|[,;:.!-] ?|\b(?:so|and|or|but|also) )(?:(?:do|would|did) (?:you|u)(?: guys| "
            rf"all| still)? (?:want|like|need) (?:me|us) to|(?:want|need|like) me to|shall i) "
            rf"(?:(?:just|also|maybe|go ahead and|perhaps|still|try to) )*{_GIVE}(?:(?! or ).)*\?",
            r"(?:^|[,;:.!-] ?|\b(?:so|and|or|but|also) )should i (?:(?:just|also|maybe|perhaps) "
            r")*(?:(?:send|forward|lend|bring|give|show|help|introduce|connect|hook|set) you|put "
            r"you|take a look at your|review your|look over your)\b(?:(?! or ).)*\?",
            r"(?:^|[,;:.!-] ?|\b(?:so|and|or|but) )(?:can|may|could) i (?:send|give|lend|offer|"
            r"introduce|bring|show|help|get) you(?! (?:to|call|a call|back|feedback))\b.*\?",
            r"^(?:can|may|could) i (?:help (?:you )?with (?!any)|give you a (?:hand|lift|ride)|"
            r"lend you)\b.*\?",
            r"\bwould (?:you|either of you|any of you) like (?:a copy|my|our|an intro\w*|some "
            r"help|a hand|a ride|one of (?:my|our)|to (?:borrow|have (?:my|our|one)|use (?:my|"
            r"our)))\b",
        ),
    ),
    (
        0.8,
        any_of(
            r"\bfeel free to (?:borrow|stay (?:with|at|over)|use (?:my|our)|take (?:my|our|one "
            r"of))\b",
            r"\byou(?:'re| are) (?:(?:more than|very|always|most|quite|both|all|of course) "
            r")*welcome to (?:stay|use|borrow|have|take|crash|bring|it\b|them\b)",
            r"\byou (?:can|could|may) (?:(?:always|certainly|of course|definitely|also) "
            r")*(?:borrow|stay (?:with (?:me|us)|at (?:my|our|mine))|crash (?:at|with|on)|use "
            r"(?:my|our) (?!name\b)|have (?:my|mine|one of (?:my|our|mine)|the extra|the spare)|"
            r"keep mine)\b",
            r"\bi(?:'ve| have)(?: got| also)* (?:(?:a|an|one|two|three|four|some|several|a few|a "
            r"couple of) )?(?:spare |extra )?[\w -]{2,40}(?:,| -|) (?:if|in case) you(?:'d| would| "
            r"are| do|'re)? ?(?:want|need|like|interested|care)\b(?! to (?:know|see|discuss|talk))",
            r"\b(?:it's|they're|it is|they are|is|are) yours if you (?:want|need|like)\b",
            r"^let me (?:help you (?:with|out|find|move)|lend you|put you in touch|buy you|give "
            r"you a (?:hand|ride|lift))\b",
        ),
    ),
)

OFFER_VETO: Final = any_of(
    r"\bhesitate\b|\bfeel free\b(?! to (?:borrow|stay|use (?:my|our)|take (?:my|our)))",
    r"\b(?:let (?:me|us) know|tell me|shout) (?:if|how|what|whether|should) (?:i|we|there)\b",
    r"\bif (?:you|there|anybody|anyone)(?:'d| should|'s| is| are| would| do| has)? ?(?:have|need|"
    r"want|like|require)? ?(?:any|anything|questions?|further|additional|more "
    r"(?:info|details|help|questions?)|problems?|concerns?|trouble)\b",
    r"\b(?:anything else|any (?:questions?|further|other|way|assistance|concerns?))\b",
    r"\b(?:if|whether|wish|hope|doubt|unless|until|before|so|so that|how|what|where|when|all|"
    r"thing|best|anything|something|everything|nothing|whatever|then|which|think|as|since|guess|"
    r"because|where|that|course|only|not that) (?:i|we) (?:can|could)\b(?<!then i can)(?<!then i "
    r"could)(?<!think i can)(?<!course i can)",
    r"\b(?:don't think|not sure|doubt|don't believe|don't know|not certain|unlikely|unsure) "
    r"(?:\w+ ){0,3}(?:i|we)\b",
    r"\b(?:i|we) (?:can|could) (?:\w+ )?(?:not|never|only|hardly|barely)\b",
    r"\b(?:if|as long as|unless|until|once|when) (?:i|we) (?:had|were|knew|am|are|get|have|can|"
    r"could)\b",
    r"\b(?:he|she|they|who|[a-z]+) (?:said|says|told (?:me|us|him|her|them)|asked|thought|"
    r"mentioned) (?:that )?(?:i|we|he|she|they|you)\b",
    r"\bwhat (?:can|could|may|should) i\b|\bhow (?:can|could|may|should|do) (?:i|we)\b|\b(?:why|"
    r"who|where|when|which \w+) should i\b",
    r"\b(?:free (?:trial|quote|shipping|gift|sample|info\w*|report)|click|order (?:now|today)|"
    r"subscri\w+|unsubscribe|our (?:customers?|clients?|products?|company|website|store|"
    r"catalog\w*)|discount|save (?:up|you)|guarantee\w*|money|mortgage|limited time|special "
    r"offer|remove[d]?)\b",
    r"\bglad to (?:hear|see|know|help)[.!]*$|^(?:happy|glad) to help\b[^\w]*$",
    r"\b(?:what if|imagine|if you need (?:our|my) (?:assistance|help|support)|percent|\d+ ?%|\$ "
    r"?\d|(?:home|current|best) loans?|income|per week|for less|real estate|millionaire|cash|"
    r"beta|my new book|web ?sites that)",
    r"\bbut (?:i|we) (?:can't|cannot|don't|won't|am not)\b",
)
