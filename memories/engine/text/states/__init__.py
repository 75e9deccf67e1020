"""The states of a life that people ask after: which a text tells of, and which a question asks for.

Each has words that begin or hold it, that end it, that tell it was so, and that ask for it. Read by
rules and tables: English, and the commonest words of German, French, Spanish, Italian and
Portuguese.
"""

from memories.engine.text.states._asking import AskedState, asked_state
from memories.engine.text.states._states import Phase, State, mark_of, state_of
from memories.engine.text.states._telling import state_marks

__all__ = ["AskedState", "Phase", "State", "asked_state", "mark_of", "state_marks", "state_of"]
