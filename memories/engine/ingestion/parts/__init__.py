"""Images, PDFs, recordings and text files as parts of messages: put into words, and kept."""

from memories.engine.ingestion.parts._limits import check_files, flaw_of_file, most_bytes
from memories.engine.ingestion.parts._messages import read_messages
from memories.engine.ingestion.parts._tools import PartTools

__all__ = ["PartTools", "check_files", "flaw_of_file", "most_bytes", "read_messages"]
