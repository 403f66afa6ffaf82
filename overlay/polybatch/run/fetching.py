"""One download of a shard's results: kept as it comes, and believed only if it is what the vendor counted.

A gateway's page, an empty body or a body that ends early must not make requests missing that were answered.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import define

from polybatch.errors import ContractError
from polybatch.model import BatchStatus
from polybatch.vendor import Vendor

from . import sink
from .machine import Shard

EMPTY = 3
"""How many downloads in a row must be without any result before that is believed."""


@define
class Haul:
    """One download of a shard's results, on its way into a file."""

    vendor: Vendor
    shard: Shard
    file: sink.SafeFile
    read: int = 0
    unreadable: int = 0

    def take(self, records: Sequence[bytes]) -> Sequence[bytes]:
        """Keep records as they came, and see whether they are results."""
        for record in records:
            try:
                self.vendor.decode(record, self.shard.batch_id or "")
            except ContractError:
                self.unreadable += 1
            else:
                self.read += 1
            self.file.write(sink.one_line(record))
        return ()

    @property
    def sha256(self) -> str:
        """What tells this download from another."""
        return self.file.digest.hexdigest()

    def lacking(self, counted: int | None) -> str | None:
        """What is wrong with the download, if anything. Raises ContractError where it holds no results at all."""
        if self.unreadable and not self.read:
            raise ContractError("what was fetched holds no results", hint="is something between here and the vendor?")
        if self.unreadable:
            return f"{self.unreadable} of {self.read + self.unreadable} results cannot be read"
        wanted = counted or (self.shard.items if self.shard.status is BatchStatus.COMPLETED and not self.read else 0)
        return f"{self.read} of {wanted} results came" if self.read < wanted else None

    def believed(self) -> bool:
        """Whether the same has come before, and often enough."""
        again, self.shard.last_fetched = self.shard.last_fetched == self.sha256, self.sha256
        return again and (self.read > 0 or self.shard.tries + 1 >= EMPTY)
