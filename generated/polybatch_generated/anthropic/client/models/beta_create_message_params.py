# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.beta_service_tier_param import BetaServiceTierParam
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.beta_billing_policy_param import BetaBillingPolicyParam
    from ..models.beta_cache_control_ephemeral_param import BetaCacheControlEphemeralParam
    from ..models.beta_compaction_config_param import BetaCompactionConfigParam
    from ..models.beta_container_params import BetaContainerParams
    from ..models.beta_context_management_config_param import BetaContextManagementConfigParam
    from ..models.beta_diagnostics_param import BetaDiagnosticsParam
    from ..models.beta_fallback_credit_token_param import BetaFallbackCreditTokenParam
    from ..models.beta_fallback_param import BetaFallbackParam
    from ..models.beta_message_param import BetaMessageParam
    from ..models.beta_message_thread_param import BetaMessageThreadParam
    from ..models.beta_metadata_param import BetaMetadataParam
    from ..models.beta_output_config_param import BetaOutputConfigParam
    from ..models.beta_request_mcp_server_url_definition_param import BetaRequestMCPServerURLDefinitionParam
    from ..models.beta_text_block_param import BetaTextBlockParam
    from ..models.beta_thinking_config_param import BetaThinkingConfigParam
    from ..models.beta_tool_choice_param import BetaToolChoiceParam
    from ..models.beta_tool_union_param import BetaToolUnionParam


@_attrs_define
class BetaCreateMessageParams:
    """One Messages request. Common fields are typed, blocks and tools are free objects."""

    model: str
    max_tokens: int
    messages: list[BetaMessageParam]
    billing_policy: BetaBillingPolicyParam | None | Unset = UNSET
    cache_control: BetaCacheControlEphemeralParam | None | Unset = UNSET
    compaction: BetaCompactionConfigParam | None | Unset = UNSET
    container: BetaContainerParams | None | str | Unset = UNSET
    context_management: BetaContextManagementConfigParam | None | Unset = UNSET
    diagnostics: BetaDiagnosticsParam | None | Unset = UNSET
    fallback_credit_token: BetaFallbackCreditTokenParam | None | str | Unset = UNSET
    fallbacks: list[BetaFallbackParam] | None | str | Unset = UNSET
    inference_geo: None | str | Unset = UNSET
    mcp_servers: list[BetaRequestMCPServerURLDefinitionParam] | Unset = UNSET
    metadata: BetaMetadataParam | Unset = UNSET
    output_config: BetaOutputConfigParam | Unset = UNSET
    service_tier: BetaServiceTierParam | Unset = UNSET
    speed: None | Unset = UNSET
    stop_sequences: list[str] | Unset = UNSET
    stream: bool | Unset = UNSET
    system: list[BetaTextBlockParam] | str | Unset = UNSET
    temperature: float | Unset = UNSET
    thinking: BetaThinkingConfigParam | Unset = UNSET
    thread: BetaMessageThreadParam | None | Unset = UNSET
    tool_choice: BetaToolChoiceParam | Unset = UNSET
    tools: list[BetaToolUnionParam] | Unset = UNSET
    top_k: int | Unset = UNSET
    top_p: float | Unset = UNSET
    user_profile_id: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.beta_billing_policy_param import BetaBillingPolicyParam
        from ..models.beta_cache_control_ephemeral_param import BetaCacheControlEphemeralParam
        from ..models.beta_compaction_config_param import BetaCompactionConfigParam
        from ..models.beta_container_params import BetaContainerParams
        from ..models.beta_context_management_config_param import BetaContextManagementConfigParam
        from ..models.beta_diagnostics_param import BetaDiagnosticsParam
        from ..models.beta_fallback_credit_token_param import BetaFallbackCreditTokenParam
        from ..models.beta_message_thread_param import BetaMessageThreadParam

        model = self.model
        max_tokens = self.max_tokens
        messages = []
        for messages_item_data in self.messages:
            messages_item = messages_item_data.to_dict()
            messages.append(messages_item)

        billing_policy: dict[str, Any] | None | Unset
        if isinstance(self.billing_policy, Unset):
            billing_policy = UNSET
        elif isinstance(self.billing_policy, BetaBillingPolicyParam):
            billing_policy = self.billing_policy.to_dict()
        else:
            billing_policy = self.billing_policy
        cache_control: dict[str, Any] | None | Unset
        if isinstance(self.cache_control, Unset):
            cache_control = UNSET
        elif isinstance(self.cache_control, BetaCacheControlEphemeralParam):
            cache_control = self.cache_control.to_dict()
        else:
            cache_control = self.cache_control
        compaction: dict[str, Any] | None | Unset
        if isinstance(self.compaction, Unset):
            compaction = UNSET
        elif isinstance(self.compaction, BetaCompactionConfigParam):
            compaction = self.compaction.to_dict()
        else:
            compaction = self.compaction
        container: dict[str, Any] | None | str | Unset
        if isinstance(self.container, Unset):
            container = UNSET
        elif isinstance(self.container, BetaContainerParams):
            container = self.container.to_dict()
        else:
            container = self.container
        context_management: dict[str, Any] | None | Unset
        if isinstance(self.context_management, Unset):
            context_management = UNSET
        elif isinstance(self.context_management, BetaContextManagementConfigParam):
            context_management = self.context_management.to_dict()
        else:
            context_management = self.context_management
        diagnostics: dict[str, Any] | None | Unset
        if isinstance(self.diagnostics, Unset):
            diagnostics = UNSET
        elif isinstance(self.diagnostics, BetaDiagnosticsParam):
            diagnostics = self.diagnostics.to_dict()
        else:
            diagnostics = self.diagnostics
        fallback_credit_token: dict[str, Any] | None | str | Unset
        if isinstance(self.fallback_credit_token, Unset):
            fallback_credit_token = UNSET
        elif isinstance(self.fallback_credit_token, BetaFallbackCreditTokenParam):
            fallback_credit_token = self.fallback_credit_token.to_dict()
        else:
            fallback_credit_token = self.fallback_credit_token
        fallbacks: list[dict[str, Any]] | None | str | Unset
        if isinstance(self.fallbacks, Unset):
            fallbacks = UNSET
        elif isinstance(self.fallbacks, list):
            fallbacks = []
            for fallbacks_option_1_item_data in self.fallbacks:
                fallbacks_option_1_item = fallbacks_option_1_item_data.to_dict()
                fallbacks.append(fallbacks_option_1_item)

        else:
            fallbacks = self.fallbacks
        inference_geo: None | str | Unset
        if isinstance(self.inference_geo, Unset):
            inference_geo = UNSET
        else:
            inference_geo = self.inference_geo
        mcp_servers: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.mcp_servers, Unset):
            mcp_servers = []
            for mcp_servers_item_data in self.mcp_servers:
                mcp_servers_item = mcp_servers_item_data.to_dict()
                mcp_servers.append(mcp_servers_item)

        metadata: dict[str, Any] | Unset = UNSET
        if not isinstance(self.metadata, Unset):
            metadata = self.metadata.to_dict()
        output_config: dict[str, Any] | Unset = UNSET
        if not isinstance(self.output_config, Unset):
            output_config = self.output_config.to_dict()
        service_tier: str | Unset = UNSET
        if not isinstance(self.service_tier, Unset):
            service_tier = self.service_tier.value

        speed = self.speed
        stop_sequences: list[str] | Unset = UNSET
        if not isinstance(self.stop_sequences, Unset):
            stop_sequences = self.stop_sequences

        stream = self.stream
        system: list[dict[str, Any]] | str | Unset
        if isinstance(self.system, Unset):
            system = UNSET
        elif isinstance(self.system, list):
            system = []
            for system_option_2_item_data in self.system:
                system_option_2_item = system_option_2_item_data.to_dict()
                system.append(system_option_2_item)

        else:
            system = self.system
        temperature = self.temperature
        thinking: dict[str, Any] | Unset = UNSET
        if not isinstance(self.thinking, Unset):
            thinking = self.thinking.to_dict()
        thread: dict[str, Any] | None | Unset
        if isinstance(self.thread, Unset):
            thread = UNSET
        elif isinstance(self.thread, BetaMessageThreadParam):
            thread = self.thread.to_dict()
        else:
            thread = self.thread
        tool_choice: dict[str, Any] | Unset = UNSET
        if not isinstance(self.tool_choice, Unset):
            tool_choice = self.tool_choice.to_dict()
        tools: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.tools, Unset):
            tools = []
            for tools_item_data in self.tools:
                tools_item = tools_item_data.to_dict()
                tools.append(tools_item)

        top_k = self.top_k
        top_p = self.top_p
        user_profile_id = self.user_profile_id
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["model"] = model
        _dict["max_tokens"] = max_tokens
        _dict["messages"] = messages
        if billing_policy is not UNSET:
            _dict["billing_policy"] = billing_policy
        if cache_control is not UNSET:
            _dict["cache_control"] = cache_control
        if compaction is not UNSET:
            _dict["compaction"] = compaction
        if container is not UNSET:
            _dict["container"] = container
        if context_management is not UNSET:
            _dict["context_management"] = context_management
        if diagnostics is not UNSET:
            _dict["diagnostics"] = diagnostics
        if fallback_credit_token is not UNSET:
            _dict["fallback_credit_token"] = fallback_credit_token
        if fallbacks is not UNSET:
            _dict["fallbacks"] = fallbacks
        if inference_geo is not UNSET:
            _dict["inference_geo"] = inference_geo
        if mcp_servers is not UNSET:
            _dict["mcp_servers"] = mcp_servers
        if metadata is not UNSET:
            _dict["metadata"] = metadata
        if output_config is not UNSET:
            _dict["output_config"] = output_config
        if service_tier is not UNSET:
            _dict["service_tier"] = service_tier
        if speed is not UNSET:
            _dict["speed"] = speed
        if stop_sequences is not UNSET:
            _dict["stop_sequences"] = stop_sequences
        if stream is not UNSET:
            _dict["stream"] = stream
        if system is not UNSET:
            _dict["system"] = system
        if temperature is not UNSET:
            _dict["temperature"] = temperature
        if thinking is not UNSET:
            _dict["thinking"] = thinking
        if thread is not UNSET:
            _dict["thread"] = thread
        if tool_choice is not UNSET:
            _dict["tool_choice"] = tool_choice
        if tools is not UNSET:
            _dict["tools"] = tools
        if top_k is not UNSET:
            _dict["top_k"] = top_k
        if top_p is not UNSET:
            _dict["top_p"] = top_p
        if user_profile_id is not UNSET:
            _dict["user_profile_id"] = user_profile_id
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.beta_billing_policy_param import BetaBillingPolicyParam
        from ..models.beta_cache_control_ephemeral_param import BetaCacheControlEphemeralParam
        from ..models.beta_compaction_config_param import BetaCompactionConfigParam
        from ..models.beta_container_params import BetaContainerParams
        from ..models.beta_context_management_config_param import BetaContextManagementConfigParam
        from ..models.beta_diagnostics_param import BetaDiagnosticsParam
        from ..models.beta_fallback_credit_token_param import BetaFallbackCreditTokenParam
        from ..models.beta_fallback_param import BetaFallbackParam
        from ..models.beta_message_param import BetaMessageParam
        from ..models.beta_message_thread_param import BetaMessageThreadParam
        from ..models.beta_metadata_param import BetaMetadataParam
        from ..models.beta_output_config_param import BetaOutputConfigParam
        from ..models.beta_request_mcp_server_url_definition_param import BetaRequestMCPServerURLDefinitionParam
        from ..models.beta_text_block_param import BetaTextBlockParam
        from ..models.beta_thinking_config_param import BetaThinkingConfigParam
        from ..models.beta_tool_choice_param import BetaToolChoiceParam
        from ..models.beta_tool_union_param import BetaToolUnionParam

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BetaCreateMessageParams: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        model = _src.pop("model")
        max_tokens = _src.pop("max_tokens")
        messages = []
        _messages = _src.pop("messages")
        for messages_item_data in _messages:
            messages_item = BetaMessageParam.from_dict(messages_item_data)

            messages.append(messages_item)

        def _parse_billing_policy(data: object) -> BetaBillingPolicyParam | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict) and data.get("type") == "billing_policy":
                billing_policy_option_1 = BetaBillingPolicyParam.from_dict(data)

                return billing_policy_option_1
            if data is None:
                return data
            raise TypeError(f"billing_policy: no member of the union fits this {type(data).__name__}")

        billing_policy = _parse_billing_policy(_src.pop("billing_policy", UNSET))

        def _parse_cache_control(data: object) -> BetaCacheControlEphemeralParam | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict) and data.get("type") == "ephemeral":
                cache_control_option_1 = BetaCacheControlEphemeralParam.from_dict(data)

                return cache_control_option_1
            if data is None:
                return data
            raise TypeError(f"cache_control: no member of the union fits this {type(data).__name__}")

        cache_control = _parse_cache_control(_src.pop("cache_control", UNSET))

        def _parse_compaction(data: object) -> BetaCompactionConfigParam | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                try:
                    compaction_option_1 = BetaCompactionConfigParam.from_dict(data)

                    return compaction_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"compaction: no member of the union fits this {type(data).__name__}")

        compaction = _parse_compaction(_src.pop("compaction", UNSET))

        def _parse_container(data: object) -> BetaContainerParams | None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                try:
                    container_option_1 = BetaContainerParams.from_dict(data)

                    return container_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"container: no member of the union fits this {type(data).__name__}")

        container = _parse_container(_src.pop("container", UNSET))

        def _parse_context_management(data: object) -> BetaContextManagementConfigParam | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                try:
                    context_management_option_1 = BetaContextManagementConfigParam.from_dict(data)

                    return context_management_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"context_management: no member of the union fits this {type(data).__name__}")

        context_management = _parse_context_management(_src.pop("context_management", UNSET))

        def _parse_diagnostics(data: object) -> BetaDiagnosticsParam | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                try:
                    diagnostics_option_1 = BetaDiagnosticsParam.from_dict(data)

                    return diagnostics_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"diagnostics: no member of the union fits this {type(data).__name__}")

        diagnostics = _parse_diagnostics(_src.pop("diagnostics", UNSET))

        def _parse_fallback_credit_token(data: object) -> BetaFallbackCreditTokenParam | None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                try:
                    fallback_credit_token_option_1 = BetaFallbackCreditTokenParam.from_dict(data)

                    return fallback_credit_token_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"fallback_credit_token: no member of the union fits this {type(data).__name__}")

        fallback_credit_token = _parse_fallback_credit_token(_src.pop("fallback_credit_token", UNSET))

        def _parse_fallbacks(data: object) -> list[BetaFallbackParam] | None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                try:
                    fallbacks_option_1 = []
                    _fallbacks_option_1 = data
                    for fallbacks_option_1_item_data in _fallbacks_option_1:
                        fallbacks_option_1_item = BetaFallbackParam.from_dict(fallbacks_option_1_item_data)

                        fallbacks_option_1.append(fallbacks_option_1_item)

                    return fallbacks_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"fallbacks: no member of the union fits this {type(data).__name__}")

        fallbacks = _parse_fallbacks(_src.pop("fallbacks", UNSET))

        def _parse_inference_geo(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"inference_geo: no member of the union fits this {type(data).__name__}")

        inference_geo = _parse_inference_geo(_src.pop("inference_geo", UNSET))

        _mcp_servers = _src.pop("mcp_servers", UNSET)
        mcp_servers: list[BetaRequestMCPServerURLDefinitionParam] | Unset = UNSET
        if _mcp_servers is not UNSET:
            mcp_servers = []
            for mcp_servers_item_data in _mcp_servers:
                mcp_servers_item = BetaRequestMCPServerURLDefinitionParam.from_dict(mcp_servers_item_data)

                mcp_servers.append(mcp_servers_item)

        _metadata = _src.pop("metadata", UNSET)
        metadata: BetaMetadataParam | Unset
        if isinstance(_metadata, Unset):
            metadata = UNSET
        else:
            metadata = BetaMetadataParam.from_dict(_metadata)

        _output_config = _src.pop("output_config", UNSET)
        output_config: BetaOutputConfigParam | Unset
        if isinstance(_output_config, Unset):
            output_config = UNSET
        else:
            output_config = BetaOutputConfigParam.from_dict(_output_config)

        _service_tier = _src.pop("service_tier", UNSET)
        service_tier: BetaServiceTierParam | Unset
        if isinstance(_service_tier, Unset):
            service_tier = UNSET
        else:
            service_tier = BetaServiceTierParam(_service_tier)

        speed = _src.pop("speed", UNSET)
        stop_sequences = cast(list[str], _src.pop("stop_sequences", UNSET))

        stream = _src.pop("stream", UNSET)

        def _parse_system(data: object) -> list[BetaTextBlockParam] | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if isinstance(data, list):
                try:
                    system_option_2 = []
                    _system_option_2 = data
                    for system_option_2_item_data in _system_option_2:
                        system_option_2_item = BetaTextBlockParam.from_dict(system_option_2_item_data)

                        system_option_2.append(system_option_2_item)

                    return system_option_2
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            raise TypeError(f"system: no member of the union fits this {type(data).__name__}")

        system = _parse_system(_src.pop("system", UNSET))

        temperature = _src.pop("temperature", UNSET)
        _thinking = _src.pop("thinking", UNSET)
        thinking: BetaThinkingConfigParam | Unset
        if isinstance(_thinking, Unset):
            thinking = UNSET
        else:
            thinking = BetaThinkingConfigParam.from_dict(_thinking)

        def _parse_thread(data: object) -> BetaMessageThreadParam | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                try:
                    thread_option_1 = BetaMessageThreadParam.from_dict(data)

                    return thread_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"thread: no member of the union fits this {type(data).__name__}")

        thread = _parse_thread(_src.pop("thread", UNSET))

        _tool_choice = _src.pop("tool_choice", UNSET)
        tool_choice: BetaToolChoiceParam | Unset
        if isinstance(_tool_choice, Unset):
            tool_choice = UNSET
        else:
            tool_choice = BetaToolChoiceParam.from_dict(_tool_choice)

        _tools = _src.pop("tools", UNSET)
        tools: list[BetaToolUnionParam] | Unset = UNSET
        if _tools is not UNSET:
            tools = []
            for tools_item_data in _tools:
                tools_item = BetaToolUnionParam.from_dict(tools_item_data)

                tools.append(tools_item)

        top_k = _src.pop("top_k", UNSET)
        top_p = _src.pop("top_p", UNSET)
        user_profile_id = _src.pop("user_profile_id", UNSET)
        _obj = cls(
            model=model,
            max_tokens=max_tokens,
            messages=messages,
            billing_policy=billing_policy,
            cache_control=cache_control,
            compaction=compaction,
            container=container,
            context_management=context_management,
            diagnostics=diagnostics,
            fallback_credit_token=fallback_credit_token,
            fallbacks=fallbacks,
            inference_geo=inference_geo,
            mcp_servers=mcp_servers,
            metadata=metadata,
            output_config=output_config,
            service_tier=service_tier,
            speed=speed,
            stop_sequences=stop_sequences,
            stream=stream,
            system=system,
            temperature=temperature,
            thinking=thinking,
            thread=thread,
            tool_choice=tool_choice,
            tools=tools,
            top_k=top_k,
            top_p=top_p,
            user_profile_id=user_profile_id,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
