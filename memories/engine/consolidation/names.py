"""Whether what a model writes names only whom its proof names."""

from collections.abc import Collection

from memories.engine.domain import EntityType, MemoryRecord
from memories.engine.text.mentions import find_mentions


def names_known(text: str, memories: Collection[MemoryRecord], *, is_sentence: bool) -> bool:
    """True if all that a text names is named by the memories, or by who said them.

    Args:
        text: what a model wrote.
        memories: that it is said to rest on.
        is_sentence: its first word has a capital whatever it is.
    """
    speakers = {each.attributed_to for each in memories}
    told = " ".join((*speakers, *(each.text for each in memories))).casefold()
    mentions = find_mentions(text, known_names=speakers, sentence_starts_known=is_sentence)
    return all(
        mention.surface.casefold() in told
        for mention in mentions
        if mention.type is not EntityType.TOPIC
    )
