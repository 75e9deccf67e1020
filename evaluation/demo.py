"""The main job on a real conversation: remember it, then answer questions about it.

    python -m evaluation.demo [--data FILE] [--limit N]

Prints for each question the best hits with their scores, dates, entities and quoted source, and
as its last line how much was remembered and answered.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from evaluation.progress import Progress
from evaluation.remembering import messages_of, scope_of
from memories import (
    RELEVANT,
    Conversation,
    Memory,
    Question,
    RemembrancerError,
    Scope,
    SearchHit,
    SearchResult,
    read_conversations,
)

SAMPLE: Final = Path(__file__).parent / "samples" / "year_in_conversation.json"
_HITS_SHOWN: Final = 3
_HITS_JUDGED: Final = 10
_INTERRUPTED: Final = 130


@dataclass
class Tally:
    """What the run has done so far."""

    messages: int = 0
    questions: int = 0
    with_evidence: int = 0
    evidence_found: int = 0


def remember(memory: Memory, conversation: Conversation, tally: Tally) -> Scope:
    """Add a conversation session by session; its sessions are the runs of one user."""
    total = sum(len(session.turns) for session in conversation.sessions)
    progress = Progress(f"remembering {conversation.id}", total)
    done = 0
    for session in conversation.sessions:
        memory.add(messages_of(session), scope=scope_of(memory, conversation, session))
        done += len(session.turns)
        progress.show(done)
    tally.messages += total
    return scope_of(memory, conversation)


def answer(memory: Memory, question: Question, scope: Scope, tally: Tally) -> None:
    """Search for one question and print what is known."""
    found = memory.search(
        question.text, scope=scope, top_k=_HITS_JUDGED, reference_time=question.asked_at
    )
    tally.questions += 1
    print(f"\nQ  {question.text}")
    print(f"   {_expectation(question)}")
    if not found.hits or found[0].score < RELEVANT:
        print("   nothing relevant is known; the nearest:")
    for rank, hit in enumerate(found.hits[:_HITS_SHOWN], start=1):
        print_hit(rank, hit)
    if question.evidence:
        tally.with_evidence += 1
        tally.evidence_found += _holds_evidence(found, question.evidence)


def _expectation(question: Question) -> str:
    kind = f"[{question.category}] " if question.category else ""
    return kind + (f"expected: {question.answer}" if question.answer else "expected: not known")


def _holds_evidence(found: SearchResult, evidence: Sequence[str]) -> bool:
    return any(source.message.client_id in evidence for hit in found for source in hit.sources)


def print_hit(rank: int, hit: SearchHit) -> None:
    """One hit: text, dates and entities, what each signal gave, the quoted source."""
    scores = hit.breakdown
    print(f"   {rank}. {hit.score:.2f}  {hit.text if not hit.is_message else _short(hit.text)}")
    facts = [f"said {_day(hit.said_at)}"]
    if hit.memory is not None:
        facts.insert(0, hit.memory.kind.value)
        if hit.memory.occurred is not None:
            occurred = hit.memory.occurred
            facts.append(f"tells of {_day(occurred.start)} ({occurred.precision.value})")
    else:
        facts.insert(0, "turn")
    if hit.entities:
        facts.append("about " + ", ".join(hit.entities[:5]))
    print(f"      {' · '.join(facts)}")
    print(
        f"      semantic {scores.semantic:.2f}  lexical {scores.lexical:.2f}"
        f"  entity {scores.entity:.2f}  temporal {scores.temporal:.2f}"
        f"  session {scores.session:.2f}"
    )
    for source in hit.sources[:1]:
        place = f", {source.message.client_id}" if source.message.client_id else ""
        print(f'      "{_short(source.quote)}" ({source.message.speaker}{place})')


def _day(instant: datetime) -> str:
    return f"{instant:%-d %b %Y}"


def _short(text: str, most: int = 160) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def run(data: Path, limit: int | None) -> Tally:
    """Read, remember, answer, report.

    Raises:
        RemembrancerError: the file can't be read, or the engine can't run.
    """
    conversations = read_conversations(data)
    tally = Tally()
    memories = entities = 0
    with Memory() as memory:
        started = time.perf_counter()
        scopes = [remember(memory, each, tally) for each in conversations]
        seconds = time.perf_counter() - started
        print(f"remembered {tally.messages} messages in {seconds:.1f} s", file=sys.stderr)
        for conversation, scope in zip(conversations, scopes, strict=True):
            for question in conversation.questions[:limit]:
                answer(memory, question, scope, tally)
        stats = memory.stats()
        memories, entities = stats.memories, stats.entities
    if tally.with_evidence:
        share = tally.evidence_found / tally.with_evidence
        print(
            f"\nthe turn that answers is among the first {_HITS_JUDGED} hits of {share:.0%}"
            f" of the {tally.with_evidence} questions that have one"
        )
    print(
        f"demo: {tally.messages} messages, {memories} memories, {entities} entities, "
        f"{tally.questions} questions answered"
    )
    return tally


def main() -> int:
    """Run the demo from the command line.

    Returns:
        0; 2 where the file or an argument is off, 130 after Ctrl-C.
    """
    parser = argparse.ArgumentParser(prog="python -m evaluation.demo", description=__doc__)
    parser.add_argument("--data", type=Path, default=SAMPLE, help="a conversation; see README.md")
    parser.add_argument("--limit", type=int, help="at most so many questions a conversation")
    arguments = parser.parse_args()
    try:
        run(arguments.data, arguments.limit)
    except RemembrancerError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\ndemo: stopped; nothing of it was kept", file=sys.stderr)
        return _INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(main())
