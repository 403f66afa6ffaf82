"""One batch interface over many vendors' LLM batch APIs.

from polybatch import BatchClient, Request
"""

from .callback import parse_callback
from .client import AsyncBatchClient, BatchClient
from .errors import (
    AuthError,
    ContractError,
    InputError,
    NotFound,
    NotReady,
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
from .model import Batch, BatchStatus, Callback, Counts, ErrorInfo, Outcome, Request, Result, Usage
from .version import __version__

__all__ = [
    "AsyncBatchClient",
    "AuthError",
    "Batch",
    "BatchClient",
    "BatchStatus",
    "Callback",
    "ContractError",
    "Counts",
    "ErrorInfo",
    "InputError",
    "NotFound",
    "NotReady",
    "Outcome",
    "PolybatchError",
    "RateLimited",
    "Request",
    "Result",
    "RunError",
    "RunHeld",
    "RunLocked",
    "TooManyBatches",
    "TransportError",
    "UnknownOutcome",
    "Unsupported",
    "Usage",
    "VendorError",
    "__version__",
    "parse_callback",
]
