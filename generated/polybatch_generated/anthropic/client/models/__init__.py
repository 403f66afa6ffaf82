# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

"""The models of this client. Each module is imported when its class is first asked for."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .anthropic_version import AnthropicVersion as AnthropicVersion
    from .beta_advisor_tool_result_block import BetaAdvisorToolResultBlock as BetaAdvisorToolResultBlock
    from .beta_api_error import BetaAPIError as BetaAPIError
    from .beta_applied_edit import BetaAppliedEdit as BetaAppliedEdit
    from .beta_authentication_error import BetaAuthenticationError as BetaAuthenticationError
    from .beta_bash_code_execution_tool_result_block import (
        BetaBashCodeExecutionToolResultBlock as BetaBashCodeExecutionToolResultBlock,
    )
    from .beta_bill_to import BetaBillTo as BetaBillTo
    from .beta_billing_error import BetaBillingError as BetaBillingError
    from .beta_billing_policy_param import BetaBillingPolicyParam as BetaBillingPolicyParam
    from .beta_cache_control_ephemeral_param import BetaCacheControlEphemeralParam as BetaCacheControlEphemeralParam
    from .beta_cache_creation import BetaCacheCreation as BetaCacheCreation
    from .beta_cache_miss_reason import BetaCacheMissReason as BetaCacheMissReason
    from .beta_cache_ttl import BetaCacheTtl as BetaCacheTtl
    from .beta_caller import BetaCaller as BetaCaller
    from .beta_code_execution_tool_result_block import (
        BetaCodeExecutionToolResultBlock as BetaCodeExecutionToolResultBlock,
    )
    from .beta_compaction_block import BetaCompactionBlock as BetaCompactionBlock
    from .beta_compaction_config_param import BetaCompactionConfigParam as BetaCompactionConfigParam
    from .beta_conflict_error import BetaConflictError as BetaConflictError
    from .beta_container import BetaContainer as BetaContainer
    from .beta_container_params import BetaContainerParams as BetaContainerParams
    from .beta_container_skill import BetaContainerSkill as BetaContainerSkill
    from .beta_container_upload_block import BetaContainerUploadBlock as BetaContainerUploadBlock
    from .beta_content_block_param import BetaContentBlockParam as BetaContentBlockParam
    from .beta_context_edit_param import BetaContextEditParam as BetaContextEditParam
    from .beta_context_management_config_param import (
        BetaContextManagementConfigParam as BetaContextManagementConfigParam,
    )
    from .beta_context_management_response import BetaContextManagementResponse as BetaContextManagementResponse
    from .beta_create_message_batch_params import BetaCreateMessageBatchParams as BetaCreateMessageBatchParams
    from .beta_create_message_params import BetaCreateMessageParams as BetaCreateMessageParams
    from .beta_deleted_message_batch import BetaDeletedMessageBatch as BetaDeletedMessageBatch
    from .beta_diagnostics import BetaDiagnostics as BetaDiagnostics
    from .beta_diagnostics_param import BetaDiagnosticsParam as BetaDiagnosticsParam
    from .beta_effort import BetaEffort as BetaEffort
    from .beta_error_details import BetaErrorDetails as BetaErrorDetails
    from .beta_error_response import BetaErrorResponse as BetaErrorResponse
    from .beta_fallback_block import BetaFallbackBlock as BetaFallbackBlock
    from .beta_fallback_credit_status import BetaFallbackCreditStatus as BetaFallbackCreditStatus
    from .beta_fallback_credit_token_param import BetaFallbackCreditTokenParam as BetaFallbackCreditTokenParam
    from .beta_fallback_credit_usage import BetaFallbackCreditUsage as BetaFallbackCreditUsage
    from .beta_fallback_info import BetaFallbackInfo as BetaFallbackInfo
    from .beta_fallback_param import BetaFallbackParam as BetaFallbackParam
    from .beta_fallback_refusal_trigger import BetaFallbackRefusalTrigger as BetaFallbackRefusalTrigger
    from .beta_gateway_timeout_error import BetaGatewayTimeoutError as BetaGatewayTimeoutError
    from .beta_input_transformation import BetaInputTransformation as BetaInputTransformation
    from .beta_invalid_request_error import BetaInvalidRequestError as BetaInvalidRequestError
    from .beta_iteration_usage import BetaIterationUsage as BetaIterationUsage
    from .beta_json_output_format_param import BetaJSONOutputFormatParam as BetaJSONOutputFormatParam
    from .beta_list_response_message_batch import BetaListResponseMessageBatch as BetaListResponseMessageBatch
    from .beta_mcp_tool import BetaMCPTool as BetaMCPTool
    from .beta_mcp_tool_listing_block import BetaMCPToolListingBlock as BetaMCPToolListingBlock
    from .beta_mcp_tool_result_block import BetaMCPToolResultBlock as BetaMCPToolResultBlock
    from .beta_mcp_tool_use_block import BetaMCPToolUseBlock as BetaMCPToolUseBlock
    from .beta_message import BetaMessage as BetaMessage
    from .beta_message_batch import BetaMessageBatch as BetaMessageBatch
    from .beta_message_batch_canceled_result import BetaMessageBatchCanceledResult as BetaMessageBatchCanceledResult
    from .beta_message_batch_errored_result import BetaMessageBatchErroredResult as BetaMessageBatchErroredResult
    from .beta_message_batch_expired_result import BetaMessageBatchExpiredResult as BetaMessageBatchExpiredResult
    from .beta_message_batch_individual_request_params import (
        BetaMessageBatchIndividualRequestParams as BetaMessageBatchIndividualRequestParams,
    )
    from .beta_message_batch_individual_response import (
        BetaMessageBatchIndividualResponse as BetaMessageBatchIndividualResponse,
    )
    from .beta_message_batch_processing_status import (
        BetaMessageBatchProcessingStatus as BetaMessageBatchProcessingStatus,
    )
    from .beta_message_batch_succeeded_result import BetaMessageBatchSucceededResult as BetaMessageBatchSucceededResult
    from .beta_message_param import BetaMessageParam as BetaMessageParam
    from .beta_message_role_param import BetaMessageRoleParam as BetaMessageRoleParam
    from .beta_message_thread_param import BetaMessageThreadParam as BetaMessageThreadParam
    from .beta_metadata_param import BetaMetadataParam as BetaMetadataParam
    from .beta_not_found_error import BetaNotFoundError as BetaNotFoundError
    from .beta_output_config_param import BetaOutputConfigParam as BetaOutputConfigParam
    from .beta_output_tokens_details import BetaOutputTokensDetails as BetaOutputTokensDetails
    from .beta_overloaded_error import BetaOverloadedError as BetaOverloadedError
    from .beta_permission_error import BetaPermissionError as BetaPermissionError
    from .beta_rate_limit_error import BetaRateLimitError as BetaRateLimitError
    from .beta_redacted_thinking_block import BetaRedactedThinkingBlock as BetaRedactedThinkingBlock
    from .beta_refusal_stop_details import BetaRefusalStopDetails as BetaRefusalStopDetails
    from .beta_request_counts import BetaRequestCounts as BetaRequestCounts
    from .beta_request_mcp_server_url_definition_param import (
        BetaRequestMCPServerURLDefinitionParam as BetaRequestMCPServerURLDefinitionParam,
    )
    from .beta_request_too_large_error import BetaRequestTooLargeError as BetaRequestTooLargeError
    from .beta_server_tool_name import BetaServerToolName as BetaServerToolName
    from .beta_server_tool_usage import BetaServerToolUsage as BetaServerToolUsage
    from .beta_server_tool_use_block import BetaServerToolUseBlock as BetaServerToolUseBlock
    from .beta_service_tier import BetaServiceTier as BetaServiceTier
    from .beta_service_tier_param import BetaServiceTierParam as BetaServiceTierParam
    from .beta_skill_params import BetaSkillParams as BetaSkillParams
    from .beta_speed import BetaSpeed as BetaSpeed
    from .beta_stop_reason import BetaStopReason as BetaStopReason
    from .beta_text_block import BetaTextBlock as BetaTextBlock
    from .beta_text_block_param import BetaTextBlockParam as BetaTextBlockParam
    from .beta_text_citation import BetaTextCitation as BetaTextCitation
    from .beta_text_editor_code_execution_tool_result_block import (
        BetaTextEditorCodeExecutionToolResultBlock as BetaTextEditorCodeExecutionToolResultBlock,
    )
    from .beta_thinking_block import BetaThinkingBlock as BetaThinkingBlock
    from .beta_thinking_config_param import BetaThinkingConfigParam as BetaThinkingConfigParam
    from .beta_thinking_display import BetaThinkingDisplay as BetaThinkingDisplay
    from .beta_thinking_type import BetaThinkingType as BetaThinkingType
    from .beta_token_task_budget_param import BetaTokenTaskBudgetParam as BetaTokenTaskBudgetParam
    from .beta_tool_change import BetaToolChange as BetaToolChange
    from .beta_tool_choice_param import BetaToolChoiceParam as BetaToolChoiceParam
    from .beta_tool_choice_type import BetaToolChoiceType as BetaToolChoiceType
    from .beta_tool_result_content import BetaToolResultContent as BetaToolResultContent
    from .beta_tool_search_tool_result_block import BetaToolSearchToolResultBlock as BetaToolSearchToolResultBlock
    from .beta_tool_union_param import BetaToolUnionParam as BetaToolUnionParam
    from .beta_tool_use_block import BetaToolUseBlock as BetaToolUseBlock
    from .beta_usage import BetaUsage as BetaUsage
    from .beta_web_fetch_tool_result_block import BetaWebFetchToolResultBlock as BetaWebFetchToolResultBlock
    from .beta_web_search_result_block import BetaWebSearchResultBlock as BetaWebSearchResultBlock
    from .beta_web_search_tool_result_block import BetaWebSearchToolResultBlock as BetaWebSearchToolResultBlock
    from .unknown_beta_content_block import UnknownBetaContentBlock as UnknownBetaContentBlock
    from .unknown_beta_error import UnknownBetaError as UnknownBetaError
    from .unknown_beta_message_batch_result import UnknownBetaMessageBatchResult as UnknownBetaMessageBatchResult

    pass

_MODULES = {
    "AnthropicVersion": "anthropic_version",
    "BetaAdvisorToolResultBlock": "beta_advisor_tool_result_block",
    "BetaAPIError": "beta_api_error",
    "BetaAppliedEdit": "beta_applied_edit",
    "BetaAuthenticationError": "beta_authentication_error",
    "BetaBashCodeExecutionToolResultBlock": "beta_bash_code_execution_tool_result_block",
    "BetaBillingError": "beta_billing_error",
    "BetaBillingPolicyParam": "beta_billing_policy_param",
    "BetaBillTo": "beta_bill_to",
    "BetaCacheControlEphemeralParam": "beta_cache_control_ephemeral_param",
    "BetaCacheCreation": "beta_cache_creation",
    "BetaCacheMissReason": "beta_cache_miss_reason",
    "BetaCacheTtl": "beta_cache_ttl",
    "BetaCaller": "beta_caller",
    "BetaCodeExecutionToolResultBlock": "beta_code_execution_tool_result_block",
    "BetaCompactionBlock": "beta_compaction_block",
    "BetaCompactionConfigParam": "beta_compaction_config_param",
    "BetaConflictError": "beta_conflict_error",
    "BetaContainer": "beta_container",
    "BetaContainerParams": "beta_container_params",
    "BetaContainerSkill": "beta_container_skill",
    "BetaContainerUploadBlock": "beta_container_upload_block",
    "BetaContentBlockParam": "beta_content_block_param",
    "BetaContextEditParam": "beta_context_edit_param",
    "BetaContextManagementConfigParam": "beta_context_management_config_param",
    "BetaContextManagementResponse": "beta_context_management_response",
    "BetaCreateMessageBatchParams": "beta_create_message_batch_params",
    "BetaCreateMessageParams": "beta_create_message_params",
    "BetaDeletedMessageBatch": "beta_deleted_message_batch",
    "BetaDiagnostics": "beta_diagnostics",
    "BetaDiagnosticsParam": "beta_diagnostics_param",
    "BetaEffort": "beta_effort",
    "BetaErrorDetails": "beta_error_details",
    "BetaErrorResponse": "beta_error_response",
    "BetaFallbackBlock": "beta_fallback_block",
    "BetaFallbackCreditStatus": "beta_fallback_credit_status",
    "BetaFallbackCreditTokenParam": "beta_fallback_credit_token_param",
    "BetaFallbackCreditUsage": "beta_fallback_credit_usage",
    "BetaFallbackInfo": "beta_fallback_info",
    "BetaFallbackParam": "beta_fallback_param",
    "BetaFallbackRefusalTrigger": "beta_fallback_refusal_trigger",
    "BetaGatewayTimeoutError": "beta_gateway_timeout_error",
    "BetaInputTransformation": "beta_input_transformation",
    "BetaInvalidRequestError": "beta_invalid_request_error",
    "BetaIterationUsage": "beta_iteration_usage",
    "BetaJSONOutputFormatParam": "beta_json_output_format_param",
    "BetaListResponseMessageBatch": "beta_list_response_message_batch",
    "BetaMCPTool": "beta_mcp_tool",
    "BetaMCPToolListingBlock": "beta_mcp_tool_listing_block",
    "BetaMCPToolResultBlock": "beta_mcp_tool_result_block",
    "BetaMCPToolUseBlock": "beta_mcp_tool_use_block",
    "BetaMessage": "beta_message",
    "BetaMessageBatch": "beta_message_batch",
    "BetaMessageBatchCanceledResult": "beta_message_batch_canceled_result",
    "BetaMessageBatchErroredResult": "beta_message_batch_errored_result",
    "BetaMessageBatchExpiredResult": "beta_message_batch_expired_result",
    "BetaMessageBatchIndividualRequestParams": "beta_message_batch_individual_request_params",
    "BetaMessageBatchIndividualResponse": "beta_message_batch_individual_response",
    "BetaMessageBatchProcessingStatus": "beta_message_batch_processing_status",
    "BetaMessageBatchSucceededResult": "beta_message_batch_succeeded_result",
    "BetaMessageParam": "beta_message_param",
    "BetaMessageRoleParam": "beta_message_role_param",
    "BetaMessageThreadParam": "beta_message_thread_param",
    "BetaMetadataParam": "beta_metadata_param",
    "BetaNotFoundError": "beta_not_found_error",
    "BetaOutputConfigParam": "beta_output_config_param",
    "BetaOutputTokensDetails": "beta_output_tokens_details",
    "BetaOverloadedError": "beta_overloaded_error",
    "BetaPermissionError": "beta_permission_error",
    "BetaRateLimitError": "beta_rate_limit_error",
    "BetaRedactedThinkingBlock": "beta_redacted_thinking_block",
    "BetaRefusalStopDetails": "beta_refusal_stop_details",
    "BetaRequestCounts": "beta_request_counts",
    "BetaRequestMCPServerURLDefinitionParam": "beta_request_mcp_server_url_definition_param",
    "BetaRequestTooLargeError": "beta_request_too_large_error",
    "BetaServerToolName": "beta_server_tool_name",
    "BetaServerToolUsage": "beta_server_tool_usage",
    "BetaServerToolUseBlock": "beta_server_tool_use_block",
    "BetaServiceTier": "beta_service_tier",
    "BetaServiceTierParam": "beta_service_tier_param",
    "BetaSkillParams": "beta_skill_params",
    "BetaSpeed": "beta_speed",
    "BetaStopReason": "beta_stop_reason",
    "BetaTextBlock": "beta_text_block",
    "BetaTextBlockParam": "beta_text_block_param",
    "BetaTextCitation": "beta_text_citation",
    "BetaTextEditorCodeExecutionToolResultBlock": "beta_text_editor_code_execution_tool_result_block",
    "BetaThinkingBlock": "beta_thinking_block",
    "BetaThinkingConfigParam": "beta_thinking_config_param",
    "BetaThinkingDisplay": "beta_thinking_display",
    "BetaThinkingType": "beta_thinking_type",
    "BetaTokenTaskBudgetParam": "beta_token_task_budget_param",
    "BetaToolChange": "beta_tool_change",
    "BetaToolChoiceParam": "beta_tool_choice_param",
    "BetaToolChoiceType": "beta_tool_choice_type",
    "BetaToolResultContent": "beta_tool_result_content",
    "BetaToolSearchToolResultBlock": "beta_tool_search_tool_result_block",
    "BetaToolUnionParam": "beta_tool_union_param",
    "BetaToolUseBlock": "beta_tool_use_block",
    "BetaUsage": "beta_usage",
    "BetaWebFetchToolResultBlock": "beta_web_fetch_tool_result_block",
    "BetaWebSearchResultBlock": "beta_web_search_result_block",
    "BetaWebSearchToolResultBlock": "beta_web_search_tool_result_block",
    "UnknownBetaContentBlock": "unknown_beta_content_block",
    "UnknownBetaError": "unknown_beta_error",
    "UnknownBetaMessageBatchResult": "unknown_beta_message_batch_result",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_MODULES[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted(_MODULES)
