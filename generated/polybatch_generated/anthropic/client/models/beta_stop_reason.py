# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: cd0ac00562a0e00fa64cd1f46a4272831bb624f30b366d2b8f33a1730fa598f5

from enum import StrEnum


class BetaStopReason(StrEnum):
    COMPACTION = "compaction"
    END_TURN = "end_turn"
    MAX_TOKENS = "max_tokens"
    MODEL_CONTEXT_WINDOW_EXCEEDED = "model_context_window_exceeded"
    PAUSE_TURN = "pause_turn"
    REFUSAL = "refusal"
    STOP_SEQUENCE = "stop_sequence"
    TOOL_USE = "tool_use"

    def __str__(self) -> str:
        return str(self.value)
