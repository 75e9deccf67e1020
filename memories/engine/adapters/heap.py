"""Memory that was freed, given back to the system."""

import ctypes
import sys


def give_back() -> None:
    """Return what was freed: glibc would keep tens of megabytes after a model or a file is loaded.

    Does nothing with another C library.
    """
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # musl has none
        if trim is not None:
            trim(0)
