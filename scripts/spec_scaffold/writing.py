"""The files of a new vendor as text: what a Shape says, put into the templates."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from scripts.spec_compiler.documents import Document
from scripts.spec_compiler.errors import SpecError
from scripts.spec_compiler.simplifying import pascal
from scripts.spec_compiler.walking import name_of, resolve

from .shape import ENDS, Shape, argument, plain, sample, types

TEMPLATES = Path(__file__).parent / "templates"
PHASES = {
    "validating": ("VALIDATING", "IN_PROGRESS", "FINALIZING"),
    "in_progress": ("IN_PROGRESS", "VALIDATING", "FINALIZING"),
    "finalizing": ("FINALIZING", "IN_PROGRESS", "VALIDATING"),
    "cancelling": ("CANCELLING", "IN_PROGRESS", "VALIDATING"),
    "completed": ("COMPLETED",),
    "failed": ("FAILED", "CANCELLED", "EXPIRED", "COMPLETED"),
    "expired": ("EXPIRED", "FAILED", "COMPLETED"),
    "cancelled": ("CANCELLED", "FAILED", "COMPLETED"),
}
"""The sandbox's phases, each with ours that come nearest where the vendor has no word for it."""


OURS = "lint.isort.known-first-party = ['polybatch', 'polybatch_sandbox', 'polybatch_generated']"


class Code(str):
    """A piece of Python inside a literal."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def yaml_text(head: str, document: Document) -> str:
    """A document as it is kept: a comment at the top, no line longer than it must be, no anchors."""
    return head + yaml.dump(document, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=120)


class _Plain(yaml.SafeDumper):
    """Without anchors: what is equal by chance is not one thing."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML's signature
        return True


def manifest_text(shape: Shape, source: str, kind: str, retrieved: str) -> str:
    """The vendor's table of manifest.toml."""
    views = [shape.batch, shape.listing or "", "CompletionBody", shape.error]
    lists = {
        "operations": [*shape.operations],
        "glances": [shape.item, f"{shape.item_body}:model"],
        "lines": [shape.line],
        "views": [view for view in dict.fromkeys(views) if view],
        "raw": [shape.batch, "CompletionBody"],
        "free": [shape.item_body] if shape.free_body else [],
    }
    rows = [f"[{shape.name}]", f"title = {_toml(shape.title + ' batches')}"]
    if shape.inferred:
        rows.append("# ASK: which page or document says what openapi.yaml says, and when was it read?")
    rows += [f"source = {_toml(source)}", f"kind = {_toml(kind)}", f"retrieved = {retrieved}"]
    rows += [f"operations = {_toml(lists.pop('operations'))}", f"item = {_toml(shape.item)}"]
    rows += [f"{key} = {_toml(value)}" for key, value in lists.items()]
    return "\n" + "\n".join(rows) + "\n"


def _toml(value: str | list[str]) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def python_texts(shape: Shape) -> tuple[str, str]:
    """The client's file and the sandbox's."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True, autoescape=False,  # noqa: S701 - Python, not HTML
    )  # fmt: skip
    context = {**_common(shape), **_client(shape), **_behaviour(shape)}
    return (
        tidied(environment.get_template("vendor.py.jinja").render(context)),
        tidied(environment.get_template("behaviour.py.jinja").render(context)),
    )


def tidied(source: str) -> str:
    """Python without what it does not need, formatted as the project is."""
    for step in (("check", "--fix", "--quiet", "--select", "F401,F841,I", "--exit-zero"), ("format", "--quiet")):
        settings = ("--isolated", "--no-cache", "--line-length", "120", "--target-version", "py311", "--config", OURS)
        command = (sys.executable, "-m", "ruff", *step, *settings, "--stdin-filename", "vendor.py", "-")
        done = subprocess.run(command, input=source, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            raise SpecError(f"the scaffold wrote Python that ruff does not read: {done.stderr.strip()}\n{source}")
        source = done.stdout
    return source


def _common(shape: Shape) -> dict[str, Any]:
    return {
        **vars(shape),
        "operations": sorted(shape.operations),
        "cls": pascal(shape.title) if pascal(shape.title).isidentifier() else pascal(shape.name),
        "variable": f"{shape.name.upper()}_API_KEY",
        "token": shape.token,
        "cancel_answers": shape.has("cancel_batch") and shape.answers_batch("cancel_batch"),
    }


def _client(shape: Shape) -> dict[str, Any]:
    parameters = [option for option in shape.options if option.where != "body"]

    def given(operation: str, before: str = ", ") -> str:
        own = [option for option in parameters if operation in option.operations]
        values = (
            f"self.options.{option.name}" if option.required else f"_or_unset(self.options.{option.name})"
            for option in own
        )
        return "".join(f"{before}{option.name}={value}" for option, value in zip(own, values, strict=True))

    paging = [f"{argument(shape.size)}={'min(limit, PAGE)' if shape.largest else 'limit'}"] if shape.size else []
    paging += [f"{argument(shape.cursor)}=after or UNSET"] if shape.cursor else []
    holder = "counts" if shape.counting else "own"
    eight = [word.upper() for word in shape.words] == [*shape.words.values()] and len(shape.words) == len(PHASES)
    return {
        "given": given,
        "parameters": [option for option in parameters if not option.required],
        "body_options": [option for option in shape.options if option.where == "body"],
        "list_arguments": ", ".join(paging) + given("list_batches", "" if not paging else ", "),
        "next_page": _next_page(shape),
        "recognises_results": shape.has("list_batches") and not shape.token,
        "assumed": "maxItems"
        not in plain(shape.document, shape.schema(shape.create_body)["properties"][shape.requests]),
        "own_statuses": not eight,
        **_typed(shape),
        "response": name_of(_object(shape.schema(shape.line)["properties"]["response"])),
        "count_arguments": ", ".join(f"{holder}.{name}" for name in shape.counts.values()),
        "complaint_code": _complaint(shape, "code"),
        "complaint_message": _complaint(shape, "message"),
    }


def _typed(shape: Shape) -> dict[str, str]:
    """What an item and a create must have beside what is always given: constants, else what the caller gives."""
    item, body = shape.schema(shape.item), shape.schema(shape.create_body)
    beside = [name for name in item.get("required", []) if name not in {"custom_id", shape.body}]
    constant = {name: plain(shape.document, item["properties"][name]).get("const") for name in beside}
    ignored = "  # type: ignore[typeddict-item]"
    more = [name for name in body.get("required", []) if name != shape.requests]
    return {
        "constants": "".join(f", {name}={value!r}" for name, value in constant.items() if value is not None),
        "item_note": f"{ignored} # the caller gives the rest" if None in constant.values() else "",
        "body_note": f"{ignored} # the options give the rest" if more else "",
    }


def _object(schema: Document) -> Document:
    """The reference of a member, null beside it or not."""
    branches = [branch for branch in [*schema.get("anyOf", []), *schema.get("oneOf", [])] if "$ref" in branch]
    return branches[0] if branches else schema


def _complaint(shape: Shape, role: str) -> str:
    return f"_word(error.{shape.complaint[role]})" if role in shape.complaint else "None"


def _next_page(shape: Shape) -> str:
    if not shape.cursor:
        return "None"
    last = "batches[-1].id"
    if shape.following and shape.following != "last_id":
        return f"page.{shape.following} or None"
    if shape.more:
        following = f"(page.{shape.following} or {last})" if shape.following else last
        return f"{following} if page.{shape.more} and batches else None"
    return f"{last} if len(batches) >= limit else None"


def _behaviour(shape: Shape) -> dict[str, Any]:
    words = {ours: word for word, ours in reversed(shape.words.items())}
    phases = {phase: next(words[ours] for ours in near if ours in words) for phase, near in PHASES.items()}
    code = plain(shape.document, shape.member(shape.inner_error or shape.error, shape.complaint["code"])) if (
        "code" in shape.complaint
    ) else {}  # fmt: skip
    line = shape.schema(shape.line)
    extra = {
        name: sample(shape.document, line["properties"][name])
        for name in line.get("required", [])
        if name not in {"custom_id", "response", "error"}
    }
    return {
        "phases": phases,
        "invalid": 422 if "422" in _operation(shape, "create_batch")["responses"] else 400,
        "created": int(_reply(shape, "create_batch")[0]),
        "code_expression": _code(shape, code),
        "error_expression": repr(_refusal(shape)),
        "list_expression": repr(_page(shape)),
        "cancel_expression": _other(shape, "cancel_batch"),
        "delete_expression": _other(shape, "delete_batch"),
        "batch_lines": _batch_lines(shape),
        "needs": {word for word in ("results", "ended") if f"if {word} else" in "".join(_batch_lines(shape))},
        "line_drops": any(
            "null" not in types(shape.document, line["properties"][name]) for name in ("response", "error")
        ),
        "batch_id": _parameter(shape, "get_batch"),
        "cancel_id": _parameter(shape, "cancel_batch"),
        "delete_id": _parameter(shape, "delete_batch"),
        "results_id": _parameter(shape, "batch_results"),
        "line_extra": repr(extra) if extra else "",
    }


def _operation(shape: Shape, name: str) -> Document:
    path, method = shape.operations[name]
    found: Document = shape.document["paths"][path][method]
    return found


def _parameter(shape: Shape, name: str) -> str:
    return shape.operations[name][0].rpartition("{")[2].partition("}")[0] if shape.has(name) else ""


def _reply(shape: Shape, name: str) -> tuple[str, str | None, Document | None]:
    """Status of an operation's success, the name of its JSON schema, and the schema."""
    for status, reply in _operation(shape, name)["responses"].items():
        if status.startswith("2"):
            media = resolve(shape.document, reply).get("content", {}).get("application/json", {})
            return status.replace("X", "0"), name_of(media.get("schema")), media.get("schema")
    raise SpecError(f"{name} declares no success")


def _other(shape: Shape, name: str) -> str:
    """The reply of an operation that does not answer the batch."""
    if not shape.has(name):
        return ""
    status, _, schema = _reply(shape, name)
    if schema is None:
        return f"Response({status})"
    value = sample(shape.document, schema)
    if isinstance(value, dict) and shape.members["id"] in value:
        value[shape.members["id"]] = Code("batch.id")
    return f"json_reply({value!r}, status={status})"


def _code(shape: Shape, code: Document) -> str:
    if "enum" in code:
        return repr(code["enum"][0])
    return "refusal.status" if types(shape.document, code) == {"integer"} else "answers.error_word(str(refusal.status))"


def _refusal(shape: Shape) -> Document:
    value, inner = shape.refusal()
    for role, code in (("message", "refusal.message"), ("code", "code")):
        if role in shape.complaint:
            inner[shape.complaint[role]] = Code(code)
    return value


def _page(shape: Shape) -> Any:
    if shape.listing is None:
        return None
    if not shape.listing:
        return Code("data")
    value: Document = sample(shape.document, shape.schema(shape.listing))
    value[shape.data] = Code("data")
    members = shape.schema(shape.listing)["properties"]
    for name, code in (
        ("first_id", "rows[0].id if rows else None"), ("last_id", "rows[-1].id if rows else None"),
        (shape.more, "len(rest) > len(rows)"),
        (shape.following, "rows[-1].id if rows and len(rest) > len(rows) else None"),
    ):  # fmt: skip
        if name and name in members and not (name == "last_id" and "rest" in code):
            value[name] = Code(code)
    return value


def _batch_lines(shape: Shape) -> list[str]:
    """The members of a batch, each a line of a dict display."""
    return [
        line
        for name, member in shape.schema(shape.batch)["properties"].items()
        if (line := _batch_line(shape, name, member))
    ]


def _batch_line(shape: Shape, name: str, member: Document) -> str:
    """One member: always there, or only under a condition; empty where the sandbox need not know it."""
    required = name in shape.schema(shape.batch).get("required", [])
    null = "null" in types(shape.document, member)
    expression, condition = _value(shape, name, member)
    if not expression and required:
        expression = "None" if null else repr(sample(shape.document, member))
    if not expression:
        return ""
    if not condition:
        return f"{name!r}: {expression},"
    if null and "batch.facts" in condition:
        return f"{name!r}: batch.facts.get({name!r}),"
    if null or required:
        return f"{name!r}: {expression} if {condition} else {None if null else sample(shape.document, member)!r},"
    return f"**({{{name!r}: {expression}}} if {condition} else {{}}),"


def _value(shape: Shape, name: str, member: Document) -> tuple[str, str]:
    """What a member is worth in Python, and when it is there; nothing for one that is not known."""
    role = next((role for role, known in shape.members.items() if known == name), "")
    at = "int({})" if types(shape.document, member) & {"integer", "number"} else "stamp({})"
    known = {
        "id": ("batch.id", ""),
        "status": ("call.effect.word(WORDS[status])", ""),
        "created": (at.format("batch.created_at"), ""),
        "expires": (at.format("batch.created_at + life.DAY"), ""),
        "ended": (at.format("life.ends_at(batch)"), "ended"),
        "output": ('f"file-{file}-out"', "results"),
    }
    if role in known:
        return known[role]
    counts = [*shape.counts.values()]
    counted = {inner: Code(f"self._counts(batch, call.now)[{number}]") for number, inner in enumerate(counts)}
    if role == "counts" and counts:
        return repr({**(sample(shape.document, member) or {}), **counted}), ""
    if not shape.counting and name in counts:
        return counted[name], ""
    if any(option.wire == name for option in shape.options if option.where == "body"):
        return f"batch.facts[{name!r}]", f"{name!r} in batch.facts"
    return (repr(member["const"]), "") if "const" in member else ("", "")


def ends(shape: Shape) -> list[str]:
    """The words after which nothing changes."""
    return [word for word, ours in shape.words.items() if ours in ENDS]
