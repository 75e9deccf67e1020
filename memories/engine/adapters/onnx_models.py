"""ONNX models on this machine's processor: how they are opened, and what is run together."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from memories.engine.adapters import heap
from memories.engine.errors import ModelUnavailable

if TYPE_CHECKING:
    import onnxruntime
    import tokenizers

# Texts a run: measured on two cores, 16 short texts take half as long as 16 runs, 32 no less.
_BATCH: Final = 16
# What a run costs before its first token, in tokens: measured, 2.2 ms beside 0.25 ms a token.
_RUN_COST: Final = 10
# Tokens a run: longer texts gain nothing from company, and a run of 4096 tokens takes 200 MB.
_RUN_TOKENS: Final = 512
# Measured on two cores, a short question: 2.4 ms with it, 3.1 without, 2.4 with the runtime's own
# default; beside a busy process 5.3, 4.5 and 8.1.
_SPIN_MICROSECONDS: Final = "10"


def open_session(path: Path, *, threads: int) -> "onnxruntime.InferenceSession":
    """A model, loaded.

    Args:
        path: its ONNX file.
        threads: processor threads that it runs in.

    Raises:
        ModelUnavailable: the file is not a model.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # An arena keeps what its largest run took; without, runs take as long (measured).
    options.enable_cpu_mem_arena = False
    # Threads wait actively for the next of a run's many small steps, but not for long and never
    # for the next run: that would take the processor from whoever else is at work.
    options.add_session_config_entry("session.intra_op.allow_spinning", "1")
    options.add_session_config_entry("session.intra_op.spin_duration_us", _SPIN_MICROSECONDS)
    options.add_session_config_entry("session.force_spinning_stop", "1")
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises bare exceptions of many kinds
        raise ModelUnavailable(f"{path} is not a usable ONNX model") from error
    # 60 MB (measured) that loading needed besides.
    heap.give_back()
    return session


def open_tokenizer(path: Path) -> "tokenizers.Tokenizer":
    """A tokenizer that neither pads nor cuts.

    Raises:
        ModelUnavailable: the file is not a tokenizer.
    """
    import tokenizers

    try:
        tokenizer = tokenizers.Tokenizer.from_file(str(path))
    except Exception as error:  # tokenizers raises bare Exception
        raise ModelUnavailable(f"{path} is not a usable tokenizer") from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def batches(lengths: Sequence[int]) -> list[list[int]]:
    """Texts to run together, by index, so that runs and padding cost the least.

    A text is padded to the longest of its run, and padding costs as much as words do. Measured on
    adds of one turn, three texts of very different length: 21 ms, where one run takes 30 ms.
    """
    order = sorted(range(len(lengths)), key=lengths.__getitem__)
    costs, firsts = [0], [0]
    for until in range(1, len(order) + 1):
        longest = lengths[order[until - 1]]
        most = min(_BATCH, max(1, _RUN_TOKENS // max(1, longest)))
        cost, first = min(
            (costs[first] + _RUN_COST + (until - first) * longest, first)
            for first in range(max(0, until - most), until)
        )
        costs.append(cost)
        firsts.append(first)
    chosen: list[list[int]] = []
    until = len(order)
    while until:
        chosen.append(order[firsts[until] : until])
        until = firsts[until]
    return chosen
