"""Runs openapi-python-client on the open document, in this process, and lets no warning pass."""

import contextlib
import io
from pathlib import Path
from typing import Any

from attrs import evolve
from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader
from openapi_python_client import Project
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.union import UnionProperty
from openapi_python_client.schema.untrusted_string import UntrustedString
from openapi_python_client.strings import PythonIdentifier

from .documents import Document
from .errors import SpecError

TEMPLATES = Path(__file__).parents[1] / "templates"


def write_client(document: Document, output: Path, templates: Path | None = TEMPLATES) -> None:
    """Writes the client package to `output`, which must not exist yet. `templates=None`: as the tool comes."""
    config = Config.from_sources(
        ConfigFile(post_hooks=[], package_name_override="client"),
        meta_type=MetaType.NONE,
        document_source=Path("document"),
        file_encoding="utf-8",
        overwrite=False,
        output_path=output,
    )
    data = GeneratorData.from_dict(document, config=config)
    if isinstance(data, GeneratorError):
        raise _error([data])
    if templates is not None:
        _name_locals(data, config)
    project = Project(openapi=data, config=config, custom_template_path=templates)
    if templates is not None:
        # `stock/…` lets an override build on the template it overrides.
        stock = PackageLoader("openapi_python_client")
        project.env.loader = ChoiceLoader([FileSystemLoader(templates), stock, PrefixLoader({"stock": stock})])
        project.env.globals.update(security=security(document), reply_type=reply_type, takes_null=takes_null)
    with contextlib.redirect_stdout(io.StringIO()):
        faults = project.build()
    if faults:
        raise _error(list(faults))
    if templates is not None:
        # Nothing raises on an unexpected status: see endpoint_module.py.jinja.
        (output / "errors.py").unlink()


def security(document: Document) -> dict[str, str]:
    """Name and prefix of the header that carries the key, from the first security scheme a header can carry."""
    for scheme in document.get("components", {}).get("securitySchemes", {}).values():
        if scheme.get("type") == "apiKey" and scheme.get("in") == "header":
            return {"header": scheme["name"], "prefix": ""}
        if scheme.get("type") == "http" and scheme.get("scheme", "").lower() == "bearer":
            return {"header": "Authorization", "prefix": "Bearer"}
    return {"header": "Authorization", "prefix": "Bearer"}


def _atoms(prop: Any) -> list[str]:
    parts = prop.inner_properties if isinstance(prop, UnionProperty) else [prop]
    return [part.get_type_string(no_optional=True).as_unembedded_code() for part in parts]


def reply_type(endpoint: Endpoint) -> str:
    """The type of whatever an operation may parse a reply to; only JSON is parsed."""
    json = [response.prop for response in endpoint.responses if response.source["attribute"] == "response.json()"]
    atoms = {atom for prop in json for atom in _atoms(prop)}
    return "Any" if "Any" in atoms else " | ".join(sorted(atoms - {"None"})) or "None"


def takes_null(prop: Any) -> bool:
    """May the reply be null? Then an empty body is as good."""
    return not {"Any", "None"}.isdisjoint(_atoms(prop))


def _error(faults: list[GeneratorError]) -> SpecError:
    words = [" ".join(f"{fault.header} {fault.detail or ''}".split()) for fault in faults]
    return SpecError("\n".join(f"openapi-python-client: {word}" for word in words))


def _name_locals(data: GeneratorData, config: Config) -> None:
    """Replaces the generator's names for locals (`response_200`, `content_type_0`) by names that read well."""
    for model in data.models:
        held = [*(model.required_properties or []), *(model.optional_properties or [])]
        for holder in (*held, model.additional_properties):
            _name_parts(holder, config)
    for collection in data.endpoint_collections_by_tag.values():
        for endpoint in collection.endpoints:
            for parameter in endpoint.list_all_parameters():
                _name_parts(parameter, config)
            for response in endpoint.responses:
                response.prop = _named(response.prop, f"reply_{response.status_code.pattern.lower()}", config)
                _name_parts(response.prop, config)


def _named(prop: Any, name: str, config: Config) -> Any:
    return evolve(prop, name=UntrustedString(name), python_name=PythonIdentifier(name, config.field_prefix))


def _name_parts(holder: Any, config: Config) -> None:
    # Inner properties are shared between the unions that contain them: each holder gets copies of its own.
    if isinstance(holder, UnionProperty):
        holder.inner_properties = [
            _named(inner, f"{holder.python_name}_option_{index}", config)
            for index, inner in enumerate(holder.inner_properties, start=1)
        ]
        for inner in holder.inner_properties:
            _name_parts(inner, config)
    elif isinstance(holder, ListProperty):
        holder.inner_property = _named(holder.inner_property, f"{holder.python_name}_item", config)
        _name_parts(holder.inner_property, config)
