# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 00008d6346f9e762c3400b3e0039f0b1d4b65879906c87c16d522a93e854cc9b

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.tool_return_status import ToolReturnStatus
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.image_content import ImageContent
    from ..models.text_content import TextContent
    from ..models.unknown_letta_tool_return_content_union import UnknownLettaToolReturnContentUnion


@_attrs_define
class ToolReturn:
    tool_return: list[ImageContent | TextContent | UnknownLettaToolReturnContentUnion] | str
    status: ToolReturnStatus
    tool_call_id: str
    type_: Literal["tool"] | Unset = "tool"
    stdout: list[str] | None | Unset = UNSET
    stderr: list[str] | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.image_content import ImageContent
        from ..models.text_content import TextContent

        tool_return: list[dict[str, Any]] | str
        if isinstance(self.tool_return, list):
            tool_return = []
            for tool_return_option_1_item_data in self.tool_return:
                tool_return_option_1_item: dict[str, Any]
                if isinstance(tool_return_option_1_item_data, TextContent):
                    tool_return_option_1_item = tool_return_option_1_item_data.to_dict()
                elif isinstance(tool_return_option_1_item_data, ImageContent):
                    tool_return_option_1_item = tool_return_option_1_item_data.to_dict()
                else:
                    tool_return_option_1_item = tool_return_option_1_item_data.to_dict()

                tool_return.append(tool_return_option_1_item)

        else:
            tool_return = self.tool_return
        status = self.status.value
        tool_call_id = self.tool_call_id
        type_ = self.type_
        stdout: list[str] | None | Unset
        if isinstance(self.stdout, Unset):
            stdout = UNSET
        elif isinstance(self.stdout, list):
            stdout = self.stdout

        else:
            stdout = self.stdout
        stderr: list[str] | None | Unset
        if isinstance(self.stderr, Unset):
            stderr = UNSET
        elif isinstance(self.stderr, list):
            stderr = self.stderr

        else:
            stderr = self.stderr
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["tool_return"] = tool_return
        _dict["status"] = status
        _dict["tool_call_id"] = tool_call_id
        if type_ is not UNSET:
            _dict["type"] = type_
        if stdout is not UNSET:
            _dict["stdout"] = stdout
        if stderr is not UNSET:
            _dict["stderr"] = stderr
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.image_content import ImageContent
        from ..models.text_content import TextContent
        from ..models.unknown_letta_tool_return_content_union import UnknownLettaToolReturnContentUnion

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"ToolReturn: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)

        def _parse_tool_return(
            data: object,
        ) -> list[ImageContent | TextContent | UnknownLettaToolReturnContentUnion] | str:
            if isinstance(data, list):
                try:
                    tool_return_option_1 = []
                    _tool_return_option_1 = data
                    for tool_return_option_1_item_data in _tool_return_option_1:

                        def _parse_tool_return_option_1_item(
                            data: object,
                        ) -> ImageContent | TextContent | UnknownLettaToolReturnContentUnion:
                            if isinstance(data, dict) and data.get("type") == ("text"):
                                tool_return_option_1_item_option_1 = TextContent.from_dict(data)

                                return tool_return_option_1_item_option_1
                            if isinstance(data, dict) and data.get("type") == ("image"):
                                tool_return_option_1_item_option_2 = ImageContent.from_dict(data)

                                return tool_return_option_1_item_option_2
                            if isinstance(data, dict):
                                try:
                                    tool_return_option_1_item_option_1 = TextContent.from_dict(data)

                                    return tool_return_option_1_item_option_1
                                except (TypeError, ValueError, AttributeError, KeyError):
                                    pass

                            if isinstance(data, dict):
                                try:
                                    tool_return_option_1_item_option_2 = ImageContent.from_dict(data)

                                    return tool_return_option_1_item_option_2
                                except (TypeError, ValueError, AttributeError, KeyError):
                                    pass

                            if isinstance(data, dict):
                                try:
                                    tool_return_option_1_item_option_3 = UnknownLettaToolReturnContentUnion.from_dict(
                                        data
                                    )

                                    return tool_return_option_1_item_option_3
                                except (TypeError, ValueError, AttributeError, KeyError):
                                    pass

                            raise TypeError(
                                f"tool_return_option_1_item: no member of the union fits this {type(data).__name__}"
                            )

                        tool_return_option_1_item = _parse_tool_return_option_1_item(tool_return_option_1_item_data)

                        tool_return_option_1.append(tool_return_option_1_item)

                    return tool_return_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, str):
                return data
            raise TypeError(f"tool_return: no member of the union fits this {type(data).__name__}")

        tool_return = _parse_tool_return(_src.pop("tool_return"))

        status = ToolReturnStatus(_src.pop("status"))

        tool_call_id = _src.pop("tool_call_id")
        type_ = cast(Literal["tool"] | Unset, _src.pop("type", UNSET))
        if type_ != "tool" and not isinstance(type_, Unset):
            raise ValueError(f"type must match const 'tool', got '{type_}'")

        def _parse_stdout(data: object) -> list[str] | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                return data
            if data is None:
                return data
            raise TypeError(f"stdout: no member of the union fits this {type(data).__name__}")

        stdout = _parse_stdout(_src.pop("stdout", UNSET))

        def _parse_stderr(data: object) -> list[str] | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                return data
            if data is None:
                return data
            raise TypeError(f"stderr: no member of the union fits this {type(data).__name__}")

        stderr = _parse_stderr(_src.pop("stderr", UNSET))

        _obj = cls(
            tool_return=tool_return,
            status=status,
            tool_call_id=tool_call_id,
            type_=type_,
            stdout=stdout,
            stderr=stderr,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
