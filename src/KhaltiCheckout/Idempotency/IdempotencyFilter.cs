using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using KhaltiCheckout.Access;
using KhaltiCheckout.Http;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace KhaltiCheckout.Idempotency;

/// <summary>
/// Honours Idempotency-Key: the same key and body gives the first answer again, the same key with another body is refused,
/// and while the first is still running the second is told so. Kept in the database, so it holds between processes and
/// over a restart.
/// </summary>
internal sealed class IdempotencyFilter(Func<EndpointFilterInvocationContext, object?> bodyOf) : IEndpointFilter
{
    internal const string Header = "Idempotency-Key";
    internal const string ReplayedHeader = "Idempotency-Replayed";

    internal const int MaxKeyLength = 255;

    /// <summary>Of callers that nothing tells apart: a key that is short could be another's.</summary>
    internal const int ShortestSharedKey = 20;

    // How long a process that died keeps the next try waiting. A request that is slower than this loses its key to the
    // next try and makes nothing (IdempotentResponse), or is one that may run twice (verify).
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        HttpContext http = context.HttpContext;
        StringValues given = http.Request.Headers[Header];
        if (given.Count == 0)
        {
            return await next(context);
        }

        if (given is not [{ Length: >= 1 and <= MaxKeyLength } key] || !key.All(letter => letter is >= ' ' and <= '~'))
        {
            return WrongKey($"One key of 1 to {MaxKeyLength} printable ASCII characters.");
        }

        // Each API key and each browser has keys of its own: no caller can read another's answers or block its keys by guessing. A
        // header that is no key of ours is not taken for nobody's, either.
        string? owner = http.User.KeyId() ?? (http.Request.Headers.Authorization is { Count: > 0 } unknown ? $"?{unknown}"
            : BrowserCookie.In(http.Request) is { } browser ? $"@{browser}" : null);
        if (owner is null && key.Length < ShortestSharedKey)
        {
            return WrongKey($"At least {ShortestSharedKey} characters without an API key: make it long and random, such as a UUID.");
        }

        Database database = http.RequestServices.GetRequiredService<Database>();
        TimeProvider time = http.RequestServices.GetRequiredService<TimeProvider>();
        string id = Hash($"{owner}\n{key}");
        string fingerprint = Fingerprint(context);
        DateTimeOffset now = time.GetUtcNow();
        Beginning beginning =
            await database.WriteAsync(Isolation.RowLocks, sql => BeginAsync(sql, id, fingerprint, now), http.RequestAborted);
        if (beginning.Refusal is not null || beginning.Answer is not null)
        {
            return (object?)beginning.Refusal ?? new ReplayedAnswer(beginning.Answer!);
        }

        IdempotentRequest running = beginning.Running!;
        http.RequestServices.GetRequiredService<IdempotentResponse>().IsFor(running);
        try
        {
            return new RecordingResult((IResult)(await next(context))!, running);
        }
        catch (TakenOverException)
        {
            return Problems.IdempotencyInProgress();
        }
        catch
        {
            await ReleaseAsync(database, running, time);
            throw;
        }
    }

    internal static Task ReleaseAsync(Database database, IdempotentRequest running, TimeProvider time)
    {
        DateTimeOffset now = time.GetUtcNow();
        return database.WriteAsync(
            Isolation.RowLocks,
            async sql =>
            {
                await sql.ReleaseRequestAsync(running, now);
                return true;
            },
            CancellationToken.None);
    }

    private static async Task<Beginning> BeginAsync(SqlSession sql, string id, string fingerprint, DateTimeOffset now)
    {
        IdempotentRequest? known = await sql.FindRequestAsync(id);
        if (known?.ExpiresAt <= now)
        {
            await sql.ForgetRequestAsync(id);
            known = null;
        }

        switch (known)
        {
            case null:
                known = IdempotentRequest.Begin(id, fingerprint, now, Lease);
                await sql.AddRequestAsync(known);
                return new Beginning(Running: known);
            case var other when other.Fingerprint != fingerprint:
                return new Beginning(Problems.IdempotencyKeyReused());
            case { AnswerStatus: not null }:
                return new Beginning(Answer: known);
            case var running when ClockSkew.IsAhead(running.LeasedUntil, now, atMost: Lease):
                return new Beginning(Problems.IdempotencyInProgress());
            default:
                known.TakeOver(now, Lease);
                await sql.SaveLeaseAsync(known);
                return new Beginning(Running: known);
        }
    }

    private static ProblemHttpResult WrongKey(string why) =>
        TypedResults.Problem(Problems.ValidationFailed(new Dictionary<string, string[]>(StringComparer.Ordinal) { [Header] = [why] }));

    // The body as it was understood, so that blanks and the order of members don't make it another one.
    private string Fingerprint(EndpointFilterInvocationContext context)
    {
        HttpContext http = context.HttpContext;
        JsonSerializerOptions json = http.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        return Hash($"{http.Request.Method} {http.Request.Path}\n{JsonSerializer.Serialize(bodyOf(context), json)}");
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private sealed record Beginning(ProblemHttpResult? Refusal = null, IdempotentRequest? Answer = null, IdempotentRequest? Running = null);
}

internal static class IdempotencyFeature
{
    private static readonly HeaderParameter Key = new(
        IdempotencyFilter.Header,
        "A text of your own, new for each request you mean to make. The same key and body again gives the first "
        + "answer again, with `Idempotency-Replayed: true`, for 24 hours. Kept apart for each API key; without one make it "
        + "long and random, such as a UUID: fewer than 20 characters are refused.",
        MinLength: 1, IdempotencyFilter.MaxKeyLength, "5f0c2a1e-84c1-4b1e-9d6f-0a7e3c5b1042");

    internal static void AddIdempotency(this IServiceCollection services) => services.AddScoped<IdempotentResponse>();

    /// <summary>Honours an Idempotency-Key on this route. After validation: a request that was never understood is not kept.</summary>
    internal static RouteHandlerBuilder WithIdempotency<TBody>(this RouteHandlerBuilder route) =>
        route.AddEndpointFilter(new IdempotencyFilter(context => context.Arguments.OfType<TBody>().Single())).WithMetadata(Key);

    /// <summary>The same for a route without a body.</summary>
    internal static RouteHandlerBuilder WithIdempotency(this RouteHandlerBuilder route) =>
        route.AddEndpointFilter(new IdempotencyFilter(_ => null)).WithMetadata(Key);
}
