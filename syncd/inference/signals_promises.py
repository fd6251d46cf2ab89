"""English: promises, and meetings to come. Data only.

Texts are lower case with plain apostrophes.
"""

from __future__ import annotations

from typing import Final

from syncd.inference.signals_words import ADV, DAY, DEED, DET, DOING, FOOD, MEET, TALK, any_of

PROMISE_RULES: Final = (
    (
        0.9,
        any_of(
            rf"\b(?:i'll|i will|i shall|(?:i'm|i am) (?:going to|gonna)) {ADV}{DEED}\b",
            rf"\b(?:i'll|i will) be (?:sure to|{DOING})\b",
            r"\b(?:i|we) promise\b(?! you'll)",
            r"\bi give you my word\b",
        ),
    ),
    (
        0.6,
        any_of(
            rf"\b(?:we'll|we will|we shall|we're going to|we are going to) {ADV}{DEED}\b",
            rf"\b(?:we'll|we will) be {DOING}\b",
            r"^let me (?:check|find out|look into|ask|see (?:what|if|whether)|get back|think "
            r"about|talk to|speak (?:to|with)|work on|try|get|look|follow up|dig|confirm|review|"
            r"run)\b",
            r"\byou(?:'ll| will| should| shall) (?:have|get|receive|hear from me|see) (?:it|them|"
            r"this|that|the|my|an?|something|from me|our)\b.{0,60}\b(?:by|tomorrow|today|tonight|"
            r"this|next|before|soon|shortly|within|in|on)\b",
            r"\byou(?:'ll| will) hear from (?:me|us)\b",
        ),
    ),
    (
        0.85,
        any_of(
            r"^(?:will do|consider it done|i'm on it|on it|i am on it|leave (?:it|that|this) "
            r"(?:with|to) me|i'll take care of it|count on me)\b",
            rf"^(?:will|shall) (?:{ADV}){DEED}\b(?!.*\?)",
            r"\bi owe you (?:a|an|the|that|some)\b",
        ),
    ),
    (
        0.7,
        any_of(
            r"\b(?:i'm|i am) (?:sending|forwarding|mailing|calling|e-?mailing|faxing|"
            r"getting)\b.{0,60}\b(?:tomorrow|later|shortly|soon|tonight|today|this (?:afternoon|"
            r"evening|week)|next|on \w+day|by)\b",
            rf"\b(?:i|we) (?:plan|intend|aim|expect) to {DEED}\b.{{0,60}}\b(?:tomorrow|today|"
            rf"tonight|this|next|by|on|before|soon|shortly|later|you)\b",
            r"\bi can (?:send|get|have|forward|call|bring|finish|deliver|"
            r"e-?mail)\b.{0,60}\b(?:by|tomorrow|today|tonight|next|on \w+day|this (?:afternoon|"
            r"evening|week))\b",
            r"\bi should (?:have|be able to (?:get|send|have|finish))\b.{0,60}\b(?:by|tomorrow|"
            r"today|tonight|next|on \w+day|this (?:afternoon|evening|week))\b",
        ),
    ),
)

PROMISE_VETO: Final = any_of(
    r"\b(?:i|we)(?:'ll| will| shall)? (?:not|never)\b",
    r"\b(?:won't|wouldn't|can't|cannot|don't|doesn't|didn't|not)\b(?:(?! problem| only| sure if "
    r"you).){0,25}\b(?:i'll|i will|we'll|we will)\b",
    r"\bwon't\b",
    r"\b(?:not sure|unsure|doubt|no idea|don't know|hardly|whether|as if|like i|think about "
    r"whether|wish|maybe|perhaps|i might|guess|suppose|hope|hopefully|assume|unless) (?:\w+ "
    r"){0,3}(?:i'll|i will|we'll|we will|i'm going|i am going)\b",
    r"^(?:if|unless|should|in case|once you|assuming|provided|suppose|say)\b.{0,200}\b(?:i'll|i "
    r"will|we'll|we will|you will|you'll|i can|i promise)\b",
    r"\b(?:i'll|i will|we'll|we will)\b.{0,80}\b(?:if you (?:want|like|wish|need|would|send|give|"
    r"are|can|don't|could)|unless|only if|provided (?:that )?you)\b",
    r"\b(?:he|she|they|you) (?:said|says|told|thinks?|thought|knows?|asked)\b.{0,30}\b(?:i|"
    r"we)(?:'ll| will)\b",
    r"\bthe (?:day|year|time) (?:i|we)(?:'ll| will)\b",
    r"\b(?:i'll|i will) (?:get (?:it|there|over it|used)\b(?! (?:to you|back|done|over|out|sent|"
    r"fixed|for)))",
    r"\b(?:i'll|i will|we'll|we will) (?:see you|be (?:happy|glad|delighted|able|pleased|back|"
    r"there|out|in|at|away|here|late|on|sure you|fine|home|there))\b",
    r"\b(?:i'll|i will|let me) (?:tell you|say|show you)(?: (?:what|something|this|that|how|why|"
    r"a))?\b.{0,6}(?:[,.!?:]|$)",
    r"\b(?:i'll|i will) (?:never|always|miss|bet|admit|assume|ask again|leave it (?:there|at "
    r"that))\b",
    r"\?$",
    r"\bi owe you (?:one|nothing)\b",
    r"\bhelp (?:you|us) (?:save|earn|grow|get|find|understand|make|reach)\b",
    r"\b(?:i|we) can help\b",
    r"\bif you (?:click|order|sign up|buy|subscribe)\b",
)


PROPOSE_RULES: Final = (
    (
        0.9,
        any_of(
            rf"\b(?:let's|lets|let us|shall we|should we|why don't we|why not|how about(?: we)?|"
            rf"what about|can we|could we|may we|would it be possible to|any chance (?:we|you|"
            rf"of)(?: could| can)?|do you (?:want|have time) to|would you (?:like|care|be "
            rf"(?:able|free|available|interested|up|open|willing)(?: to| for| in)?|want)(?: to)?|"
            rf"(?:are you|you) (?:up for|interested in|open to|free (?:for|to)|available (?:for|"
            rf"to)|able to)|care to|fancy|want to|wanna)\b(?:(?!\bnot\b).){{0,30}}\b{MEET}",
            rf"\b(?:how about|what about|fancy|(?:you|anyone|everyone) (?:up|free|available|game|"
            rf"ready) for|(?:do you have|have you|got) time for|let's do|care for|you like|"
            rf"suggest|propose) {DET}(?:{FOOD}|{TALK})\b",
        ),
    ),
    (
        0.8,
        any_of(
            rf"\b(?:we|you and i) (?:really |definitely |certainly |all |both |just |also |"
            rf"probably |do |still )*(?:should|could|must|need to|ought to|have to|have got to|"
            rf"will have to|can|might)(?: (?:really|definitely|all|both|also|maybe|try to|find "
            rf"(?:a |some )?time to|plan to|perhaps|probably|soon|finally))* {MEET}",
            rf"\b(?:i'd|i would|we'd|we would|would love|love|it would be|it'd be|would be|(?:it "
            rf")?(?:may|might) be|i could|i can|(?:i|we)(?:'m| am|'re| are)? (?:\w+ )?(?:want|"
            rf"hope|hoping|keen|happy|glad|love)|^(?:happy|glad|hope|hoping))(?: (?:really|very "
            rf"much|also|be|it|so|much|to|for us|for you|like|love|great|good|nice|lovely|happy|"
            rf"glad|helpful|useful|fun|worthwhile|appropriate|worth(?:while)?|if (?:we|you) "
            rf"(?:can|could)|the (?:chance|opportunity) to|an? (?:chance|opportunity) to))* "
            rf"{MEET}",
        ),
    ),
    (
        0.85,
        any_of(
            r"\b(?:are|r) you (?:\w+ )?(?:free|available|around|in town|open)\b.{0,60}\?",
            r"\b(?:when|what (?:day|time|days|times)|which (?:day|time)|what "
            r"day)s?\b.{0,40}\b(?:free|available|work(?:s)?|suits?|convenient|good|best|open|"
            r"meet|get together|catch up)\b.{0,60}\?",
            rf"\b(?:does|would|will|could|can|is|how(?:'s| is| does| would| about)) "
            rf".{{0,30}}\b{DAY}\b.{{0,40}}\b(?:work|suit|sound|look|good|ok|okay|fine|be "
            rf"(?:good|ok|fine|convenient)|possible|better|convenient)\b.{{0,30}}(?:\?|\bfor "
            rf"you\b)",
            rf"\bhow (?:does|would|about|is)\b.{{0,30}}\b{DAY}\b.{{0,40}}\?",
            r"\blet me know\b.{0,40}\b(?:when|if|whether|what (?:time|day))\b.{0,30}\b(?:free|"
            r"available|time to (?:meet|talk|chat|speak)|meet|works? (?:best )?for you|in town|"
            r"have (?:a few|some|any|a) (?:minutes|time|moment|slot))\b",
        ),
    ),
    (
        0.75,
        any_of(
            rf"^(?:maybe |perhaps |quick )?{DET}(?:{FOOD}|call|chat|meeting|zoom|"
            rf"catch-?up)\b(?! (?:was|were|is|with|at the|notes|minutes|agenda)\b).{{0,40}}\?",
            r"\b(?:i'd|i would|we'd|we would|would) (?:like|love) to (?:invite|have) you\b",
            r"(?:^|[,;:.] ?|\b(?:please|you|you can|you could|you to|or) )(?:meet|see|join) "
            r"(?:me|us) (?:for|at|on|in|tomorrow|over)\b",
            r"\bcan i (?:buy|take|get|call|visit|come|stop by|treat)\b.{0,20}\b(?:you|see you|"
            r"by)\b",
            r"\b(?:love|like|great|nice|good) to (?:see you|catch up|meet (?:you|up)|get "
            r"together|have you over)\b(?: again| soon| some ?(?:time|day)|.{0,30}\b(?:when|if|"
            r"next|soon|some|in|at)\b)",
            r"\b(?:coffee|lunch|dinner|drinks?|beers?) (?:soon|some ?(?:time|day)|one (?:of "
            r"these )?days?|next time|when you(?:'re| are)|next week|this week|on me)\b",
            r"^(?:let's|lets) (?:talk|discuss|chat|speak|touch base|connect|meet|catch up|get "
            r"together)\b",
            r"\b(?:\w+day|tomorrow|next week|\d(?:am|pm)?|morning|afternoon)\b.{0,30} (?:would "
            r"work|works|is (?:good|fine|best|great|better|perfect)) (?:best |well |better |"
            r"great |fine )?for me\b",
        ),
    ),
)

PROPOSE_VETO: Final = any_of(
    r"\b(?:should|could|might|would|must) have (?:met|had|talked|spoken|caught|gotten|seen|been|"
    r"done|gone)\b",
    rf"\b(?:can't|cannot|couldn't|won't|not|never|unable|no need|don't|didn't|without|instead of|"
    rf"rather than|no time)\b(?:(?!\bwhy (?:don't|not)\b).){{0,30}}\b{MEET}(?<!why don't we meet)",
    r"\bit was\b",
    r"\b(?:yesterday|last (?:night|week|month|year|time|\w+day)|the other day)\b",
    r"\b(?:was|were|been) (?:great|good|nice|lovely|wonderful|fun)\b",
    r"\b(?:great|good|nice|lovely) (?:meeting|seeing) you\b",
    r"\b(?:they|he|she|the (?:team|board|group|committee)|who) (?:should|could|will|would|might|"
    r"can|must|may) (?:\w+ )?meet\b",
    r"\blet's (?:not|hope|see (?:what|how|if|whether)|say|assume|face)\b",
    r"\b(?:see|meet) you (?:there|then|tomorrow|on \w+day|at (?:the|\d)|next week|tonight|soon|"
    r"later)[.!]*$",
    r"\bmeet (?:\w+ ){0,2}(?:needs?|requirements?|deadlines?|criteria|standards?|goals?|targets?|"
    r"demands?|obligations?|expectations?|objectives?|budget)\b",
    r"\b(?:looking|look) forward to\b",
    r"\bif (?:i|we) (?:had|could have|were)\b",
    r"\b(?:click|subscribe|download|register|webinar|demo of our|free trial)\b",
)
