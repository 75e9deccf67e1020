"""Pauses in which a process answers nobody, or not yet."""

import gc
import sys
from typing import Final

# So long a thread waits before another has to give it the interpreter. Python's own 5 ms, at each
# of the dozen statements of an add, are most of what one takes while jobs are done (measured: p95
# 237 to 299 ms so, 47 to 54 with this; jobs are done as fast).
_TURN_SECONDS: Final = 0.0005


def shorten_pauses() -> None:
    """Let threads wait less for one another, and for the garbage collector.

    The collector passes over everything that is loaded by now. It would look at all modules and
    classes, which stay anyway, each time that it looks at what has lived long: 100 ms in which no
    thread runs. To be called once, when the process is ready to answer.
    """
    sys.setswitchinterval(_TURN_SECONDS)
    gc.collect()
    gc.freeze()
