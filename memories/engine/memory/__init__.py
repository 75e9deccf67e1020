"""The facade: one project's memories as a library, plain and asynchronous."""

from memories.engine.memory._async import AsyncMemory
from memories.engine.memory._memory import Memory
from memories.engine.memory._reads import RELEVANT

__all__ = ["RELEVANT", "AsyncMemory", "Memory"]
