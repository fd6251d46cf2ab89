"""English: who is introduced to whom. Data only.

Unlike elsewhere texts keep their capitals, since a name is all that tells "meet Bob" from "meet
deadlines"; apostrophes are plain. Names make these the costliest patterns to compile, so they are
loaded when a text has one of the words in `INTRODUCE_GATE`.
"""

from __future__ import annotations

import re
from typing import Final

from syncd.inference.signals_words import any_of

_NOT_A_NAME: Final = (
    r"(?!(?:I|The|This|That|These|A|An|You|We|It|They|He|She|My|Our|Your|Monday|Tuesday|"
    r"Wednesday|Thursday|Friday|Saturday|Sunday|January|February|March|April|June|July|August|"
    r"September|October|November|December|Please|Thanks|Just|And|But|So|In|On|At|If|Re|PS|FYI|OK|"
    r"Also|Linux|Python|Windows|Java|Enron|Internet|Web|Hi|Dear|Hello|All|There|Here|Let|As|For|"
    r"To|Not|No|Yes|New|Improved)\b)"
)
_NAME: Final = rf"{_NOT_A_NAME}[A-Z][\w'-]+\.?(?: (?:[A-Z][\w'-]+\.?|de|da|van|von|del|la)){{0,3}}"
_KIN: Final = (
    r"(?:[Mm]y|[Oo]ur|an?|the|his|her) (?:(?:dear|good|old|new|great|very|best|close|former|ex|"
    r"fellow|long ?time|wonderful|brilliant|senior|own) )*(?:friends?|colleagues?|collaborators?|"
    r"partners?|boss|co-?founders?|neighbou?rs?|brothers?|sisters?|cousins?|mentors?|students?|"
    r"wife|husband|son|daughter|co-?workers?|teammates?|manager|director|head of|assistant|"
    r"lawyer|accountant|professor|classmate|roommate|team lead|editor|advisor|adviser|analyst|"
    r"intern|counsel)\b"
)
_WHOM: Final = rf"(?:{_NAME}|{_KIN}|@[\w.]+)"
_YOU: Final = (
    r"(?:you(?: (?:both|two|all|guys|three|folks))?|the two of you|both of you|each of you)"
)
_EACH: Final = r"(?:each other|one another)"
_WILL: Final = (
    r"(?:\b(?:[Ii](?:'d| would) (?:also )?(?:like|want) to|[Ii] (?:also |just |really )?(?:want|"
    r"wanted|wish)(?:ed)? to|[Ll]et me|[Aa]llow me to|[Mm]ay I|(?:is|was|writing) to|[Ii] "
    r"(?:hereby|am writing to)|[Ii] thought I(?:'d| would)|[Ii](?:'d| would) like for me to|"
    r"[Ii]'m writing to|(?:It's|it is|It is) (?:my|a) (?:great )?pleasure to)(?: (?:formally|"
    r"virtually|quickly|briefly|hereby|just|also|take (?:a moment|this opportunity) to))? )"
)
_INTRODUCE: Final = r"(?:e-?)?[Ii]ntroduce"

# "Hi both, ", "Ana, ", "Ana and Bob, " before what is said to them.
_CALL: Final = (
    rf"(?:(?:(?:[Hh]i|[Hh]ey|[Hh]ello|[Dd]ear)(?: [\w&,'-]+){{0,4}}?|{_NAME}(?:(?: and |, | & |"
    rf"/){_NAME})?)(?:,| -+|:|!) ?)*"
)

INTRODUCE_RULES: Final = (
    (
        0.9,
        any_of(
            rf"(?:{_WILL}|^){_INTRODUCE} (?:{_YOU}|{_WHOM}(?:,[^,]{{2,60}},)?) (?:to|with) "
            rf"(?:{_EACH}|{_WHOM})",
            rf"(?:{_WILL}|^){_INTRODUCE} {_YOU} (?:to|with) (?:{_EACH}|{_WHOM})",
            rf"(?:{_WILL}|^){_INTRODUCE} (?:the two of you|you two|you both|both of you)\b",
            rf"(?:{_WILL}|^){_INTRODUCE} (?:{_NAME}|{_KIN}(?:,? {_NAME})?) to {_YOU}\b",
            rf"^{_CALL}(?:[Ee]-?)?[Ii]ntroducing you to {_WHOM}",
            rf"{_WILL}{_INTRODUCE} (?:{_NAME}|{_KIN},? {_NAME})(?:\s*[,(][^,)]*[,)]?)? "
            rf"?(?:\(?(?:cc'?e?d|copied|in cc|on cc)\)?|,? (?:who|whom)\b)",
            rf"(?:{_WILL}|\b[Hh]appy to |\b[Gg]lad to |\b[Pp]leased to ){_INTRODUCE} {_NAME} and "
            rf"{_NAME}",
            rf"{_WILL}{_INTRODUCE} (?:{_NAME}|{_KIN},? {_NAME})(?=[.?]|$|, (?:the|our|my|a|an)\b)",
            rf"^(?:[Dd]elighted|[Hh]appy|[Gg]lad|[Pp]leased|[Ee]xcited) to {_INTRODUCE} "
            rf"(?:{_YOU} to {_EACH}|the two of you|you two)",
            rf"\b(?:I'm|I am|[Hh]ereby|liberty of) (?:e-?)?introducing {_YOU} to (?:{_WHOM}|"
            rf"{_EACH})",
            r"(?:^|, )(?:[Ll]et me|I'd like to|I would like to|[Aa]llow me to|I wanted to) make "
            r"(?:the|an?|this) (?:quick )?introduction(?=[.:!]|$| here| between)",
            rf"\b[Hh]ere(?:'s| is) (?:the|an|your|that|my) (?:promised )?(?:e-?mail "
            rf")?intro(?:duction)? (?:to|with) {_WHOM}",
            r"^[Cc]onsider (?:yourselves|this your) (?:introduced|introduction)\b",
            rf"(?:^|[,;:.!-] |\b(?:I'm|I am|[Hh]ereby|[Jj]ust|[Ee]mail|is) )(?:e-?)?[Ii]ntroducing "
            rf"(?:you (?:two|both|to {_WHOM}|to {_EACH})|{_NAME} (?:to|and|&|<>) {_NAME})",
            rf"\b(?:making|make|is|as|quick|warm|an|of|[Ee]-?mail|for the|^) (?:an? |the |this )?"
            rf"(?:quick |warm |brief |e-?mail |virtual )?[Ii]ntro(?:duction)? (?:between|of) "
            rf"(?:{_YOU}|{_NAME} (?:and|&|to) {_NAME})",
            rf"\b[Ii](?:'d| would) (?:like|love|want)(?: for)? (?:{_YOU}|{_NAME} and {_NAME}) to "
            rf"(?:meet|know (?:{_EACH}))(?=[.!,]|$| each\b| one\b)",
            rf"^{_NAME} and {_NAME}, you (?:two |both )?(?:should|must|need to) (?:really "
            rf")?(?:meet|talk|know|connect)\b",
            rf"^{_CALL}(?:[Ii] (?:just )?(?:want|wanted) to|[Ii](?:'d| would) like to) connect "
            rf"you(?: (?:two|both|all))?[.!]*$",
        ),
    ),
    (
        0.9,
        any_of(
            rf"(?:^|[.!:-] )(?:(?:[Hh]i|[Hh]ey|[Hh]ello|[Dd]ear) )?{_NAME}(?:(?: and |, | & "
            rf"){_NAME})?(?:,| -+|:|) (?:please |do )?(?:e-?)?meet (?:{_KIN},? "
            rf")?{_NAME}(?=[,.!(:;-]| -| \(|$| who| from| at | and\b|,)",
            rf"(?:^|[.!:-] )(?:[Pp]lease |[Dd]o )?(?:e-?)?[Mm]eet (?:{_KIN},? {_NAME}|{_NAME}),? "
            rf"(?:who|whom|our|my|\(?cc'?e?d)\b",
            rf"\b[Ii](?:'d| would)? (?:also )?(?:like|want|love) {_YOU} to (?:e-?)?(?:meet|know) "
            rf"(?:{_WHOM}|{_EACH})",
            rf"^(?:(?:[Hh]i|[Hh]ey|[Hh]ello|[Dd]ear) )?{_NAME}, this is (?:{_KIN},? "
            rf")?{_NAME}[.,]? ?(?:.*\b{_NAME}, this is {_NAME}|who\b|my\b|our\b|$)",
        ),
    ),
    (
        0.9,
        any_of(
            rf"(?:^|[,;:.!-] |\b(?:I'm|I am|[Jj]ust|[Ww]anted to be|[Hh]ereby|[Ee]mail) "
            rf")[Cc]onnecting (?:you (?:two|both|guys|all|here|with {_WHOM}|to {_WHOM}|and "
            rf"{_WHOM})|{_NAME} (?:with|and|to|&) {_NAME})",
            rf"\b(?:[Ii](?:'d| would) (?:like|love) to|[Ii] (?:just )?(?:want|wanted) to|[Ll]et "
            rf"me|[Hh]appy to|[Gg]lad to|[Pp]leased to|[Tt]hought I(?:'d| would)) (?:connect|"
            rf"put) (?:you (?:two|both|guys|all|with {_WHOM})|the two of you)\b(?! (?:on|in "
            rf"(?!touch|contact)))",
            rf"\b[Pp]utting (?:you (?:two |both |all |guys )?|the two of you )in (?:touch|contact)"
            rf"(?: with (?:{_WHOM}|{_EACH})|[.!,]|$)",
            rf"\b[Pp]utting {_NAME} (?:and|&) {_NAME} in (?:touch|contact)\b",
        ),
    ),
    (
        0.8,
        any_of(
            r"\b(?:[Yy]ou (?:two|both|guys)|the two of you|both of you) (?:really |definitely |"
            r"absolutely |clearly |simply )?(?:should|must|ought to|need to|have to) (?:really |"
            r"definitely )?(?:meet|talk|know|connect|chat|get to know|get in touch|be in touch)\b",
            r"\b(?:let|leave) (?:it (?:to|with) )?(?:you (?:two|both)|the two of you) (?:from "
            r"here|take it|to it|connect|to take|to connect|coordinate|to coordinate|get (?:in "
            r"touch|acquainted|to know)|find|to find|to (?:talk|chat|arrange|sort)|talk|chat|"
            r"arrange|sort|figure)\b",
            r"^[Oo]ver to you (?:two|both)\b",
            r"\b[Yy]ou should (?:really |definitely )*get to know each other\b",
            r"\b[Yy]ou (?:two|both) (?:have (?:a lot|much|so much|lots|something|plenty) in common|"
            r"(?:will|would) (?:really )?get (?:on|along))\b",
        ),
    ),
    (
        0.75,
        any_of(
            rf"(?:^|[,;:.!(-] ?|\b(?:I'm|I am|We're|[Aa]lso|[Aa]nd|[Bb]y|[Aa]m) )(?:[Ll]ooping "
            rf"in|[Ll]ooping|[Bb]ringing in|[Cc]opying(?: in)?|[Cc][Cc](?:'|-)?ing|[Rr]oping in|"
            rf"[Aa]dding) (?:in )?(?:{_KIN},? )?{_NAME}(?: in| here| to (?:this|the) (?:thread|"
            rf"mail|email|conversation))?(?: ?\([^)]*\))?,? (?:who|whom|our|my)\b(?! (?:request|"
            rf"list|next))",
            rf"\b(?:I|We)(?:'ve| have)(?: also)? (?:copied(?: in)?|[Cc][Cc](?:'?e?d|'ed)(?: in)?|"
            rf"looped in|added|brought in) (?:in )?(?:{_KIN},? )?{_NAME}(?: in| here)?(?: "
            rf"?\([^)]*\))?,? (?:who|whom|our|my)\b",
            rf"\b(?:I have|I've) (?:put|got) (?:{_KIN},? )?{_NAME} (?:in|on|into) (?:copy|cc|the "
            rf"loop),? (?:who|whom|our|my)\b",
            rf"\b(?:[Ll]ooping in|[Aa]dding|[Bb]ringing in) (?:{_KIN},? )?{_NAME}(?: to (?:this|"
            rf"the) (?:thread|mail|email|conversation))?,? (?:s?he|they) \w+",
            rf"(?:^|, ){_NAME} is (?:in copy|in cc|on copy|cc'?d|copied)(?:[:,;.] | - | and "
            rf")(?:s?he|they) (?:is|runs|works|leads|heads|can|knows|handles|has)\b",
            rf"^{_NAME}, {_NAME} is the \w+ (?:[\w' ]+ )?I (?:told you about|mentioned)\b",
            rf"\b{_NAME},? (?:\(?(?:cc'?e?d|in cc|on cc|copied(?: here)?|in copy|cc'd "
            rf"here)\)?),? (?:is|who|can|works|runs|leads|heads|will be able|knows|would be|has "
            rf"been)\b",
        ),
    ),
)

# Said to one person of somebody who is not there: an offer.
SHOULD_MEET: Final = re.compile(
    rf"\b[Yy]ou (?:really |definitely |absolutely )?(?:should|must|ought to|have to|need to) "
    rf"(?:really |definitely |absolutely )?meet (?:{_KIN}|{_NAME}(?! (?:on|at|for|in \d)\b))"
)

INTRODUCE_VETO: Final = any_of(
    r"^(?!.*\b[Mm]ay I introduce\b).*\?[\"')]*$",
    r"^(?:[Ii]f|[Ww]hen|[Oo]nce|[Uu]nless|[Ss]hould|[Bb]efore|[Aa]fter)\b",
    r"\b(?:not|never|n't|cannot|nobody)\b.{0,30}\b(?:introduc|connect|meet)",
    r"\b(?:myself|ourselves|himself|herself|themselves|introduce me|introduced me)\b",
    r"\b(?:product|service|software|feature|platform|program|course|newsletter|concept|solution|"
    r"legislation|regression|bug|bill|version|website|series|technology|device|driver|patch|helper|"
    r"function|flags?|ioctl|mount option|dollars?|opportunit\w+|business|market|world of)\b",
    r"\b[Tt]hank(?:s| you).{0,30}\b(?:intro|introduc|connect|loop|cop)\w*",
    r"\b(?:some ?time|some ?day|one day|next (?:week|month|time|year)|tomorrow|soon|"
    r"when(?:ever)? (?:you|we|i)|at (?:the|our) (?:party|dinner|conference|meeting|wedding|"
    r"event)|in person)\b",
    r"\b(?:asked|wants|wanted) (?:me|us) to introduce (?:him|her|them)self\b",
    r"\b(?:he|she|they|He|She|They|\w+) (?:said|says|told (?:me|us)|thinks)\b",
    r"\b(?:have|having|had|has|be|get) (?:you )?(?:two )?met\b",
    r"\b(?:could|can|would|will) you\b",
    r"(?<![@\w.])[A-Z]\w+\.(?:com|net|org|io)\b",
)
