# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: ff7107ad9a4525eb9059474f654197959defda01848f55b22c4ec16aae40f19b

"""A client library for accessing openapi"""

from .client import AuthenticatedClient, Client

__all__ = (
    "AuthenticatedClient",
    "Client",
)
