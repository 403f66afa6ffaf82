"""One vendor from specs to the raw package: load, patch, prune, check, derive, generate."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from . import clients, structs
from .checks import check
from .documents import Document, digest, dump_json, load_yaml
from .errors import SpecError
from .finishing import COMMAND
from .flattening import wire_document
from .manifest import Vendor
from .opening import open_document
from .patching import apply_patches
from .pruning import prune
from .requesting import params_document


@dataclass(frozen=True)
class Compiled:
    """What the lock file says about one vendor."""

    openapi: str
    patches: str
    effective: str
    retrieved: str

    def entry(self) -> Document:
        """As it stands in manifest.lock."""
        return {
            "openapi.yaml": self.openapi,
            "patches.yaml": self.patches,
            "effective": self.effective,
            "retrieved": self.retrieved,
        }


def strict_document(specs: Path, vendor: Vendor) -> Document:
    """openapi.yaml with patches.yaml applied, reduced to what the manifest wants, and found sound."""
    folder = specs / vendor.name
    with _about(vendor):
        document = apply_patches(load_yaml(folder / "openapi.yaml"), load_yaml(folder / "patches.yaml"))
        strict = prune(document, vendor)
        check(strict, vendor)
    return strict


def write_vendor(specs: Path, vendor: Vendor, package: Path) -> Compiled:
    """Writes `package/<vendor>`, unformatted and without headers."""
    strict = strict_document(specs, vendor)
    effective = digest(dump_json(strict))
    note = f"Machine-written by {COMMAND}: do not edit. sha256 of the document without this line: {effective}"
    folder = package / vendor.name
    folder.mkdir(parents=True)
    with _about(vendor):
        clients.write_client(open_document(strict, vendor), folder / "client")
        wire = structs.wire_module(wire_document(strict, vendor))
        params = structs.params_module(params_document(strict, vendor))
    sources = {
        "openapi.json": dump_json({**strict, "x-generated": note}),
        "__init__.py": _init(strict, vendor),
        "wire.py": f'"""Result lines and replies of {vendor.title}, read tolerantly."""\n{wire}',
        "params.py": f'"""What a request to {vendor.title} may contain."""\n{params}',
    }
    for name, content in sources.items():
        (folder / name).write_text(content, encoding="utf-8", newline="\n")
    return Compiled(
        openapi=digest((specs / vendor.name / "openapi.yaml").read_bytes()),
        patches=digest((specs / vendor.name / "patches.yaml").read_bytes()),
        effective=effective,
        retrieved=vendor.retrieved.isoformat(),
    )


@contextlib.contextmanager
def _about(vendor: Vendor) -> Iterator[None]:
    """Every fault found within is one of this vendor's."""
    try:
        yield
    except SpecError as error:
        raise SpecError("\n".join(f"{vendor.name}: {line}" for line in str(error).splitlines())) from None


def _init(strict: Document, vendor: Vendor) -> str:
    """The vendor package itself: where the API is and which header carries the key."""
    servers = [server["url"] for server in strict.get("servers", [])]
    schemes = strict.get("components", {}).get("securitySchemes", {})
    return "\n".join(
        [
            f'"""{vendor.title}: generated from specs/{vendor.name}."""',
            "",
            "from typing import Any, Final",
            "",
            f"SERVERS: Final[tuple[str, ...]] = {tuple(servers)!r}",
            f"SECURITY_SCHEMES: Final[dict[str, dict[str, Any]]] = {schemes!r}",
            "",
        ]
    )
