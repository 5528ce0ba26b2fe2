using System.Text.Json;

namespace Khalti.Client;

/// <summary>Khalti's confirmation of a refund (document: refund). It has neither amount nor state: read them afterwards.</summary>
/// <param name="Detail">Khalti's text, at most 200 characters. May contain markup: escape it.</param>
public sealed record RefundConfirmation(string Detail)
{
    internal static RefundConfirmation? Read(JsonElement body) =>
        body.Text("detail") is { } detail && body.Member("error_key") is null && body.Member("status_code") is null ? new(detail) : null;
}
