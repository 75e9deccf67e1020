"""What the engine needs from outside, one Protocol a file, its fake beside it."""
