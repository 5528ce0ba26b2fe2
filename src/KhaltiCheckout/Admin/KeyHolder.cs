using System.Security.Claims;

namespace KhaltiCheckout.Admin;

/// <summary>Whose key a request came with.</summary>
/// <param name="Id">A key's id; for a key of the settings a fingerprint that tells nothing of it.</param>
/// <param name="Name">What people call the key; stands in timelines.</param>
internal sealed record KeyHolder(string Id, string Name, IReadOnlyCollection<string> Scopes);

internal static class KeyHolders
{
    private const string ScopeClaim = "scope";

    internal static ClaimsPrincipal Principal(KeyHolder holder, string scheme) => new(new ClaimsIdentity(
        [
            new Claim(ClaimTypes.NameIdentifier, holder.Id),
            new Claim(ClaimTypes.Name, holder.Name),
            .. holder.Scopes.Select(scope => new Claim(ScopeClaim, scope)),
        ],
        scheme));

    extension(ClaimsPrincipal user)
    {
        /// <summary>Null for nobody.</summary>
        internal string? KeyId() => user.FindFirstValue(ClaimTypes.NameIdentifier);

        /// <summary>For the timeline. Null for nobody.</summary>
        internal string? KeyName() => user.FindFirstValue(ClaimTypes.Name);

        /// <summary>Whether the key has this scope, or <c>admin</c>, which has all others in it.</summary>
        internal bool MayDo(string scope) => user.HasClaim(ScopeClaim, scope) || user.HasClaim(ScopeClaim, Scopes.Admin);
    }
}
