"""Scores as clients read and set them.

Clients come with thresholds that were chosen on cosines of a large model, where what answers seldom
lies below 0.3; the command line asks for that by itself. On the engine's fused scale 99 of 100
answers lie above 0.23, and those of a first short memory, said in other words, above 0.1
(docs/decisions/0013). The square root takes the one scale to the other: 0 and 1 stay, so does every
order, and 0.3 is where the engine's 0.09 was.
"""

import math


def shown(fused: float) -> float:
    """A fused score, from 0 to 1, as clients read it."""
    return round(math.sqrt(fused), 6)


def fused_from(asked: float) -> float:
    """The fused score at which a client's threshold, from 0 to 1, lies."""
    return asked**2
