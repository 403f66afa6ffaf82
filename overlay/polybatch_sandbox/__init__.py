"""A local imitation of the vendors' batch APIs, over loopback HTTP or called as a function.

It is a witness: written from the vendors' documents alone, it shares no code with the client it judges.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from polybatch_sandbox.message import Request, Response
    from polybatch_sandbox.sandbox import VENDORS, Sandbox
    from polybatch_sandbox.server import Server, serve
else:  # pytest imports this package wherever it is installed (pytest_plugin): it costs nothing until it is used
    HOMES = {"VENDORS": "sandbox", "Request": "message", "Response": "message", "Sandbox": "sandbox",
             "Server": "server", "serve": "server"}  # fmt: skip

    def __getattr__(name: str) -> Any:
        """The public names, imported when they are first asked for."""
        from importlib import import_module  # noqa: PLC0415 - what is cheap comes first

        if name not in HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{HOMES[name]}"), name)


__all__ = ["VENDORS", "Request", "Response", "Sandbox", "Server", "serve"]
