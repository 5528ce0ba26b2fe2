using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace KhaltiCheckout.Access;

/// <summary>A key that was handed out: whose it is, what it may do, and a hash to know it by. The key itself is nowhere.</summary>
public sealed class ApiKey
{
    private ApiKey()
    {
    }

    public string Id { get; private set; } = "";

    public string Name { get; private set; } = "";

    /// <summary>The key's first characters: to find its row, and for people to recognise it. No secret.</summary>
    public string Hint { get; private set; } = "";

    public byte[] Hash { get; private set; } = [];

    /// <summary>Words of <see cref="Scopes"/> with blanks between them.</summary>
    public string Scopes { get; private set; } = "";

    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>Name of the key that made it, or <c>command line</c>.</summary>
    public string CreatedBy { get; private set; } = "";

    /// <summary>To the minute.</summary>
    public DateTimeOffset? LastUsedAt { get; private set; }

    public DateTimeOffset? RevokedAt { get; private set; }

    public string? RevokedBy { get; private set; }

    internal static ApiKey For(ApiKeySecret text, string name, IEnumerable<string> scopes, string by, DateTimeOffset now) => new()
    {
        Id = TypeId.New(TypeId.ApiKey, now),
        Name = name,
        Hint = text.Hint,
        Hash = text.Hash,
        Scopes = string.Join(' ', scopes.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)),
        CreatedAt = now,
        CreatedBy = by,
    };

    internal KeyHolder Holder() => new(Id, Name, Scopes.Split(' '));

    internal void Revoke(string by, DateTimeOffset now)
    {
        RevokedBy = RevokedAt is null ? by : RevokedBy;
        RevokedAt ??= now;
    }
}

internal sealed class ApiKeyMapping : IEntityTypeConfiguration<ApiKey>
{
    public void Configure(EntityTypeBuilder<ApiKey> builder)
    {
        builder.ToTable("ApiKeys");
        builder.Property(key => key.Id).HasMaxLength(TypeId.MaxIdLength).ValueGeneratedNever();
        builder.HasIndex(key => key.Hint).IsUnique();

        // Two keys of one name could not be told apart in a timeline. Revoking a key frees its name.
        builder.HasIndex(key => key.Name).IsUnique().HasFilter("\"RevokedAt\" IS NULL");
    }
}

internal static class ApiKeyTable
{
    extension(CheckoutDb db)
    {
        internal DbSet<ApiKey> ApiKeys => db.Set<ApiKey>();
    }
}
