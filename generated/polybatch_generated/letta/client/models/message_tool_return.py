# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 00008d6346f9e762c3400b3e0039f0b1d4b65879906c87c16d522a93e854cc9b

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.tool_return_status import ToolReturnStatus
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.image_content import ImageContent
    from ..models.text_content import TextContent
    from ..models.unknown_letta_tool_return_content_union import UnknownLettaToolReturnContentUnion


@_attrs_define
class MessageToolReturn:
    status: str | ToolReturnStatus
    tool_call_id: Any | None | Unset = UNSET
    stdout: list[str] | None | Unset = UNSET
    stderr: list[str] | None | Unset = UNSET
    func_response: list[ImageContent | TextContent | UnknownLettaToolReturnContentUnion] | None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.image_content import ImageContent
        from ..models.text_content import TextContent

        status: str
        if isinstance(self.status, ToolReturnStatus):
            status = self.status.value
        else:
            status = self.status
        tool_call_id: Any | None | Unset
        if isinstance(self.tool_call_id, Unset):
            tool_call_id = UNSET
        else:
            tool_call_id = self.tool_call_id
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
        func_response: list[dict[str, Any]] | None | str | Unset
        if isinstance(self.func_response, Unset):
            func_response = UNSET
        elif isinstance(self.func_response, list):
            func_response = []
            for func_response_option_2_item_data in self.func_response:
                func_response_option_2_item: dict[str, Any]
                if isinstance(func_response_option_2_item_data, TextContent):
                    func_response_option_2_item = func_response_option_2_item_data.to_dict()
                elif isinstance(func_response_option_2_item_data, ImageContent):
                    func_response_option_2_item = func_response_option_2_item_data.to_dict()
                else:
                    func_response_option_2_item = func_response_option_2_item_data.to_dict()

                func_response.append(func_response_option_2_item)

        else:
            func_response = self.func_response
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["status"] = status
        if tool_call_id is not UNSET:
            _dict["tool_call_id"] = tool_call_id
        if stdout is not UNSET:
            _dict["stdout"] = stdout
        if stderr is not UNSET:
            _dict["stderr"] = stderr
        if func_response is not UNSET:
            _dict["func_response"] = func_response
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.image_content import ImageContent
        from ..models.text_content import TextContent
        from ..models.unknown_letta_tool_return_content_union import UnknownLettaToolReturnContentUnion

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"MessageToolReturn: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)

        def _parse_status(data: object) -> str | ToolReturnStatus:
            if isinstance(data, str):
                try:
                    status_option_1 = ToolReturnStatus(data)

                    return status_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, str):
                return data
            raise TypeError(f"status: no member of the union fits this {type(data).__name__}")

        status = _parse_status(_src.pop("status"))

        def _parse_tool_call_id(data: object) -> Any | None | Unset:
            if isinstance(data, Unset):
                return data
            return data
            if data is None:
                return data
            raise TypeError(f"tool_call_id: no member of the union fits this {type(data).__name__}")

        tool_call_id = _parse_tool_call_id(_src.pop("tool_call_id", UNSET))

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

        def _parse_func_response(
            data: object,
        ) -> list[ImageContent | TextContent | UnknownLettaToolReturnContentUnion] | None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if isinstance(data, list):
                try:
                    func_response_option_2 = []
                    _func_response_option_2 = data
                    for func_response_option_2_item_data in _func_response_option_2:

                        def _parse_func_response_option_2_item(
                            data: object,
                        ) -> ImageContent | TextContent | UnknownLettaToolReturnContentUnion:
                            if isinstance(data, dict) and data.get("type") == ("text"):
                                func_response_option_2_item_option_1 = TextContent.from_dict(data)

                                return func_response_option_2_item_option_1
                            if isinstance(data, dict) and data.get("type") == ("image"):
                                func_response_option_2_item_option_2 = ImageContent.from_dict(data)

                                return func_response_option_2_item_option_2
                            if isinstance(data, dict):
                                try:
                                    func_response_option_2_item_option_1 = TextContent.from_dict(data)

                                    return func_response_option_2_item_option_1
                                except (TypeError, ValueError, AttributeError, KeyError):
                                    pass

                            if isinstance(data, dict):
                                try:
                                    func_response_option_2_item_option_2 = ImageContent.from_dict(data)

                                    return func_response_option_2_item_option_2
                                except (TypeError, ValueError, AttributeError, KeyError):
                                    pass

                            if isinstance(data, dict):
                                try:
                                    func_response_option_2_item_option_3 = UnknownLettaToolReturnContentUnion.from_dict(
                                        data
                                    )

                                    return func_response_option_2_item_option_3
                                except (TypeError, ValueError, AttributeError, KeyError):
                                    pass

                            raise TypeError(
                                f"func_response_option_2_item: no member of the union fits this {type(data).__name__}"
                            )

                        func_response_option_2_item = _parse_func_response_option_2_item(
                            func_response_option_2_item_data
                        )

                        func_response_option_2.append(func_response_option_2_item)

                    return func_response_option_2
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"func_response: no member of the union fits this {type(data).__name__}")

        func_response = _parse_func_response(_src.pop("func_response", UNSET))

        _obj = cls(
            status=status,
            tool_call_id=tool_call_id,
            stdout=stdout,
            stderr=stderr,
            func_response=func_response,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
