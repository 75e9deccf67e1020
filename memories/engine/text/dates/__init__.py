"""Reading times from words: what a statement names, what a question asks about.

Works without a model, by rules and tables: English in full, the commonest words of German, French,
Spanish, Italian, Portuguese, Chinese and Japanese, and ISO dates.
"""

from memories.engine.text.dates._naming import name_interval
from memories.engine.text.dates._queries import read_query_time
from memories.engine.text.dates._statements import find_dates
from memories.engine.text.dates._words import MONTHS

__all__ = ["MONTHS", "find_dates", "name_interval", "read_query_time"]
