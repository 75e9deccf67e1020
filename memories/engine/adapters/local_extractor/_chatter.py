"""Telling what people say to be polite from what they state."""

import re
from typing import Final

from memories.engine.adapters.local_extractor._elision import elided_subject
from memories.engine.adapters.local_extractor._verbs import PASTS

# Each line is one pattern.
_OPENERS: Final = r"""
    oh|wow+|whoa|yeah+|yep|yup|yes|yea|no|nope|nah|well|hey+|hi+|hello|haha\w*|lol|hmm+|ah+|aw+
    oops|ooh|ok|okay|sure|right|exactly|absolutely|definitely|totally|of\s+course|for\s+sure|great
    cool|awesome|nice|amazing|btw|by\s+the\s+way|anyways?|also|plus|actually|honestly|true|agreed
    guess\s+what|good\s+(?:question|point|idea|morning|evening|afternoon)|congrat\w*|thx|thank\s+you
    thanks?(?:\s+you)?(?:\s+(?:so|very)\s+much|\s+a\s+(?:lot|bunch|million))?|same\s+here|me\s+too
    no\s+(?:worries|problem)|sounds\s+(?:good|great|fun)|man|dude|omg|gosh|phew|yay|sorry|so|woohoo
    you\s+know|i\s+mean|you(?:['’]re|\s+are)\s+(?:right|welcome)|(?:i\s+)?(?:totally\s+)?agree
"""
_OPENER: Final = re.compile(
    rf"(?:{'|'.join(_OPENERS.split())})(?:\s+(?:there|everyone|guys|all|man|buddy|again))?"
    r"(?P<name>\s*,?\s+[A-Z]\w+)?(?:\s*[,!.\u2014\u2013]+\s*|\s+-+\s*|\s*$)",
    re.IGNORECASE,
)
_BARE_OPENER: Final = re.compile(
    r"(?:so|well|also|anyway|yeah|btw|oh)\s+(?=(?:I|my|we)\b)", re.IGNORECASE
)
_MARKS: Final = re.compile(r"[^\w\s'’]+")

# A whole sentence of one of these forms states nothing worth keeping. They are matched against
# lower-case words without marks; each line is one pattern.
_POLITE: Final = r"""
(?:hi|hey|hello|good (?:morning|evening|afternoon|night)|bye|see (?:you|ya)|take (?:care|it easy)).*
(?:talk|catch|speak|chat) (?:to |with )?(?:you|up|soon|later).*
(?:have (?:a|an|fun)|long time no|nice to|lovely to|welcome|happy (?:birthday|new)).*
(?:good|great) to (?:see|hear|catch|talk|meet).*
(?:what's (?:up|new)|hope (?:you|all|every|your|things|this|that|it|we)).*
(?:thanks|thank you|thx|cheers|much appreciated|no (?:worries|problem)|my pleasure).{0,80}
(?:i )?(?:really |so |truly )?appreciate (?:it|that|you|your|the|them).{0,50}
i(?:'m| am) (?:\w+ ){0,3}?(?:glad|happy|proud|thrilled|stoked|jealous|impressed|grateful)\b.* you.*
i(?:'m| am) (?:\w+ ){0,3}?(?:sorry|thankful|excited|here|curious|rooting|amazed|honored)\b.* you.*
(?:so |really |very )?(?:glad|happy|sorry|proud|excited) (?:to (?:hear|see)|for you|that|you|it).*
i(?:'m| am) (?:so |really |very )*(?:glad|sorry|happy) (?:to hear|it|that|this|they)\b.*
i (?:\w+ly |can |do )*(?:agree|understand|get it|see what|know what|bet|hear you|wonder)\b.*
i think you(?:'re| are) (?:right|great|amazing|doing).*
i (?:\w+ly |can |do )*(?:relate|wish you|hope you|hope it|believe in you|get that).{0,30}
i (?:\w+ly |can |do )*(?:see|know)(?: (?:that|what|how|it|right|exactly)\b.{0,30})?
(?:i )?(?:can't|cannot) wait to (?:hear|see) (?:about |more|it|what|your|how|you|the pic).*
(?:i'll|i will|will) (?:\w+ly )?(?:let|keep|be sure|remember|do|send)\b.{0,60}
(?:i'm|i am) (?:all ears|here for you|always here|in|down|game|good|great|fine|all for it)
(?:i'm|i am|i'd be|i would be) (?:happy|glad|able|unable|not able|an ai|just an ai)\b.{0,90}
(?:let|tell) me .{0,60}
i(?:'ll| will) (?:\w+ly )?(?:give it an? (?:try|shot|go)|check|look into).{0,40}
here(?:'s| is| are) (?:an?|the|my|some|another) (?:pic|photo|picture|shot|snap)\w*.{0,20}
i (?:do|did|am|was|have|will|can|would|could|sure|think so|guess so|hope so)(?: too| not| so)?
(?:good luck|best of luck|congrat\w*|way to go|well done|count me in|me too|same here|no way).*
(?:wish(?:ing)? (?:you|them|her|him)|sending|cheers|sweet dreams|trust me|you got it|got it).*
"""
# These are kept where they tell of the speaker or name someone.
_REACTIONS: Final = r"""
(?:sounds|looks|seems) .*
(?:so|how|what an?|such an?|pretty|very|really|super) \w+(?: \w+){0,5}
(?:love|loving|like|liked) (?:that|the|your|it|how|this|those|these)\b.*
(?:keep|stay|enjoy|let me know|let's|don't|go for|tell me|check|take a look|look at|remember).*
(?:never give up|hang|believe in|follow your|imagine|find|start|do your|maybe|whenever).*
you(?:'re|'ve| are|'ll|'d)?\b.*\b(?:got|rock|inspir\w+|deserve|great|amazing|awesome|doing).*
you(?:'re|'ve| are|'ll|'d)?\b.*\b(?:should|can|could|will|would|need|right|strong|best|proud).*
you(?:'re|'ve| are|'ll|'d)?\b.*\b(?:welcome|make|incredible|fantastic|wonderful|lucky|must).*
you(?:'re|'ve| are|'ll|'d)?\b.*\b(?:so|such|really|know|an?).*
(?:your|you'd|you'll|you can|you should|you must|you always|you're|you've got|you got) .*
(?:it|that|this|there|what)(?:'s|'ll| is| was| will| can| does| sounds?| looks?| must| has)\b.*
(?:it|that|this|there|what)(?: feels?| seems?| makes?| means?| really| truly| always)\b.*
(?:those|these are|what|any|other|another|if you|when you|as long as) .*
(?:together )?(?:we|we'll)(?: all)?(?: can| should| could| need| must| gotta| got this)\b.*
(?:we'll keep|we got this|we've got this).*
"""


def _any_line(patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{line})" for line in patterns.strip().splitlines()))


_IS_POLITE: Final = _any_line(_POLITE)
_IS_REACTION: Final = _any_line(_REACTIONS)
# Signs of a particular: the speaker's own life, a name, a number, someone in the third person.
_FIRST_PERSON: Final = r"I|i|I['’](?:m|ve|d|ll)|im|my|My|me|mine|myself"
_OWN: Final = re.compile(rf"(?<!\w)(?:{_FIRST_PERSON})(?!\w)")
_PARTICULAR: Final = re.compile(
    rf"(?<!\w)(?:{_FIRST_PERSON}|[Ww]e|[Ww]e['’]\w+|[Hh]e|[Ss]he|[Tt]hey|Our"
    r"|[Yy]ou\s+(?:mentioned|told|said|went|moved|had|used|bought)|(?<=[\w,;:]\s)[A-Z][a-z]+)(?!\w)|\d"
)
# A name that is not called out to: "That's awesome, Ana!" names nobody.
_NAMING: Final = re.compile(r"(?<=[a-z]\s)[A-Z]\w+|\d")


# What an assistant tells of itself: what it did or will do, as against what it knows.
_DEED: Final = re.compile(
    r"(?<!if )\b[Ii](?:['’](?:ve|ll)|\s+(?:\w+ly\s+)?"
    rf"(?:will|have|\w{{2,}}ed|{'|'.join(sorted(PASTS))}))\b"
)


def after_openers(text: str, start: int, end: int) -> int:
    """Where the statement begins, after "Wow, thanks, Ana! By the way," and the like."""
    while start < end:
        opener = _OPENER.match(text, start, end) or _BARE_OPENER.match(text, start, end)
        if opener is None or opener.end() == start:
            break
        start = opener.end()
    return start


def is_polite(sentence: str) -> bool:
    """True of a greeting, thanks, wishes and the like, whoever they name."""
    plain = _plain(sentence)
    return not plain or _IS_POLITE.fullmatch(plain) is not None


def is_reaction(sentence: str) -> bool:
    """True of praise, advice or a remark that tells nothing of the speaker."""
    if is_own(sentence) or _NAMING.search(sentence):
        return False
    return _IS_REACTION.fullmatch(_plain(sentence)) is not None


def is_particular(sentence: str) -> bool:
    """True if it tells of the speaker, or of someone or something that is named or numbered."""
    return _PARTICULAR.search(sentence) is not None


def is_own(sentence: str) -> bool:
    """True if it tells of the speaker, by "I" or "my" or with the "I" left out ("Went home")."""
    return _OWN.search(sentence) is not None or elided_subject(sentence) is not None


def is_deed(sentence: str) -> bool:
    """True if the speaker tells what they did, have done or will do."""
    return _DEED.search(sentence) is not None


def _plain(sentence: str) -> str:
    return " ".join(_MARKS.sub(" ", sentence.lower().replace("’", "'")).split())
