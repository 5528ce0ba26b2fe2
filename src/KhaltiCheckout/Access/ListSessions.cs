using KhaltiCheckout.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Access;

/// <summary>A sign-in on the admin pages that still lasts.</summary>
/// <param name="Id">To end it by.</param>
/// <param name="KeyName">The key that was signed in with.</param>
/// <param name="Address">The client's address at sign-in.</param>
/// <param name="IsCurrent">Whether this request was sent with it.</param>
public sealed record AdminSessionView(
    string Id, string? KeyName, string? Address, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, bool IsCurrent);

/// <summary>Sign-ins, newest first.</summary>
public sealed record AdminSessionListView(IReadOnlyList<AdminSessionView> Data);

/// <summary>Lists the sign-ins with one's own key; with scope <c>admin</c> all of them.</summary>
internal static class ListSessions
{
    internal static async Task<Ok<AdminSessionListView>> Handle(
        HttpContext http, CheckoutDb db, TimeProvider time, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        string? current = SessionCookie.HashIn(http.Request);
        List<AdminSession> sessions = await InReachOf(http, db).AsNoTracking().Where(session => session.ExpiresAt > now)
            .OrderByDescending(session => session.CreatedAt).ThenBy(session => session.Hash).ToListAsync(cancellationToken);
        return TypedResults.Ok(new AdminSessionListView([.. sessions.Select(session => new AdminSessionView(
            session.Id, session.KeyName, session.Address, session.CreatedAt, session.ExpiresAt, session.Hash == current))]));
    }

    internal static IQueryable<AdminSession> InReachOf(HttpContext http, CheckoutDb db)
    {
        string keyId = http.User.KeyId()!;
        return http.User.MayDo(Scopes.Admin) ? db.AdminSessions : db.AdminSessions.Where(session => session.KeyId == keyId);
    }
}
