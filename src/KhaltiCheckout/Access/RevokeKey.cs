using KhaltiCheckout.Http;
using KhaltiCheckout.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Access;

/// <summary>Ends a key at once, with everybody who signed in with it. Once more changes nothing.</summary>
internal static class RevokeKey
{
    internal static async Task<Results<Ok<KeyView>, ProblemHttpResult>> Handle(
        string id, HttpContext http, CheckoutDb db, TimeProvider time, SecurityLog security, CancellationToken cancellationToken)
    {
        if (await EndAsync(id, http.User.KeyName()!, db, time.GetUtcNow(), cancellationToken) is not { } key)
        {
            return Problems.NotFound("key");
        }

        security.KeyRevoked(http, key);
        return TypedResults.Ok(KeyView.Of(key));
    }

    /// <summary>Null when there is no such key.</summary>
    internal static Task<ApiKey?> EndAsync(string id, string by, CheckoutDb db, DateTimeOffset now, CancellationToken cancellationToken) =>
        db.WriteAsync(
            async () =>
            {
                ApiKey? key = await db.ApiKeys.SingleOrDefaultAsync(key => key.Id == id, cancellationToken);
                key?.Revoke(by, now);
                await db.AdminSessions.Where(session => session.KeyId == id).ExecuteDeleteAsync(cancellationToken);
                return key;
            },
            cancellationToken);
}
