"""One batch interface over many vendors' LLM batch APIs.

from polybatch import BatchClient, Request

A name is imported when it is first asked for, so that commands that never call a vendor need no HTTP.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .version import __version__

if TYPE_CHECKING:
    from .callback import parse_callback
    from .client import AsyncBatchClient, BatchClient
    from .errors import (
        AuthError,
        ContractError,
        InputError,
        NotFound,
        NotReady,
        OutputError,
        PolybatchError,
        RateLimited,
        RunError,
        RunHeld,
        RunLocked,
        TooManyBatches,
        TransportError,
        UnknownOutcome,
        Unsupported,
        VendorError,
    )
    from .model import (
        Answer,
        Batch,
        BatchStatus,
        Callback,
        Counts,
        ErrorInfo,
        Finish,
        Outcome,
        Request,
        Result,
        ToolCall,
        Usage,
    )
    from .portable import image

__all__ = [
    "Answer",
    "AsyncBatchClient",
    "AuthError",
    "Batch",
    "BatchClient",
    "BatchStatus",
    "Callback",
    "ContractError",
    "Counts",
    "ErrorInfo",
    "Finish",
    "InputError",
    "NotFound",
    "NotReady",
    "Outcome",
    "OutputError",
    "PolybatchError",
    "RateLimited",
    "Request",
    "Result",
    "RunError",
    "RunHeld",
    "RunLocked",
    "TooManyBatches",
    "ToolCall",
    "TransportError",
    "UnknownOutcome",
    "Unsupported",
    "Usage",
    "VendorError",
    "__version__",
    "image",
    "parse_callback",
]

HOMES = ("errors", "model", "portable", "callback", "client")
"""Where the names live; what costs most to import comes last. `portable` has names of its own that `model` has too."""

if not TYPE_CHECKING:  # a type checker would take any name to exist

    def __getattr__(name: str) -> Any:
        """A public name, or a module that holds some."""
        if name in HOMES:
            return import_module(f"{__name__}.{name}")
        for home in HOMES if name in __all__ else ():
            if name in (found := vars(import_module(f"{__name__}.{home}"))):
                return globals().setdefault(name, found[name])
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
