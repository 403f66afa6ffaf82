"""Names to vendors; a vendor's file is imported when it is first asked for."""

from __future__ import annotations

import importlib
import pkgutil
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, cast

from polybatch.errors import InputError

if TYPE_CHECKING:
    from polybatch.vendor import Vendor


@cache
def names() -> tuple[str, ...]:
    """The vendors there are: one for each file beside this one."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def find_vendor(name: str) -> type[Vendor]:
    """The vendor of that name. Raises InputError, which lists the known ones."""
    if name not in names():
        head, colon, model = name.partition(":")
        hint = f"known are: {', '.join(names())}"
        if colon and head in names():
            hint = f"a model goes apart: --vendor {head} --model {model or 'M'}; or --to {name}{'' if model else 'M'}"
        elif near := get_close_matches(name, names(), 1):
            hint += f"; did you mean {near[0]!r}?"
        raise InputError(f"there is no vendor {name!r}", hint=hint)
    module = importlib.import_module(f"{__name__}.{name}")
    return cast("type[Vendor]", module.VENDOR)
