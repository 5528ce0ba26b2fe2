using KhaltiCheckout.Http;
using KhaltiCheckout.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Access;

/// <summary>A key for somebody.</summary>
/// <param name="Scopes">What it may do: <c>read</c>, <c>checkout</c>, <c>refund</c>, or <c>admin</c> for everything.</param>
public sealed record CreateKeyRequest(string Name, IReadOnlyList<string> Scopes)
{
    /// <summary>Whose it is. No two keys that work have the same, or look-alikes.</summary>
    public string Name { get; init; } = KeyNames.Normalize(Name);
}

/// <summary>A new key. It is shown only once.</summary>
/// <param name="Key">Send it as <c>Authorization: Bearer …</c>.</param>
public sealed record CreatedKeyView(
    string Id, string Name, IReadOnlyList<string> Scopes, string Hint, DateTimeOffset CreatedAt, string CreatedBy,
    DateTimeOffset? LastUsedAt, DateTimeOffset? RevokedAt, string? RevokedBy, string Key);

/// <summary>Makes a key and shows it once. Only an <c>admin</c> key makes keys, and it has every scope: no key can make one that
/// may do more than itself.</summary>
internal static class CreateKey
{
    internal static async Task<Results<Created<CreatedKeyView>, ProblemHttpResult>> Handle(
        CreateKeyRequest request, HttpContext http, CheckoutDb db, TimeProvider time, SecurityLog security,
        CancellationToken cancellationToken)
    {
        (ApiKey? made, string text) = await MakeAsync(request, http.User.KeyName()!, db, time.GetUtcNow(), cancellationToken);
        if (made is null)
        {
            return Problems.NameTaken();
        }

        security.KeyCreated(http, made);
        KeyView key = KeyView.Of(made);
        return TypedResults.Created(
            (string?)null,
            new CreatedKeyView(
                key.Id, key.Name, key.Scopes, key.Hint, key.CreatedAt, key.CreatedBy, key.LastUsedAt, key.RevokedAt, key.RevokedBy, text));
    }

    /// <summary>No key when the name is taken.</summary>
    internal static async Task<(ApiKey? Made, string Text)> MakeAsync(
        CreateKeyRequest request, string by, CheckoutDb db, DateTimeOffset now, CancellationToken cancellationToken)
    {
        string name = request.Name;
        string skeleton = KeyNames.Skeleton(name);
        (string text, ApiKeySecret key) = ApiKeySecret.New();
        ApiKey? made = await db.WriteAsync(
            async () =>
            {
                List<string> taken = await db.ApiKeys.Where(other => other.RevokedAt == null)
                    .Select(other => other.Name).ToListAsync(cancellationToken);
                if (taken.Exists(other => KeyNames.Skeleton(other) == skeleton))
                {
                    return null;
                }

                ApiKey row = ApiKey.For(key, name, request.Scopes, by, now);
                db.Add(row);
                return row;
            },
            cancellationToken);
        return (made, text);
    }
}
