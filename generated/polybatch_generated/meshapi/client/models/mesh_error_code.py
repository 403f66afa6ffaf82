# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 8bf3e20aeed1456558f592cb637c708f2666b9d1784cbf50a0ea1dc73a95deae

from enum import StrEnum


class MeshErrorCode(StrEnum):
    BAD_REQUEST = "bad_request"
    BATCH_LIMIT_EXCEEDED = "batch_limit_exceeded"
    CONFLICT = "conflict"
    CONTENT_POLICY_VIOLATION = "content_policy_violation"
    CONTEXT_WINDOW_EXCEEDED = "context_window_exceeded"
    FORBIDDEN = "forbidden"
    GATEWAY_TIMEOUT = "gateway_timeout"
    INSUFFICIENT_CREDITS = "insufficient_credits"
    INTERNAL_ERROR = "internal_error"
    INVALID_API_VERSION = "invalid_api_version"
    INVALID_REQUEST = "invalid_request"
    MIXED_MODELS = "mixed_models"
    MODEL_NOT_FOUND = "model_not_found"
    NOT_FOUND = "not_found"
    NOT_IMPLEMENTED = "not_implemented"
    PROVIDER_JOB_FAILED = "provider_job_failed"
    PROVIDER_NOT_AVAILABLE = "provider_not_available"
    RATE_LIMIT_EXCEEDED = "rate_limit_exceeded"
    RESOURCE_NOT_FOUND = "resource_not_found"
    SPEND_LIMIT_EXCEEDED = "spend_limit_exceeded"
    UNAUTHORIZED = "unauthorized"
    UNPROCESSABLE_ENTITY = "unprocessable_entity"
    UPSTREAM_ERROR = "upstream_error"
    UPSTREAM_RATE_LIMIT_ERROR = "upstream_rate_limit_error"
    VALIDATION_ERROR = "validation_error"

    def __str__(self) -> str:
        return str(self.value)
