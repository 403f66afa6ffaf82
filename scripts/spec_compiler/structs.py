"""Runs datamodel-code-generator, in this process: msgspec structs for the data plane, TypedDicts for the user."""

from collections import defaultdict
from typing import Any

from datamodel_code_generator import InputFileType, PythonVersion, generate
from datamodel_code_generator._shared_types import LiteralType
from datamodel_code_generator.enums import DataModelType

from .documents import Document
from .flattening import RAW


def wire_module(document: Document) -> str:
    """The source of wire.py."""
    # No reference cycle can be decoded from JSON, so the collector need not watch these objects.
    options = defaultdict[str, dict[str, Any]](dict, {"#all#": {"base_class_kwargs": {"frozen": True, "gc": False}}})
    return _generate(
        document,
        output_model_type=DataModelType.MsgspecStruct,
        strict_nullable=True,
        type_overrides={RAW: "msgspec.Raw"},
        extra_template_data=options,
    )


def params_module(document: Document) -> str:
    """The source of params.py."""
    return _generate(
        document,
        output_model_type=DataModelType.TypingTypedDict,
        enum_field_as_literal=LiteralType.All,
        # Closed TypedDicts would need typing_extensions at run time.
        use_closed_typed_dict=False,
    )


def _generate(document: Document, **options: Any) -> str:
    source = generate(
        document,
        input_file_type=InputFileType.OpenAPI,
        target_python_version=PythonVersion.PY_311,
        formatters=[],
        disable_timestamp=True,
        custom_file_header="# replaced",
        keep_model_order=True,
        use_schema_description=True,
        use_single_line_docstring=True,
        **options,
    )
    if not isinstance(source, str):
        msg = f"datamodel-code-generator returned {type(source).__name__}, not one module"
        raise TypeError(msg)
    return source.removeprefix("# replaced").lstrip()
