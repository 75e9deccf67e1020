"""Organisations and their projects: who owns what, and who may do what there."""
