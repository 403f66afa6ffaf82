# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.beta_service_tier import BetaServiceTier
from ..models.beta_speed import BetaSpeed
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.beta_cache_creation import BetaCacheCreation
    from ..models.beta_fallback_credit_usage import BetaFallbackCreditUsage
    from ..models.beta_iteration_usage import BetaIterationUsage
    from ..models.beta_output_tokens_details import BetaOutputTokensDetails
    from ..models.beta_server_tool_usage import BetaServerToolUsage


@_attrs_define
class BetaUsage:
    input_tokens: int
    output_tokens: int
    cache_creation_input_tokens: int | None | Unset = UNSET
    cache_read_input_tokens: int | None | Unset = UNSET
    cache_creation: BetaCacheCreation | None | Unset = UNSET
    output_tokens_details: BetaOutputTokensDetails | None | Unset = UNSET
    server_tool_use: BetaServerToolUsage | None | Unset = UNSET
    fallback_credit: BetaFallbackCreditUsage | None | Unset = UNSET
    iterations: list[BetaIterationUsage] | None | Unset = UNSET
    inference_geo: None | str | Unset = UNSET
    service_tier: BetaServiceTier | None | str | Unset = UNSET
    speed: BetaSpeed | None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.beta_cache_creation import BetaCacheCreation
        from ..models.beta_fallback_credit_usage import BetaFallbackCreditUsage
        from ..models.beta_output_tokens_details import BetaOutputTokensDetails
        from ..models.beta_server_tool_usage import BetaServerToolUsage

        input_tokens = self.input_tokens
        output_tokens = self.output_tokens
        cache_creation_input_tokens: int | None | Unset
        if isinstance(self.cache_creation_input_tokens, Unset):
            cache_creation_input_tokens = UNSET
        else:
            cache_creation_input_tokens = self.cache_creation_input_tokens
        cache_read_input_tokens: int | None | Unset
        if isinstance(self.cache_read_input_tokens, Unset):
            cache_read_input_tokens = UNSET
        else:
            cache_read_input_tokens = self.cache_read_input_tokens
        cache_creation: dict[str, Any] | None | Unset
        if isinstance(self.cache_creation, Unset):
            cache_creation = UNSET
        elif isinstance(self.cache_creation, BetaCacheCreation):
            cache_creation = self.cache_creation.to_dict()
        else:
            cache_creation = self.cache_creation
        output_tokens_details: dict[str, Any] | None | Unset
        if isinstance(self.output_tokens_details, Unset):
            output_tokens_details = UNSET
        elif isinstance(self.output_tokens_details, BetaOutputTokensDetails):
            output_tokens_details = self.output_tokens_details.to_dict()
        else:
            output_tokens_details = self.output_tokens_details
        server_tool_use: dict[str, Any] | None | Unset
        if isinstance(self.server_tool_use, Unset):
            server_tool_use = UNSET
        elif isinstance(self.server_tool_use, BetaServerToolUsage):
            server_tool_use = self.server_tool_use.to_dict()
        else:
            server_tool_use = self.server_tool_use
        fallback_credit: dict[str, Any] | None | Unset
        if isinstance(self.fallback_credit, Unset):
            fallback_credit = UNSET
        elif isinstance(self.fallback_credit, BetaFallbackCreditUsage):
            fallback_credit = self.fallback_credit.to_dict()
        else:
            fallback_credit = self.fallback_credit
        iterations: list[dict[str, Any]] | None | Unset
        if isinstance(self.iterations, Unset):
            iterations = UNSET
        elif isinstance(self.iterations, list):
            iterations = []
            for iterations_option_1_item_data in self.iterations:
                iterations_option_1_item = iterations_option_1_item_data.to_dict()
                iterations.append(iterations_option_1_item)

        else:
            iterations = self.iterations
        inference_geo: None | str | Unset
        if isinstance(self.inference_geo, Unset):
            inference_geo = UNSET
        else:
            inference_geo = self.inference_geo
        service_tier: None | str | Unset
        if isinstance(self.service_tier, Unset):
            service_tier = UNSET
        elif isinstance(self.service_tier, BetaServiceTier):
            service_tier = self.service_tier.value
        else:
            service_tier = self.service_tier
        speed: None | str | Unset
        if isinstance(self.speed, Unset):
            speed = UNSET
        elif isinstance(self.speed, BetaSpeed):
            speed = self.speed.value
        else:
            speed = self.speed
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["input_tokens"] = input_tokens
        _dict["output_tokens"] = output_tokens
        if cache_creation_input_tokens is not UNSET:
            _dict["cache_creation_input_tokens"] = cache_creation_input_tokens
        if cache_read_input_tokens is not UNSET:
            _dict["cache_read_input_tokens"] = cache_read_input_tokens
        if cache_creation is not UNSET:
            _dict["cache_creation"] = cache_creation
        if output_tokens_details is not UNSET:
            _dict["output_tokens_details"] = output_tokens_details
        if server_tool_use is not UNSET:
            _dict["server_tool_use"] = server_tool_use
        if fallback_credit is not UNSET:
            _dict["fallback_credit"] = fallback_credit
        if iterations is not UNSET:
            _dict["iterations"] = iterations
        if inference_geo is not UNSET:
            _dict["inference_geo"] = inference_geo
        if service_tier is not UNSET:
            _dict["service_tier"] = service_tier
        if speed is not UNSET:
            _dict["speed"] = speed
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.beta_cache_creation import BetaCacheCreation
        from ..models.beta_fallback_credit_usage import BetaFallbackCreditUsage
        from ..models.beta_iteration_usage import BetaIterationUsage
        from ..models.beta_output_tokens_details import BetaOutputTokensDetails
        from ..models.beta_server_tool_usage import BetaServerToolUsage

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BetaUsage: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        input_tokens = _src.pop("input_tokens")
        output_tokens = _src.pop("output_tokens")

        def _parse_cache_creation_input_tokens(data: object) -> int | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, int):
                return data
            if data is None:
                return data
            raise TypeError(f"cache_creation_input_tokens: no member of the union fits this {type(data).__name__}")

        cache_creation_input_tokens = _parse_cache_creation_input_tokens(_src.pop("cache_creation_input_tokens", UNSET))

        def _parse_cache_read_input_tokens(data: object) -> int | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, int):
                return data
            if data is None:
                return data
            raise TypeError(f"cache_read_input_tokens: no member of the union fits this {type(data).__name__}")

        cache_read_input_tokens = _parse_cache_read_input_tokens(_src.pop("cache_read_input_tokens", UNSET))

        def _parse_cache_creation(data: object) -> BetaCacheCreation | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                try:
                    cache_creation_option_1 = BetaCacheCreation.from_dict(data)

                    return cache_creation_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"cache_creation: no member of the union fits this {type(data).__name__}")

        cache_creation = _parse_cache_creation(_src.pop("cache_creation", UNSET))

        def _parse_output_tokens_details(data: object) -> BetaOutputTokensDetails | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                try:
                    output_tokens_details_option_1 = BetaOutputTokensDetails.from_dict(data)

                    return output_tokens_details_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"output_tokens_details: no member of the union fits this {type(data).__name__}")

        output_tokens_details = _parse_output_tokens_details(_src.pop("output_tokens_details", UNSET))

        def _parse_server_tool_use(data: object) -> BetaServerToolUsage | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                try:
                    server_tool_use_option_1 = BetaServerToolUsage.from_dict(data)

                    return server_tool_use_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"server_tool_use: no member of the union fits this {type(data).__name__}")

        server_tool_use = _parse_server_tool_use(_src.pop("server_tool_use", UNSET))

        def _parse_fallback_credit(data: object) -> BetaFallbackCreditUsage | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                try:
                    fallback_credit_option_1 = BetaFallbackCreditUsage.from_dict(data)

                    return fallback_credit_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"fallback_credit: no member of the union fits this {type(data).__name__}")

        fallback_credit = _parse_fallback_credit(_src.pop("fallback_credit", UNSET))

        def _parse_iterations(data: object) -> list[BetaIterationUsage] | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                try:
                    iterations_option_1 = []
                    _iterations_option_1 = data
                    for iterations_option_1_item_data in _iterations_option_1:
                        iterations_option_1_item = BetaIterationUsage.from_dict(iterations_option_1_item_data)

                        iterations_option_1.append(iterations_option_1_item)

                    return iterations_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"iterations: no member of the union fits this {type(data).__name__}")

        iterations = _parse_iterations(_src.pop("iterations", UNSET))

        def _parse_inference_geo(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"inference_geo: no member of the union fits this {type(data).__name__}")

        inference_geo = _parse_inference_geo(_src.pop("inference_geo", UNSET))

        def _parse_service_tier(data: object) -> BetaServiceTier | None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                try:
                    service_tier_option_1 = BetaServiceTier(data)

                    return service_tier_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"service_tier: no member of the union fits this {type(data).__name__}")

        service_tier = _parse_service_tier(_src.pop("service_tier", UNSET))

        def _parse_speed(data: object) -> BetaSpeed | None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                try:
                    speed_option_1 = BetaSpeed(data)

                    return speed_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"speed: no member of the union fits this {type(data).__name__}")

        speed = _parse_speed(_src.pop("speed", UNSET))

        _obj = cls(
            input_tokens=input_tokens,
            output_tokens=output_tokens,
            cache_creation_input_tokens=cache_creation_input_tokens,
            cache_read_input_tokens=cache_read_input_tokens,
            cache_creation=cache_creation,
            output_tokens_details=output_tokens_details,
            server_tool_use=server_tool_use,
            fallback_credit=fallback_credit,
            iterations=iterations,
            inference_geo=inference_geo,
            service_tier=service_tier,
            speed=speed,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
