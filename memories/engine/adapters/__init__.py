"""What the ports are filled with: SQLite, ONNX, the local extractor. Bound in bootstrap."""
