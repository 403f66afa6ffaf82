# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 2756a408aca480d08b979821a31f0571f7074ff26832c79e011b2f69b96e22a0

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
