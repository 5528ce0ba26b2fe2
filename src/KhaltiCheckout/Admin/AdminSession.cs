using System.Security.Cryptography;
using KhaltiCheckout.Orders;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace KhaltiCheckout.Admin;

/// <summary>Somebody who signed in on the admin pages with a key. Lasts as long as the key does, and twelve hours at most.</summary>
public sealed class AdminSession
{
    internal static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    private AdminSession()
    {
    }

    /// <summary>Of the token in the cookie, which is not kept.</summary>
    public string Hash { get; private set; } = "";

    /// <summary>Id of the key, or fingerprint of a key of the settings.</summary>
    public string KeyId { get; private set; } = "";

    public DateTimeOffset CreatedAt { get; private set; }

    public DateTimeOffset ExpiresAt { get; private set; }

    internal static string NewToken() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    internal static string HashOf(string token) => Convert.ToHexStringLower(KeyText.HashOf(token));

    internal static AdminSession Begin(string token, KeyHolder holder, DateTimeOffset now) => new()
    {
        Hash = HashOf(token),
        KeyId = holder.Id,
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
