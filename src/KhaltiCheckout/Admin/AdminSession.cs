using System.Security.Cryptography;
using KhaltiCheckout.Orders;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace KhaltiCheckout.Admin;

/// <summary>Somebody who signed in on the admin pages with a key. Lasts as long as the key does, and twelve hours at most.</summary>
public sealed class AdminSession
{
    internal static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    private const int TokenLength = 64;

    private AdminSession()
    {
    }

    /// <summary>Of the token in the cookie, which is not kept.</summary>
    public string Hash { get; private set; } = "";

    /// <summary>Id of the key; of a key of the settings <see cref="SettingsKeys.SessionKeyId"/>.</summary>
    public string KeyId { get; private set; } = "";

    public DateTimeOffset CreatedAt { get; private set; }

    public DateTimeOffset ExpiresAt { get; private set; }

    internal static string NewToken() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TokenLength / 2));

    internal static bool IsToken(string? text) => text?.Length == TokenLength && text.All(char.IsAsciiHexDigitLower);

    internal static string HashOf(string token) => Convert.ToHexStringLower(KeyText.HashOf(token));

    internal static AdminSession Begin(string token, string keyId, DateTimeOffset now) => new()
    {
        Hash = HashOf(token),
        KeyId = keyId,
        CreatedAt = now,
        ExpiresAt = now + Lifetime,
    };
}

internal sealed class AdminSessionMapping : IEntityTypeConfiguration<AdminSession>
{
    public void Configure(EntityTypeBuilder<AdminSession> builder)
    {
        builder.ToTable("AdminSessions");
        builder.HasKey(session => session.Hash);
        builder.Property(session => session.Hash).HasMaxLength(64).ValueGeneratedNever();
        builder.Property(session => session.KeyId).HasMaxLength(TypeId.LongestId);
        builder.HasIndex(session => session.KeyId);
        builder.HasIndex(session => session.ExpiresAt);
    }
}
