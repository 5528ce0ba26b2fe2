using System.Text.Json;
using KhaltiCheckout.Storage;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Idempotency;

/// <summary>
/// The answer of the request that is running, for handlers that make something new: kept in the transaction that makes it,
/// so that a process which dies in between leaves either both or neither. A no-op without an Idempotency-Key.
/// </summary>
internal sealed class IdempotentResponse(IOptions<JsonOptions> json)
{
    private const string ContentType = "application/json; charset=utf-8";

    private const string KeepAnswer = """
        UPDATE "IdempotentRequests" SET "AnswerStatus" = @p0, "AnswerContentType" = @p1, "AnswerLocation" = @p2, "AnswerBody" = @p3,
            "Version" = "Version" + 1
        WHERE "Id" = @p4 AND "Version" = @p5
        """;

    private string? _requestId;
    private int _version;

    /// <summary>Which request this is; null without an Idempotency-Key. A handler whose work goes on after its transaction
    /// keeps it with what it made, so that the same request finds that again when its process died.</summary>
    internal string? RequestId => _requestId;

    /// <summary>The running request's row, as it was when this process began or took over.</summary>
    internal void IsFor(IdempotentRequest request)
    {
        _requestId = request.Id;
        _version = request.Version;
    }

    /// <summary>Call it inside the transaction, with exactly what the handler will answer.</summary>
    internal async Task SaveAsync(SqlSession sql, int status, object body, string? location = null)
    {
        if (_requestId is not null
            && await sql.ExecuteAsync(KeepAnswer, status, ContentType, location, TextOf(body), _requestId, _version) != 1)
        {
            throw new TakenOverException();
        }
    }

    private string TextOf(object body) => JsonSerializer.Serialize(body, body.GetType(), json.Value.SerializerOptions);
}

/// <summary>The request ran longer than its lease, and another process runs it now: this one makes nothing.</summary>
internal sealed class TakenOverException() : Exception("Another process has taken over this idempotent request.");
