# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.beta_stop_reason import BetaStopReason
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.beta_advisor_tool_result_block import BetaAdvisorToolResultBlock
    from ..models.beta_bash_code_execution_tool_result_block import BetaBashCodeExecutionToolResultBlock
    from ..models.beta_code_execution_tool_result_block import BetaCodeExecutionToolResultBlock
    from ..models.beta_compaction_block import BetaCompactionBlock
    from ..models.beta_container import BetaContainer
    from ..models.beta_container_upload_block import BetaContainerUploadBlock
    from ..models.beta_context_management_response import BetaContextManagementResponse
    from ..models.beta_diagnostics import BetaDiagnostics
    from ..models.beta_fallback_block import BetaFallbackBlock
    from ..models.beta_input_transformation import BetaInputTransformation
    from ..models.beta_mcp_tool_listing_block import BetaMCPToolListingBlock
    from ..models.beta_mcp_tool_result_block import BetaMCPToolResultBlock
    from ..models.beta_mcp_tool_use_block import BetaMCPToolUseBlock
    from ..models.beta_redacted_thinking_block import BetaRedactedThinkingBlock
    from ..models.beta_refusal_stop_details import BetaRefusalStopDetails
    from ..models.beta_server_tool_use_block import BetaServerToolUseBlock
    from ..models.beta_text_block import BetaTextBlock
    from ..models.beta_text_editor_code_execution_tool_result_block import BetaTextEditorCodeExecutionToolResultBlock
    from ..models.beta_thinking_block import BetaThinkingBlock
    from ..models.beta_tool_search_tool_result_block import BetaToolSearchToolResultBlock
    from ..models.beta_tool_use_block import BetaToolUseBlock
    from ..models.beta_usage import BetaUsage
    from ..models.beta_web_fetch_tool_result_block import BetaWebFetchToolResultBlock
    from ..models.beta_web_search_tool_result_block import BetaWebSearchToolResultBlock
    from ..models.unknown_beta_content_block import UnknownBetaContentBlock


@_attrs_define
class BetaMessage:
    id: str
    type_: str
    role: str
    model: str
    content: list[
        BetaAdvisorToolResultBlock
        | BetaBashCodeExecutionToolResultBlock
        | BetaCodeExecutionToolResultBlock
        | BetaCompactionBlock
        | BetaContainerUploadBlock
        | BetaFallbackBlock
        | BetaMCPToolListingBlock
        | BetaMCPToolResultBlock
        | BetaMCPToolUseBlock
        | BetaRedactedThinkingBlock
        | BetaServerToolUseBlock
        | BetaTextBlock
        | BetaTextEditorCodeExecutionToolResultBlock
        | BetaThinkingBlock
        | BetaToolSearchToolResultBlock
        | BetaToolUseBlock
        | BetaWebFetchToolResultBlock
        | BetaWebSearchToolResultBlock
        | UnknownBetaContentBlock
    ]
    stop_reason: BetaStopReason | None | str
    stop_sequence: None | str
    usage: BetaUsage
    stop_details: BetaRefusalStopDetails | None | Unset = UNSET
    container: BetaContainer | None | Unset = UNSET
    context_management: BetaContextManagementResponse | None | Unset = UNSET
    diagnostics: BetaDiagnostics | None | Unset = UNSET
    input_transformations: list[BetaInputTransformation] | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.beta_advisor_tool_result_block import BetaAdvisorToolResultBlock
        from ..models.beta_bash_code_execution_tool_result_block import BetaBashCodeExecutionToolResultBlock
        from ..models.beta_code_execution_tool_result_block import BetaCodeExecutionToolResultBlock
        from ..models.beta_compaction_block import BetaCompactionBlock
        from ..models.beta_container import BetaContainer
        from ..models.beta_container_upload_block import BetaContainerUploadBlock
        from ..models.beta_context_management_response import BetaContextManagementResponse
        from ..models.beta_diagnostics import BetaDiagnostics
        from ..models.beta_fallback_block import BetaFallbackBlock
        from ..models.beta_mcp_tool_listing_block import BetaMCPToolListingBlock
        from ..models.beta_mcp_tool_result_block import BetaMCPToolResultBlock
        from ..models.beta_mcp_tool_use_block import BetaMCPToolUseBlock
        from ..models.beta_redacted_thinking_block import BetaRedactedThinkingBlock
        from ..models.beta_refusal_stop_details import BetaRefusalStopDetails
        from ..models.beta_server_tool_use_block import BetaServerToolUseBlock
        from ..models.beta_text_block import BetaTextBlock
        from ..models.beta_text_editor_code_execution_tool_result_block import (
            BetaTextEditorCodeExecutionToolResultBlock,
        )
        from ..models.beta_thinking_block import BetaThinkingBlock
        from ..models.beta_tool_search_tool_result_block import BetaToolSearchToolResultBlock
        from ..models.beta_tool_use_block import BetaToolUseBlock
        from ..models.beta_web_fetch_tool_result_block import BetaWebFetchToolResultBlock
        from ..models.beta_web_search_tool_result_block import BetaWebSearchToolResultBlock

        id = self.id
        type_ = self.type_
        role = self.role
        model = self.model
        content = []
        for content_item_data in self.content:
            content_item: dict[str, Any]
            if isinstance(content_item_data, BetaTextBlock):
                content_item = content_item_data.to_dict()
            elif isinstance(content_item_data, BetaThinkingBlock):
                content_item = content_item_data.to_dict()
            elif isinstance(content_item_data, BetaRedactedThinkingBlock):
                content_item = content_item_data.to_dict()
            elif isinstance(content_item_data, BetaToolUseBlock):
                content_item = content_item_data.to_dict()
            elif isinstance(content_item_data, BetaServerToolUseBlock):
                content_item = content_item_data.to_dict()
            elif isinstance(content_item_data, BetaWebSearchToolResultBlock):
                content_item = content_item_data.to_dict()
            elif isinstance(content_item_data, BetaWebFetchToolResultBlock):
                content_item = content_item_data.to_dict()
            elif isinstance(content_item_data, BetaAdvisorToolResultBlock):
                content_item = content_item_data.to_dict()
            elif isinstance(content_item_data, BetaCodeExecutionToolResultBlock):
                content_item = content_item_data.to_dict()
            elif isinstance(content_item_data, BetaBashCodeExecutionToolResultBlock):
                content_item = content_item_data.to_dict()
            elif isinstance(content_item_data, BetaTextEditorCodeExecutionToolResultBlock):
                content_item = content_item_data.to_dict()
            elif isinstance(content_item_data, BetaToolSearchToolResultBlock):
                content_item = content_item_data.to_dict()
            elif isinstance(content_item_data, BetaMCPToolUseBlock):
                content_item = content_item_data.to_dict()
            elif isinstance(content_item_data, BetaMCPToolResultBlock):
                content_item = content_item_data.to_dict()
            elif isinstance(content_item_data, BetaContainerUploadBlock):
                content_item = content_item_data.to_dict()
            elif isinstance(content_item_data, BetaCompactionBlock):
                content_item = content_item_data.to_dict()
            elif isinstance(content_item_data, BetaFallbackBlock):
                content_item = content_item_data.to_dict()
            elif isinstance(content_item_data, BetaMCPToolListingBlock):
                content_item = content_item_data.to_dict()
            else:
                content_item = content_item_data.to_dict()

            content.append(content_item)

        stop_reason: None | str
        if isinstance(self.stop_reason, BetaStopReason):
            stop_reason = self.stop_reason.value
        else:
            stop_reason = self.stop_reason
        stop_sequence: None | str
        stop_sequence = self.stop_sequence
        usage = self.usage.to_dict()
        stop_details: dict[str, Any] | None | Unset
        if isinstance(self.stop_details, Unset):
            stop_details = UNSET
        elif isinstance(self.stop_details, BetaRefusalStopDetails):
            stop_details = self.stop_details.to_dict()
        else:
            stop_details = self.stop_details
        container: dict[str, Any] | None | Unset
        if isinstance(self.container, Unset):
            container = UNSET
        elif isinstance(self.container, BetaContainer):
            container = self.container.to_dict()
        else:
            container = self.container
        context_management: dict[str, Any] | None | Unset
        if isinstance(self.context_management, Unset):
            context_management = UNSET
        elif isinstance(self.context_management, BetaContextManagementResponse):
            context_management = self.context_management.to_dict()
        else:
            context_management = self.context_management
        diagnostics: dict[str, Any] | None | Unset
        if isinstance(self.diagnostics, Unset):
            diagnostics = UNSET
        elif isinstance(self.diagnostics, BetaDiagnostics):
            diagnostics = self.diagnostics.to_dict()
        else:
            diagnostics = self.diagnostics
        input_transformations: list[dict[str, Any]] | None | Unset
        if isinstance(self.input_transformations, Unset):
            input_transformations = UNSET
        elif isinstance(self.input_transformations, list):
            input_transformations = []
            for input_transformations_option_1_item_data in self.input_transformations:
                input_transformations_option_1_item = input_transformations_option_1_item_data.to_dict()
                input_transformations.append(input_transformations_option_1_item)

        else:
            input_transformations = self.input_transformations
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["id"] = id
        _dict["type"] = type_
        _dict["role"] = role
        _dict["model"] = model
        _dict["content"] = content
        _dict["stop_reason"] = stop_reason
        _dict["stop_sequence"] = stop_sequence
        _dict["usage"] = usage
        if stop_details is not UNSET:
            _dict["stop_details"] = stop_details
        if container is not UNSET:
            _dict["container"] = container
        if context_management is not UNSET:
            _dict["context_management"] = context_management
        if diagnostics is not UNSET:
            _dict["diagnostics"] = diagnostics
        if input_transformations is not UNSET:
            _dict["input_transformations"] = input_transformations
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.beta_advisor_tool_result_block import BetaAdvisorToolResultBlock
        from ..models.beta_bash_code_execution_tool_result_block import BetaBashCodeExecutionToolResultBlock
        from ..models.beta_code_execution_tool_result_block import BetaCodeExecutionToolResultBlock
        from ..models.beta_compaction_block import BetaCompactionBlock
        from ..models.beta_container import BetaContainer
        from ..models.beta_container_upload_block import BetaContainerUploadBlock
        from ..models.beta_context_management_response import BetaContextManagementResponse
        from ..models.beta_diagnostics import BetaDiagnostics
        from ..models.beta_fallback_block import BetaFallbackBlock
        from ..models.beta_input_transformation import BetaInputTransformation
        from ..models.beta_mcp_tool_listing_block import BetaMCPToolListingBlock
        from ..models.beta_mcp_tool_result_block import BetaMCPToolResultBlock
        from ..models.beta_mcp_tool_use_block import BetaMCPToolUseBlock
        from ..models.beta_redacted_thinking_block import BetaRedactedThinkingBlock
        from ..models.beta_refusal_stop_details import BetaRefusalStopDetails
        from ..models.beta_server_tool_use_block import BetaServerToolUseBlock
        from ..models.beta_text_block import BetaTextBlock
        from ..models.beta_text_editor_code_execution_tool_result_block import (
            BetaTextEditorCodeExecutionToolResultBlock,
        )
        from ..models.beta_thinking_block import BetaThinkingBlock
        from ..models.beta_tool_search_tool_result_block import BetaToolSearchToolResultBlock
        from ..models.beta_tool_use_block import BetaToolUseBlock
        from ..models.beta_usage import BetaUsage
        from ..models.beta_web_fetch_tool_result_block import BetaWebFetchToolResultBlock
        from ..models.beta_web_search_tool_result_block import BetaWebSearchToolResultBlock
        from ..models.unknown_beta_content_block import UnknownBetaContentBlock

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BetaMessage: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        id = _src.pop("id")
        type_ = _src.pop("type")
        role = _src.pop("role")
        model = _src.pop("model")
        content = []
        _content = _src.pop("content")
        for content_item_data in _content:

            def _parse_content_item(
                data: object,
            ) -> (
                BetaAdvisorToolResultBlock
                | BetaBashCodeExecutionToolResultBlock
                | BetaCodeExecutionToolResultBlock
                | BetaCompactionBlock
                | BetaContainerUploadBlock
                | BetaFallbackBlock
                | BetaMCPToolListingBlock
                | BetaMCPToolResultBlock
                | BetaMCPToolUseBlock
                | BetaRedactedThinkingBlock
                | BetaServerToolUseBlock
                | BetaTextBlock
                | BetaTextEditorCodeExecutionToolResultBlock
                | BetaThinkingBlock
                | BetaToolSearchToolResultBlock
                | BetaToolUseBlock
                | BetaWebFetchToolResultBlock
                | BetaWebSearchToolResultBlock
                | UnknownBetaContentBlock
            ):
                if isinstance(data, dict) and data.get("type") == "text":
                    content_item_option_1 = BetaTextBlock.from_dict(data)

                    return content_item_option_1
                if isinstance(data, dict) and data.get("type") == "thinking":
                    content_item_option_2 = BetaThinkingBlock.from_dict(data)

                    return content_item_option_2
                if isinstance(data, dict) and data.get("type") == "redacted_thinking":
                    content_item_option_3 = BetaRedactedThinkingBlock.from_dict(data)

                    return content_item_option_3
                if isinstance(data, dict) and data.get("type") == "tool_use":
                    content_item_option_4 = BetaToolUseBlock.from_dict(data)

                    return content_item_option_4
                if isinstance(data, dict) and data.get("type") == "server_tool_use":
                    content_item_option_5 = BetaServerToolUseBlock.from_dict(data)

                    return content_item_option_5
                if isinstance(data, dict) and data.get("type") == "web_search_tool_result":
                    content_item_option_6 = BetaWebSearchToolResultBlock.from_dict(data)

                    return content_item_option_6
                if isinstance(data, dict) and data.get("type") == "web_fetch_tool_result":
                    content_item_option_7 = BetaWebFetchToolResultBlock.from_dict(data)

                    return content_item_option_7
                if isinstance(data, dict) and data.get("type") == "advisor_tool_result":
                    content_item_option_8 = BetaAdvisorToolResultBlock.from_dict(data)

                    return content_item_option_8
                if isinstance(data, dict) and data.get("type") == "code_execution_tool_result":
                    content_item_option_9 = BetaCodeExecutionToolResultBlock.from_dict(data)

                    return content_item_option_9
                if isinstance(data, dict) and data.get("type") == "bash_code_execution_tool_result":
                    content_item_option_10 = BetaBashCodeExecutionToolResultBlock.from_dict(data)

                    return content_item_option_10
                if isinstance(data, dict) and data.get("type") == "text_editor_code_execution_tool_result":
                    content_item_option_11 = BetaTextEditorCodeExecutionToolResultBlock.from_dict(data)

                    return content_item_option_11
                if isinstance(data, dict) and data.get("type") == "tool_search_tool_result":
                    content_item_option_12 = BetaToolSearchToolResultBlock.from_dict(data)

                    return content_item_option_12
                if isinstance(data, dict) and data.get("type") == "mcp_tool_use":
                    content_item_option_13 = BetaMCPToolUseBlock.from_dict(data)

                    return content_item_option_13
                if isinstance(data, dict) and data.get("type") == "mcp_tool_result":
                    content_item_option_14 = BetaMCPToolResultBlock.from_dict(data)

                    return content_item_option_14
                if isinstance(data, dict) and data.get("type") == "container_upload":
                    content_item_option_15 = BetaContainerUploadBlock.from_dict(data)

                    return content_item_option_15
                if isinstance(data, dict) and data.get("type") == "compaction":
                    content_item_option_16 = BetaCompactionBlock.from_dict(data)

                    return content_item_option_16
                if isinstance(data, dict) and data.get("type") == "fallback":
                    content_item_option_17 = BetaFallbackBlock.from_dict(data)

                    return content_item_option_17
                if isinstance(data, dict) and data.get("type") == "mcp_tool_listing":
                    content_item_option_18 = BetaMCPToolListingBlock.from_dict(data)

                    return content_item_option_18
                if isinstance(data, dict):
                    try:
                        content_item_option_19 = UnknownBetaContentBlock.from_dict(data)

                        return content_item_option_19
                    except (TypeError, ValueError, AttributeError, KeyError):
                        pass

                raise TypeError(f"content_item: no member of the union fits this {type(data).__name__}")

            content_item = _parse_content_item(content_item_data)

            content.append(content_item)

        def _parse_stop_reason(data: object) -> BetaStopReason | None | str:
            if isinstance(data, str):
                try:
                    stop_reason_option_1 = BetaStopReason(data)

                    return stop_reason_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"stop_reason: no member of the union fits this {type(data).__name__}")

        stop_reason = _parse_stop_reason(_src.pop("stop_reason"))

        def _parse_stop_sequence(data: object) -> None | str:
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"stop_sequence: no member of the union fits this {type(data).__name__}")

        stop_sequence = _parse_stop_sequence(_src.pop("stop_sequence"))

        usage = BetaUsage.from_dict(_src.pop("usage"))

        def _parse_stop_details(data: object) -> BetaRefusalStopDetails | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                try:
                    stop_details_option_1 = BetaRefusalStopDetails.from_dict(data)

                    return stop_details_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"stop_details: no member of the union fits this {type(data).__name__}")

        stop_details = _parse_stop_details(_src.pop("stop_details", UNSET))

        def _parse_container(data: object) -> BetaContainer | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                try:
                    container_option_1 = BetaContainer.from_dict(data)

                    return container_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"container: no member of the union fits this {type(data).__name__}")

        container = _parse_container(_src.pop("container", UNSET))

        def _parse_context_management(data: object) -> BetaContextManagementResponse | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                try:
                    context_management_option_1 = BetaContextManagementResponse.from_dict(data)

                    return context_management_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"context_management: no member of the union fits this {type(data).__name__}")

        context_management = _parse_context_management(_src.pop("context_management", UNSET))

        def _parse_diagnostics(data: object) -> BetaDiagnostics | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                try:
                    diagnostics_option_1 = BetaDiagnostics.from_dict(data)

                    return diagnostics_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"diagnostics: no member of the union fits this {type(data).__name__}")

        diagnostics = _parse_diagnostics(_src.pop("diagnostics", UNSET))

        def _parse_input_transformations(data: object) -> list[BetaInputTransformation] | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                try:
                    input_transformations_option_1 = []
                    _input_transformations_option_1 = data
                    for input_transformations_option_1_item_data in _input_transformations_option_1:
                        input_transformations_option_1_item = BetaInputTransformation.from_dict(
                            input_transformations_option_1_item_data
                        )

                        input_transformations_option_1.append(input_transformations_option_1_item)

                    return input_transformations_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"input_transformations: no member of the union fits this {type(data).__name__}")

        input_transformations = _parse_input_transformations(_src.pop("input_transformations", UNSET))

        _obj = cls(
            id=id,
            type_=type_,
            role=role,
            model=model,
            content=content,
            stop_reason=stop_reason,
            stop_sequence=stop_sequence,
            usage=usage,
            stop_details=stop_details,
            container=container,
            context_management=context_management,
            diagnostics=diagnostics,
            input_transformations=input_transformations,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
