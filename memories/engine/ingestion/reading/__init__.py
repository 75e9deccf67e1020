"""Conversations as people bring them: messages in memory, and files of several forms."""

from memories.engine.ingestion.reading._conversations import Conversation, Question, Session
from memories.engine.ingestion.reading._files import read_conversations
from memories.engine.ingestion.reading._messages import read_turns
from memories.engine.ingestion.reading._parts import read_part

__all__ = ["Conversation", "Question", "Session", "read_conversations", "read_part", "read_turns"]
