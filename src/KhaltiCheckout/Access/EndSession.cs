using KhaltiCheckout.Http;
using KhaltiCheckout.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Access;

/// <summary>Ends a sign-in at once, in every process: one of one's own key, with scope <c>admin</c> any.</summary>
internal static class EndSession
{
    internal static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        string id, HttpContext http, CheckoutDb db, SecurityLog security, CancellationToken cancellationToken)
    {
        int ended = AdminSession.HashStartOf(id) is { } start
            ? await db.WriteAsync(
                () => ListSessions.InReachOf(http, db).Where(session => session.Hash.StartsWith(start))
                    .ExecuteDeleteAsync(cancellationToken),
                cancellationToken)
            : 0;
        if (ended == 0)
        {
            return Problems.NotFound("sign-in");
        }

        security.SessionEnded(http, id);
        return TypedResults.NoContent();
    }
}
