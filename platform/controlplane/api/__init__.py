"""What every HTTP API here shares: who is asking, how bodies are read, how errors are said."""
