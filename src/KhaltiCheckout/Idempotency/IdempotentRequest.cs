using KhaltiCheckout.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace KhaltiCheckout.Idempotency;

/// <summary>A request that came with an Idempotency-Key, and its answer once there is one.</summary>
public sealed class IdempotentRequest
{
    internal const string Columns = """
        "Id", "Fingerprint", "CreatedAt", "ExpiresAt", "LeasedUntil", "AnswerStatus", "AnswerContentType", "AnswerLocation", "AnswerBody",
            "Version"
        """;

    /// <summary>How long an answer is kept.</summary>
    internal static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    private IdempotentRequest()
    {
    }

    /// <summary>Hash of who asks and the key: keys are private to the caller.</summary>
    public string Id { get; private set; } = "";

    /// <summary>Hash of method, path and body.</summary>
    public string Fingerprint { get; private set; } = "";

    public DateTimeOffset CreatedAt { get; private set; }

    public DateTimeOffset ExpiresAt { get; private set; }

    /// <summary>Until when the process that runs the request is believed to be alive.</summary>
    public DateTimeOffset LeasedUntil { get; private set; }

    public int? AnswerStatus { get; private set; }

    public string? AnswerContentType { get; private set; }

    public string? AnswerLocation { get; private set; }

    public string? AnswerBody { get; private set; }

    /// <summary>Of two that take over the request of a process that died, one does.</summary>
    public int Version { get; private set; }

    internal static IdempotentRequest Begin(string id, string fingerprint, DateTimeOffset now, TimeSpan lease) => new()
    {
        Id = id,
        Fingerprint = fingerprint,
        CreatedAt = now,
        ExpiresAt = now + Lifetime,
        LeasedUntil = now + lease,
    };

    /// <summary>Of a row with <see cref="Columns"/>.</summary>
    internal static IdempotentRequest Read(SqlRow row) => new()
    {
        Id = row.Text(0),
        Fingerprint = row.Text(1),
        CreatedAt = row.Instant(2),
        ExpiresAt = row.Instant(3),
        LeasedUntil = row.Instant(4),
        AnswerStatus = row.CountOrNull(5),
        AnswerContentType = row.TextOrNull(6),
        AnswerLocation = row.TextOrNull(7),
        AnswerBody = row.TextOrNull(8),
        Version = row.Count(9),
    };

    /// <summary>In the order of <see cref="Columns"/>.</summary>
    internal object?[] Values() =>
        [Id, Fingerprint, CreatedAt, ExpiresAt, LeasedUntil, AnswerStatus, AnswerContentType, AnswerLocation, AnswerBody, Version];

    internal void TakeOver(DateTimeOffset now, TimeSpan lease)
    {
        LeasedUntil = now + lease;
        Version++;
    }

    internal void Answer(int status, string? contentType, string? location, string body)
    {
        AnswerStatus = status;
        AnswerContentType = contentType;
        AnswerLocation = location;
        AnswerBody = body;
        Version++;
    }
}

internal sealed class IdempotentRequestMapping : IEntityTypeConfiguration<IdempotentRequest>
{
    public void Configure(EntityTypeBuilder<IdempotentRequest> builder)
    {
        builder.ToTable("IdempotentRequests");
        builder.Property(request => request.Id).HasMaxLength(64).ValueGeneratedNever();
        builder.Property(request => request.Version).IsConcurrencyToken();
        builder.HasIndex(request => request.ExpiresAt);
    }
}

internal static class IdempotentRequestTable
{
    extension(CheckoutDb db)
    {
        internal DbSet<IdempotentRequest> IdempotentRequests => db.Set<IdempotentRequest>();
    }
}
