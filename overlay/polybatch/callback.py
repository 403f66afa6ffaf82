"""Completion callbacks: what a vendor posts when a batch has ended, read into a hint that nobody should trust.

Anyone who knows the address can post there, so the answer to a callback is `client.get(hint.batch_id)`.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from .model import Callback
from .vendor import not_offered
from .vendors import find_vendor


@runtime_checkable
class CallsBack(Protocol):
    """A vendor whose document has callbacks."""

    @staticmethod
    def callback(body: bytes) -> Callback:
        """Read a callback's body. Raises ContractError."""


def parse_callback(vendor: str, body: bytes) -> Callback:
    """Read a completion callback.

    Raises ContractError where the bytes are none, Unsupported where the vendor sends none, InputError for an unknown
    vendor.
    """
    kind = find_vendor(vendor)
    if not isinstance(kind, CallsBack):
        raise not_offered(kind.profile, "call back when a batch has ended")
    return kind.callback(body)
