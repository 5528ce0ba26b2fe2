using System.Globalization;
using System.Security.Claims;

namespace KhaltiCheckout.Access;

/// <summary>Whose key a request came with.</summary>
/// <param name="Id">A key's id; for a key of the settings its position, so that nothing of the key is kept anywhere.</param>
/// <param name="Name">What people call the key; stands in timelines.</param>
internal sealed record KeyHolder(string Id, string Name, IReadOnlyCollection<string> Scopes);

internal static class KeyHolders
{
    private const string ScopeClaim = "scope";

    internal static ClaimsPrincipal Principal(KeyHolder holder, string scheme, DateTimeOffset? sessionExpiresAt = null)
    {
        ClaimsIdentity identity = new(
            [
                new Claim(ClaimTypes.NameIdentifier, holder.Id),
                new Claim(ClaimTypes.Name, holder.Name),
                .. holder.Scopes.Select(scope => new Claim(ScopeClaim, scope)),
            ],
            scheme);
        if (sessionExpiresAt is { } instant)
        {
            identity.AddClaim(new Claim(ClaimTypes.Expiration, instant.ToString("O", CultureInfo.InvariantCulture)));
        }

        return new ClaimsPrincipal(identity);
    }

    /// <summary>A signed-in caller whose request lacks the CSRF header: no name, and no scope.</summary>
    internal static ClaimsPrincipal Unmeant(string scheme) => new(new ClaimsIdentity(scheme));

    extension(ClaimsPrincipal user)
    {
        /// <summary>Null for an anonymous caller.</summary>
        internal string? KeyId() => user.FindFirstValue(ClaimTypes.NameIdentifier);

        /// <summary>For the timeline. Null for an anonymous caller.</summary>
        internal string? KeyName() => user.FindFirstValue(ClaimTypes.Name);

        internal IReadOnlyList<string> KeyScopes() => [.. user.FindAll(ScopeClaim).Select(claim => claim.Value)];

        /// <summary>Null for a request that brought the key itself.</summary>
        internal DateTimeOffset? SessionExpiresAt() => user.FindFirstValue(ClaimTypes.Expiration) is { } instant
            ? DateTimeOffset.ParseExact(instant, "O", CultureInfo.InvariantCulture)
            : null;

        /// <summary>Whether the key has this scope, or <c>admin</c>, which has all others in it.</summary>
        internal bool MayDo(string scope) => user.HasClaim(ScopeClaim, scope) || user.HasClaim(ScopeClaim, Scopes.Admin);
    }
}
