# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

from enum import StrEnum


class BetaServerToolName(StrEnum):
    ADVISOR = "advisor"
    BASH_CODE_EXECUTION = "bash_code_execution"
    CODE_EXECUTION = "code_execution"
    TEXT_EDITOR_CODE_EXECUTION = "text_editor_code_execution"
    TOOL_SEARCH_TOOL_BM25 = "tool_search_tool_bm25"
    TOOL_SEARCH_TOOL_REGEX = "tool_search_tool_regex"
    WEB_FETCH = "web_fetch"
    WEB_SEARCH = "web_search"

    def __str__(self) -> str:
        return str(self.value)
