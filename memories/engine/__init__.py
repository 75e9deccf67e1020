"""The memory engine: usable without any framework, on one file."""
