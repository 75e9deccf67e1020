"""What consolidation and profiles work with."""

from dataclasses import dataclass

from memories.engine.ingestion.tools import IngestTools
from memories.engine.ports.language_model import LanguageModel


@dataclass(frozen=True, slots=True)
class ConsolidationTools:
    """The ports that looking at memories together needs.

    Attributes:
        ingest: those of the write path.
        model: the language model that learns; None where facts are learned by rules.
    """

    ingest: IngestTools
    model: LanguageModel | None
