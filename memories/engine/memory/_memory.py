"""The facade, put together."""

from memories.engine.memory._consolidating import Consolidates
from memories.engine.memory._entities import Entities
from memories.engine.memory._imports import Imports
from memories.engine.memory._originals import Originals
from memories.engine.memory._reads import Reads
from memories.engine.memory._summaries import Summaries
from memories.engine.memory._together import Together
from memories.engine.memory._writes import Writes


class Memory(Reads, Entities, Originals, Writes, Consolidates, Imports, Summaries, Together):
    """Everything known in one project, in one file.

    Safe to use from several threads; several processes may open the same file. After a fork the
    child opens the file anew by itself.
    """
