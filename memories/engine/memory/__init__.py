"""The facade: one project's memories as a library, plain and asynchronous."""

from memories.engine.memory._async import AsyncMemory
from memories.engine.memory._memory import Memory

__all__ = ["AsyncMemory", "Memory"]
