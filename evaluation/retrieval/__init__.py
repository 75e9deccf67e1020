"""How much of the evidence is found: `python -m evaluation retrieval --help`.

`report.py` documents the JSON that it writes; `measuring.py` can be called from other code with a
Memory that is open already.
"""
