using System.Text.Json.Nodes;

namespace Khalti.Sandbox;

/// <summary>Khalti's error bodies, in each of the formats that Khalti uses.</summary>
internal static class Errors
{
    private const string ValidationError = "validation_error";

    internal const string InvalidToken = "Invalid token.";
    internal const string Required = "This field is required.";
    internal const string NotNull = "This field may not be null.";
    internal const string NotBlank = "This field may not be blank.";
    internal const string NotText = "Not a valid string.";
    internal const string NotInteger = "A valid integer is required.";
    internal const string NotUrl = "Enter a valid URL.";
    internal const string BelowMinimum = "Amount should be greater than Rs. 10, that is 1000 paisa.";

    /// <summary>A wrong secret key: the same text as for a wrong payment token, in another format.</summary>
    internal static Answer WrongKey() => Unauthorized(InvalidToken);

    internal static Answer NoKey() => Unauthorized("Authentication credentials were not provided.");

    internal static Answer Unauthorized(string detail) =>
        Answer.Json(401, new JsonObject { ["detail"] = detail, ["status_code"] = 401 });

    internal static Answer NotFound() => Validation(404, "Not found.");

    internal static Answer Validation(int status, string detail) =>
        Answer.Json(status, new JsonObject { ["detail"] = detail, ["error_key"] = ValidationError });

    internal static Answer Detail(int status, string detail) => Answer.Json(status, new JsonObject { ["detail"] = detail });

    /// <summary>Verify's refusal of a token that is unknown or can't be verified.</summary>
    internal static Answer BadToken(SandboxBehaviour behaviour) => Field("token", InvalidToken, behaviour);

    internal static Answer Field(string field, string text, SandboxBehaviour behaviour) =>
        Fields(new JsonObject { [field] = new JsonArray(text) }, behaviour);

    /// <summary>Errors by field, each an array: the widget throws when a field's text is not in an array.</summary>
    internal static Answer Fields(JsonObject fields, SandboxBehaviour behaviour) =>
        behaviour.ErrorKeyOnLegacyErrors ? Fields(fields) : Answer.Json(400, fields);

    /// <summary>Errors by field of the ePayment calls, which are documented with <c>error_key</c>.</summary>
    internal static Answer Fields(JsonObject fields)
    {
        fields["error_key"] = ValidationError;
        return Answer.Json(400, fields);
    }

    internal static Answer WrongPin(Payer payer, bool locked) => Answer.Json(400, new JsonObject
    {
        ["detail"] = locked ? "Your Khalti PIN is locked after too many wrong tries. Please try again later." : "Mobile or pin invalid.",
        ["tries_remaining"] = $"{payer.TriesRemaining}",
        ["error_key"] = locked ? "third_party_transaction_locked" : ValidationError,
    });

    internal static Answer WrongCode() => Detail(400, "Confirmation code or transaction pin does not match.");
}
