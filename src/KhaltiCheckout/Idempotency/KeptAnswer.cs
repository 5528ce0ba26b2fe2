using System.Text.Json;
using KhaltiCheckout.Data;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Idempotency;

/// <summary>
/// The answer of the request that is running, for handlers that make something new: kept in the transaction that makes it,
/// so that a process which dies in between leaves either both or neither. A no-op without an Idempotency-Key.
/// </summary>
internal sealed class KeptAnswer(CheckoutDb db, IOptions<JsonOptions> json)
{
    /// <summary>The running request's row; null without a key.</summary>
    internal string? RequestId { get; set; }

    /// <summary>Call it inside the transaction, with exactly what the handler will answer.</summary>
    internal async Task KeepAsync(int status, object body, string? location = null)
    {
        if (RequestId is null)
        {
            return;
        }

        IdempotentRequest request = await db.IdempotentRequests.FindAsync([RequestId])
            ?? throw new InvalidOperationException("The running request's row is gone.");
        string text = JsonSerializer.Serialize(body, body.GetType(), json.Value.SerializerOptions);
        request.Answer(status, "application/json; charset=utf-8", location, text);
    }
}
