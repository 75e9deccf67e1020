"""How fast it is: `python -m evaluation.speed`."""
