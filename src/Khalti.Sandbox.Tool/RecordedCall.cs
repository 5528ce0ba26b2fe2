using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;

namespace Khalti.Sandbox.Tool;

/// <summary>A call that a program made at Khalti through the recorder.</summary>
internal sealed record RecordedCall(string Method, string Path, string Query, string? ContentType, string? Authorization, string Body)
{
    internal string PathAndQuery => Path + Query;

    internal long? Amount => long.TryParse(Text("amount"), CultureInfo.InvariantCulture, out long amount) ? amount : null;

    /// <summary>The fields of the body, JSON or form.</summary>
    internal JsonNode? Fields =>
        ContentType?.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) == true
            ? new JsonObject(QueryHelpers.ParseQuery(Body).Select(one => KeyValuePair.Create(one.Key, (JsonNode?)one.Value.ToString())))
            : AnswerComparison.TryParse(Body, out JsonNode? json) ? json : null;

    internal string? Text(string field) => (Fields as JsonObject)?[field]?.ToString();
}
