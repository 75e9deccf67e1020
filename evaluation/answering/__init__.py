"""Answers from what is remembered, judged: `python -m evaluation answer --help`.

A reader, a language model, answers each question from what a system hands it; a judge, another,
says whether the answer is right. docs/evaluation.md says how to run it and what its figures mean.
"""
