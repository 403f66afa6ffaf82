"""How the tests call an SDK, and what they demand of everything it hands out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.oracle.between import Between
from tests.oracle.sdks import Driver, SdkError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


@dataclass(frozen=True)
class Caller:
    """One SDK's batches at one address."""

    driver: Driver
    settings: dict[str, Any]

    def __call__(self, operation: str, **arguments: Any) -> Any:
        """What the SDK returned. Raises SdkError."""
        return self.driver.call(operation, self.settings, arguments)

    def refused(self, operation: str, /, *, settings: Mapping[str, Any] | None = None, **arguments: Any) -> SdkError:
        """The exception that the SDK raised."""
        with pytest.raises(SdkError) as caught:
            self.driver.call(operation, {**self.settings, **(settings or {})}, arguments)
        return caught.value


Check = Callable[[Caller, Between], None]
"""One conversation of an SDK with the sandbox and what must come of it."""
Where = tuple[str, ...]
"""The way to a field of a reply."""


def models(value: Any) -> Iterator[dict[str, Any]]:
    """Every model in what a driver showed, outermost first."""
    if isinstance(value, dict):
        if "_type" in value:
            yield value
        for one in value.values():
            yield from models(one)
    elif isinstance(value, list):
        for one in value:
            yield from models(one)


def demand(value: Any, always: Mapping[str, Sequence[str]], *, also: Mapping[str, Sequence[str]] | None = None) -> None:
    """Every model has the fields that the vendor always sends, and none that the SDK has never heard of.

    An SDK lets a field be absent that may be null, so its own check would not miss one.
    `also`: fields by model that another official source gives although this SDK does not.
    """
    found = list(models(value))
    assert found, f"no model in {value!r}"
    for model in found:
        name = model["_type"].removeprefix("Beta")
        absent = [field for field in always.get(name, ()) if field not in model]
        assert not absent, f"{name} came without {', '.join(absent)}"
        strange = set(model["_unknown"]) - set((also or {}).get(name, ()))
        assert not strange, f"{name}: the SDK does not know {', '.join(sorted(strange))}"


def red_without(fields: Sequence[Where], check: Check, batches: Caller, box: Between) -> None:
    """The check fails, and says why, whichever of the fields the sandbox leaves out."""
    for field in fields:
        box.renew()
        # The name stands alone: `id` is not found in `invalid`, nor `type` in pydantic's `type=missing`.
        with box.dropping(*field), pytest.raises((AssertionError, KeyError), match=rf"\b{re.escape(field[-1])}\b(?!=)"):
            check(batches, box)
