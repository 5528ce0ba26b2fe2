using KhaltiCheckout.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Access;

/// <summary>A key as it is shown: never the key itself.</summary>
/// <param name="Hint">How the key begins, to recognise it.</param>
/// <param name="LastUsedAt">To the minute.</param>
public sealed record KeyView(
    string Id, string Name, IReadOnlyList<string> Scopes, string Hint, DateTimeOffset CreatedAt, string CreatedBy,
    DateTimeOffset? LastUsedAt, DateTimeOffset? RevokedAt, string? RevokedBy)
{
    internal static KeyView Of(ApiKey key) => new(
        key.Id, key.Name, key.Scopes.Split(' '), key.Hint, key.CreatedAt, key.CreatedBy, key.LastUsedAt, key.RevokedAt, key.RevokedBy);
}

/// <summary>Keys, newest first.</summary>
public sealed record KeyListView(IReadOnlyList<KeyView> Data);

/// <summary>Lists every key that was ever made. Keys of the settings are not among them.</summary>
internal static class ListKeys
{
    internal static async Task<Ok<KeyListView>> Handle(CheckoutDb db, CancellationToken cancellationToken) =>
        TypedResults.Ok(new KeyListView([.. (await AllAsync(db, cancellationToken)).Select(KeyView.Of)]));

    internal static Task<List<ApiKey>> AllAsync(CheckoutDb db, CancellationToken cancellationToken) =>
        db.ApiKeys.AsNoTracking().OrderByDescending(key => key.Id).ToListAsync(cancellationToken);
}
