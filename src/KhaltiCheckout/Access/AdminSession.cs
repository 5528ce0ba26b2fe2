using System.Security.Cryptography;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace KhaltiCheckout.Access;

/// <summary>Somebody who signed in on the admin pages with a key. Lasts as long as the key does, and twelve hours at most.</summary>
public sealed class AdminSession
{
    internal static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    /// <summary>Sign-ins with one key at once; one more ends the oldest.</summary>
    internal const int MaxOfKey = 10;

    private const int TokenLength = 64;
    private const int IdLength = 24;
    private const string IdPrefix = "ses_";

    private static readonly System.Buffers.SearchValues<char> Hex = System.Buffers.SearchValues.Create("0123456789abcdef");

    private AdminSession()
    {
    }

    /// <summary>Of the token in the cookie, which is not kept.</summary>
    public string Hash { get; private set; } = "";

    /// <summary>Id of the key; of a key of the settings <see cref="ConfiguredApiKeys.SessionKeyId"/>.</summary>
    public string KeyId { get; private set; } = "";

    /// <summary>What the key was called at sign-in. Null in rows of older versions.</summary>
    public string? KeyName { get; private set; }

    /// <summary>From where. Null in rows of older versions.</summary>
    public string? Address { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    public DateTimeOffset ExpiresAt { get; private set; }

    internal static string NewToken() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TokenLength / 2));

    /// <summary>The beginning of a hash of a random token: to name a session by, and good for nothing else.</summary>
    internal string Id => IdPrefix + Hash[..IdLength];

    /// <summary>How the hash of the session with this id begins; null for what is no such id.</summary>
    internal static string? HashStartOf(string id) =>
        id.Length == IdPrefix.Length + IdLength && id.StartsWith(IdPrefix, StringComparison.Ordinal)
            && id.AsSpan(IdPrefix.Length).IndexOfAnyExcept(Hex) < 0
                ? id[IdPrefix.Length..]
                : null;

    internal static bool IsToken(string? text) => text?.Length == TokenLength && text.All(char.IsAsciiHexDigitLower);

    internal static string HashOf(string token) => Convert.ToHexStringLower(ApiKeySecret.HashOf(token));

    internal static AdminSession Begin(string token, string keyId, string keyName, string address, DateTimeOffset now) => new()
    {
        Hash = HashOf(token),
        KeyId = keyId,
        KeyName = keyName,
        Address = address,
        CreatedAt = now,
        ExpiresAt = now + Lifetime,
    };
}

internal sealed class AdminSessionMapping : IEntityTypeConfiguration<AdminSession>
{
    private const int MaxKeyName = 100;
    private const int MaxAddress = 64;

    public void Configure(EntityTypeBuilder<AdminSession> builder)
    {
        builder.ToTable("AdminSessions");
        builder.HasKey(session => session.Hash);
        builder.Ignore(session => session.Id);
        builder.Property(session => session.Hash).HasMaxLength(64).ValueGeneratedNever();
        builder.Property(session => session.KeyId).HasMaxLength(TypeId.MaxIdLength);
        builder.Property(session => session.KeyName).HasMaxLength(MaxKeyName);
        builder.Property(session => session.Address).HasMaxLength(MaxAddress);
        builder.HasIndex(session => session.KeyId);
        builder.HasIndex(session => session.ExpiresAt);
    }
}

internal static class AdminSessionTable
{
    extension(CheckoutDb db)
    {
        internal DbSet<AdminSession> AdminSessions => db.Set<AdminSession>();
    }
}
