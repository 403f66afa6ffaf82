# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 1440adeb8464617d28ef8bea89dc1be0f26b8d094573eee7b7d0a3d8c6cdc975

"""A client library for accessing Default module"""

from .client import AuthenticatedClient, Client

__all__ = (
    "AuthenticatedClient",
    "Client",
)
