using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;

namespace KhaltiCheckout.Model;

/// <summary>The payment as a row, for <see cref="OrderRows"/>.</summary>
public sealed partial class Payment
{
    internal const string Columns = """
        "Id", "OrderId", "Method", "Status", "KhaltiState", "Amount", "AmountPaid", "AmountRefunded", "AmountReserved", "Fee", "Token", "Pidx",
        "PaymentUrl", "LinkExpiresAt", "TransactionId", "Failure", "CreatedAt", "CompletedAt", "CompletedOn", "NextCheckAt", "LeasedUntil",
        "LastAskedAt", "LastAnsweredAt", "Checks", "Denials", "LastAskUnanswered", "Version"
        """;

    internal const string Insert = $"""
        INSERT INTO "Payments" ({Columns}) VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9, @p10, @p11, @p12, @p13, @p14, @p15, @p16,
            @p17, @p18, @p19, @p20, @p21, @p22, @p23, @p24, @p25, @p26)
        """;

    internal const string Update = """
        UPDATE "Payments" SET "Status" = @p0, "KhaltiState" = @p1, "AmountPaid" = @p2, "AmountRefunded" = @p3, "AmountReserved" = @p4,
            "Fee" = @p5, "Pidx" = @p6, "PaymentUrl" = @p7, "LinkExpiresAt" = @p8, "TransactionId" = @p9, "Failure" = @p10,
            "CompletedAt" = @p11, "CompletedOn" = @p12, "NextCheckAt" = @p13, "LeasedUntil" = @p14, "LastAskedAt" = @p15,
            "LastAnsweredAt" = @p16, "Checks" = @p17, "Denials" = @p18, "LastAskUnanswered" = @p19, "Version" = @p20
        WHERE "Id" = @p21 AND "Version" = @p22
        """;

    /// <summary>As it stands in the database; null for one that does not yet.</summary>
    internal int? StoredVersion { get; private set; }

    internal static Payment Read(SqlRow row) => new()
    {
        Id = row.Text(0),
        OrderId = row.Text(1),
        Method = SnakeCase.Read<PaymentMethod>(row.Text(2)),
        Status = SnakeCase.Read<PaymentStatus>(row.Text(3)),
        KhaltiState = row.TextOrNull(4),
        Amount = row.Paisa(5),
        AmountPaid = row.PaisaOrNull(6),
        AmountRefunded = row.Paisa(7),
        AmountReserved = row.Paisa(8),
        Fee = row.PaisaOrNull(9),
        Token = row.TextOrNull(10),
        Pidx = row.TextOrNull(11),
        PaymentUrl = row.TextOrNull(12),
        LinkExpiresAt = row.InstantOrNull(13),
        TransactionId = row.TextOrNull(14),
        Failure = row.TextOrNull(15),
        CreatedAt = row.Instant(16),
        CompletedAt = row.InstantOrNull(17),
        CompletedOn = row.DayOrNull(18),
        NextCheckAt = row.InstantOrNull(19),
        LeasedUntil = row.InstantOrNull(20),
        LastAskedAt = row.InstantOrNull(21),
        LastAnsweredAt = row.InstantOrNull(22),
        Checks = row.Count(23),
        Denials = row.Count(24),
        LastAskUnanswered = row.Flag(25),
        Version = row.Count(26),
        StoredVersion = row.Count(26),
    };

    /// <summary>In the order of <see cref="Columns"/>.</summary>
    internal object?[] Values() =>
    [
        Id, OrderId, SnakeCase.Of(Method), SnakeCase.Of(Status), KhaltiState, Amount, AmountPaid, AmountRefunded, AmountReserved, Fee, Token, Pidx,
        PaymentUrl, LinkExpiresAt, TransactionId, Failure, CreatedAt, CompletedAt, CompletedOn, NextCheckAt, LeasedUntil,
        LastAskedAt, LastAnsweredAt, Checks, Denials, LastAskUnanswered, Version,
    ];

    /// <summary>What can change, and of which version: for <see cref="Update"/>.</summary>
    internal object?[] Changes() =>
    [
        SnakeCase.Of(Status), KhaltiState, AmountPaid, AmountRefunded, AmountReserved, Fee, Pidx, PaymentUrl, LinkExpiresAt, TransactionId, Failure,
        CompletedAt, CompletedOn, NextCheckAt, LeasedUntil, LastAskedAt, LastAnsweredAt, Checks, Denials, LastAskUnanswered, Version, Id, StoredVersion,
    ];

    internal void IsStored() => StoredVersion = Version;
}
