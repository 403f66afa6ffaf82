"""Names to vendors; a vendor's file is imported when it is first asked for."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING, cast

from polybatch.errors import InputError

if TYPE_CHECKING:
    from polybatch.vendor import Vendor


def names() -> tuple[str, ...]:
    """The vendors there are: one for each file beside this one."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def find_vendor(name: str) -> type[Vendor]:
    """The vendor of that name. Raises InputError, which lists the known ones."""
    if name not in names():
        raise InputError(f"there is no vendor {name!r}", hint=f"known are: {', '.join(names())}")
    module = importlib.import_module(f"{__name__}.{name}")
    return cast("type[Vendor]", module.VENDOR)
