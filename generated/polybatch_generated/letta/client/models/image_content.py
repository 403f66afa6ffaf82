# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 00008d6346f9e762c3400b3e0039f0b1d4b65879906c87c16d522a93e854cc9b

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.base_64_image import Base64Image
    from ..models.letta_image import LettaImage
    from ..models.unknown_image_source_union import UnknownImageSourceUnion
    from ..models.url_image import UrlImage


@_attrs_define
class ImageContent:
    source: Base64Image | LettaImage | UnknownImageSourceUnion | UrlImage
    type_: Literal["image"] | Unset = "image"
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.base_64_image import Base64Image
        from ..models.letta_image import LettaImage
        from ..models.url_image import UrlImage

        source: dict[str, Any]
        if isinstance(self.source, UrlImage):
            source = self.source.to_dict()
        elif isinstance(self.source, Base64Image):
            source = self.source.to_dict()
        elif isinstance(self.source, LettaImage):
            source = self.source.to_dict()
        else:
            source = self.source.to_dict()

        type_ = self.type_
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["source"] = source
        if type_ is not UNSET:
            _dict["type"] = type_
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.base_64_image import Base64Image
        from ..models.letta_image import LettaImage
        from ..models.unknown_image_source_union import UnknownImageSourceUnion
        from ..models.url_image import UrlImage

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"ImageContent: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)

        def _parse_source(data: object) -> Base64Image | LettaImage | UnknownImageSourceUnion | UrlImage:
            if isinstance(data, dict) and data.get("type") == ("url"):
                source_option_1 = UrlImage.from_dict(data)

                return source_option_1
            if isinstance(data, dict) and data.get("type") == ("base64"):
                source_option_2 = Base64Image.from_dict(data)

                return source_option_2
            if isinstance(data, dict) and data.get("type") == ("letta"):
                source_option_3 = LettaImage.from_dict(data)

                return source_option_3
            if isinstance(data, dict):
                try:
                    source_option_1 = UrlImage.from_dict(data)

                    return source_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, dict):
                try:
                    source_option_2 = Base64Image.from_dict(data)

                    return source_option_2
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, dict):
                try:
                    source_option_3 = LettaImage.from_dict(data)

                    return source_option_3
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, dict):
                try:
                    source_option_4 = UnknownImageSourceUnion.from_dict(data)

                    return source_option_4
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            raise TypeError(f"source: no member of the union fits this {type(data).__name__}")

        source = _parse_source(_src.pop("source"))

        type_ = cast(Literal["image"] | Unset, _src.pop("type", UNSET))
        if type_ != "image" and not isinstance(type_, Unset):
            raise ValueError(f"type must match const 'image', got '{type_}'")
        _obj = cls(
            source=source,
            type_=type_,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
