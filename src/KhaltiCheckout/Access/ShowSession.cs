using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KhaltiCheckout.Access;

/// <summary>Says who one is.</summary>
internal static class ShowSession
{
    internal static Ok<SessionView> Handle(ClaimsPrincipal user) =>
        TypedResults.Ok(new SessionView(user.KeyName()!, user.KeyScopes(), user.SessionExpiresAt()));
}
