"""A local imitation of the vendors' batch APIs, over loopback HTTP or called as a function.

It is a witness: written from the vendors' documents alone, it shares no code with the client it judges.
"""

from polybatch_sandbox.message import Request, Response
from polybatch_sandbox.sandbox import VENDORS, Sandbox
from polybatch_sandbox.server import Server, serve

__all__ = ["VENDORS", "Request", "Response", "Sandbox", "Server", "serve"]
