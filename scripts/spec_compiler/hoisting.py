"""Gives inline enums and typed maps a name, owner and property, so that the generator need not invent one."""

from .documents import Document
from .errors import SpecError
from .simplifying import is_free, is_map, pascal, words_of
from .walking import Schema, parameters, ref

_LISTS = ("allOf", "anyOf", "oneOf")


def hoist(document: Document) -> None:
    """Moves them to components/schemas, in place."""
    schemas: dict[str, Schema] = document["components"]["schemas"]
    hoister = _Hoister(schemas)
    for name in list(schemas):
        schemas[name] = hoister.below(schemas[name], name)
    for parameter in parameters(document):
        if "schema" in parameter:
            parameter["schema"] = hoister.visit(parameter["schema"], pascal(parameter["name"]))
    schemas.update(hoister.named)


class _Hoister:
    def __init__(self, schemas: dict[str, Schema]) -> None:
        self.schemas = schemas
        self.named: dict[str, Schema] = {}

    def visit(self, schema: Schema, name: str) -> Schema:
        result = self.below(schema, name)
        typed_map = is_map(result) and not is_free(result) and "const" not in result
        return self._place(result, name) if words_of(result) or typed_map else result

    def below(self, schema: Schema, name: str) -> Schema:
        result = dict(schema)
        for key in _LISTS:
            if key in result:
                result[key] = [self.visit(branch, name) for branch in result[key]]
        if isinstance(result.get("items"), dict):
            result["items"] = self.visit(result["items"], name)
        if isinstance(result.get("additionalProperties"), dict):
            result["additionalProperties"] = self.visit(result["additionalProperties"], f"{name}Value")
        if "properties" in result:
            held = result["properties"].items()
            result["properties"] = {key: self.visit(value, name + pascal(key)) for key, value in held}
        return result

    def _place(self, schema: Schema, name: str) -> Schema:
        plain = {key: value for key, value in schema.items() if key not in ("default", "description", "title")}
        known = self.named.get(name, self.schemas.get(name, plain))
        if known != plain:
            msg = f"two different schemas would be called {name}: name one of them by a patch"
            raise SpecError(msg)
        self.named[name] = plain
        # A default beside a reference is only read in a union of one.
        return {"anyOf": [ref(name)], "default": schema["default"]} if "default" in schema else ref(name)
