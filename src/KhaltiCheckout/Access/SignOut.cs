using KhaltiCheckout.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Access;

/// <summary>Ends the session here and in the database: a copy of the cookie is worth nothing afterwards.</summary>
internal static class SignOut
{
    internal static async Task<NoContent> Handle(
        HttpContext http, CheckoutDb db, SecurityLog security, CancellationToken cancellationToken)
    {
        if (SessionCookie.HashIn(http.Request) is { } hash)
        {
            await db.WriteAsync(
                () => db.AdminSessions.Where(session => session.Hash == hash).ExecuteDeleteAsync(cancellationToken), cancellationToken);
            security.SignedOut(http);
        }

        SessionCookie.TakeAway(http);
        return TypedResults.NoContent();
    }
}
