"""This library as a system that public harnesses measure; README.md says how to plug it in."""
