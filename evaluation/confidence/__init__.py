"""How well a search knows whether it knows: its probability, measured and fitted."""
