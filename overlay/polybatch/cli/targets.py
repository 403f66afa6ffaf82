"""`--to VENDOR[:MODEL]`, several times: who is asked, how the files of each are named, which options are whose."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from attrs import frozen

from polybatch.errors import InputError
from polybatch.run.settings import default_paths
from polybatch.vendors import find_vendor, names

from . import options

MARKS = {"%2F": "+", "%3A": "="}
"""How the marks that are frequent in names of models are written in names of files; a plus itself is %2B there."""
LONGEST = 80
"""Characters of a model in the name of a file."""
OPTION, BASE_URL = ("--option", "."), ("--base-url", "=")
"""Options that are a vendor's, and what stands between its name and the rest."""


@frozen
class Target:
    """A vendor and a model; its run is one of its own."""

    vendor: str
    model: str | None = None

    @property
    def name(self) -> str:
        """As it was given."""
        return self.vendor if self.model is None else f"{self.vendor}:{self.model}"

    @property
    def file_name(self) -> str:
        """As part of a file's name: another for every target, and the same whatever other targets there are."""
        if self.model is None:
            return self.vendor
        written = re.sub("%2F|%3A", lambda mark: MARKS[mark[0]], quote(self.model, safe="@", errors="surrogatepass"))
        if len(written) > LONGEST:
            digest = hashlib.sha256(self.model.encode(errors="surrogatepass")).hexdigest()[:12]
            written = f"{written[: LONGEST - 13]}-{digest}"
        return f"{self.vendor}-{written}"

    def places(self, requests: Path, run_dir: Path | None) -> tuple[Path, Path]:
        """Where its results and its journal go."""
        if run_dir is None:
            return default_paths(requests, self.file_name)
        return run_dir / f"{self.file_name}.results.jsonl", run_dir / self.file_name


def read(texts: Sequence[str]) -> list[Target]:
    """The targets. Raises InputError."""
    found: list[Target] = []
    for text in texts:
        vendor, colon, model = text.partition(":")
        find_vendor(vendor)
        if colon and not model.strip():
            raise InputError(f"--to {text}: a model is missing behind the colon", hint=f"--to {vendor} names none")
        if (target := Target(vendor, model if colon else None)) in found:
            raise InputError(f"--to {text} is given twice", hint="each target is a run of its own, and is paid for")
        found.append(target)
    return found


def own_options(given: Sequence[str], targets: Sequence[Target]) -> Mapping[str, dict[str, Any]]:
    """The options of each vendor. Raises InputError."""
    texts = _sorted(OPTION, given, targets)
    return {vendor: options.read_pairs(pairs, vendor) for vendor, pairs in texts.items()}


def base_urls(given: Sequence[str], targets: Sequence[Target]) -> Mapping[str, str | None]:
    """Where each vendor is. Raises InputError."""
    texts = _sorted(BASE_URL, given, targets)
    return {vendor: urls[-1] if urls and urls[-1] else None for vendor, urls in texts.items()}


def _sorted(kind: tuple[str, str], given: Sequence[str], targets: Sequence[Target]) -> dict[str, list[str]]:
    """Texts by vendor; where there is only one vendor it need not stand before them."""
    option, mark = kind
    found: dict[str, list[str]] = {target.vendor: [] for target in targets}
    for text in given:
        vendor, parted, rest = text.partition(mark)
        if vendor in found and (rest or (parted and kind is BASE_URL)):  # no address is its own
            found[vendor].append(rest)
        elif vendor in names() and rest:
            raise InputError(f"{option} {text}: {vendor} is no target", hint=f"--to {vendor}[:MODEL] makes it one")
        elif len(found) > 1:
            raise InputError(f"{option} {text}: whose is it?", hint=f"{option} {next(iter(found))}{mark}{text}")
        else:
            next(iter(found.values())).append(text)
    return found
