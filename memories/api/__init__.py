"""The REST API of memories, in the form that mem0's clients speak."""
