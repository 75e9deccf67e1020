"""Whether two statements say the same, judged by their words and in doubt denied.

Agreement in meaning is not enough: "6 years at the bank" and "5 years at the bank" are near in
every embedding. Here two statements are the same only if they have the same content words in the
same order, give or take words that carry nothing and adjuncts that may stand elsewhere, and agree
in numbers, dates, negation, modality and tense.
"""

from memories.engine.text.statements._comparison import gists_of, may_say_the_same, say_the_same

__all__ = ["gists_of", "may_say_the_same", "say_the_same"]
