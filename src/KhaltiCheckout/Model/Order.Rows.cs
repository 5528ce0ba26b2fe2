using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;

namespace KhaltiCheckout.Model;

/// <summary>The order as a row, for <see cref="OrderRows"/>.</summary>
public sealed partial class Order
{
    internal const string Columns = """
        "Id", "Status", "Attention", "Amount", "AmountRefunded", "CustomerName", "CustomerEmail", "CustomerPhone", "Reference", "Metadata",
        "ReturnUrl", "CreatedAt", "PlacedOn", "ExpiresAt", "PaidAt", "MismatchesKept", "ReceiptYear", "ReceiptCount", "SellerPan", "VatPercent",
        "Version"
        """;

    internal const string Insert = $"""
        INSERT INTO "Orders" ({Columns}) VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9, @p10, @p11, @p12, @p13, @p14, @p15, @p16, @p17,
            @p18, @p19, @p20)
        """;

    // An index whose columns stand in an update is written again, with the same values, too.
    private const string UpdateVersion = """UPDATE "Orders" SET "Version" = @p0 WHERE "Id" = @p1 AND "Version" = @p2""";

    private const string UpdateState = """
        UPDATE "Orders" SET "Status" = @p0, "Attention" = @p1, "AmountRefunded" = @p2, "PaidAt" = @p3, "MismatchesKept" = @p4,
            "ReceiptYear" = @p5, "ReceiptCount" = @p6, "SellerPan" = @p7, "VatPercent" = @p8, "Version" = @p9
        WHERE "Id" = @p10 AND "Version" = @p11
        """;

    private State _stored;

    /// <summary>As it stands in the database; null for one that does not yet.</summary>
    internal int? StoredVersion { get; private set; }

    /// <summary>One number for the versions of the order and of its payments, as they stand in the database.</summary>
    internal long StoredState => (StoredVersion ?? 0) + _payments.Sum(payment => (payment.StoredVersion ?? 0) + 1L);

    /// <summary>Whether it came with all its parts: then it has lines, as no order has none.</summary>
    internal bool IsWhole => _lines.Count > 0;

    internal static Order Read(SqlRow row)
    {
        Order order = Filled(row);
        order._stored = order.Now;
        return order;
    }

    private static Order Filled(SqlRow row) => new()
    {
        Id = row.Text(0),
        Status = SnakeCase.Read<OrderStatus>(row.Text(1)),
        Attention = row.TextOrNull(2) is { } attention ? SnakeCase.Read<AttentionReason>(attention) : null,
        Amount = row.Paisa(3),
        AmountRefunded = row.Paisa(4),
        CustomerName = row.TextOrNull(5),
        CustomerEmail = row.TextOrNull(6),
        CustomerPhone = row.TextOrNull(7),
        Reference = row.TextOrNull(8),
        Metadata = row.TextOrNull(9),
        ReturnUrl = row.TextOrNull(10),
        CreatedAt = row.Instant(11),
        PlacedOn = row.Day(12),
        ExpiresAt = row.Instant(13),
        PaidAt = row.InstantOrNull(14),
        MismatchesKept = row.Count(15),
        ReceiptYear = row.CountOrNull(16),
        ReceiptCount = row.CountOrNull(17),
        SellerPan = row.TextOrNull(18),
        VatPercent = row.CountOrNull(19),
        Version = row.Count(20),
        StoredVersion = row.Count(20),
    };

    /// <summary>What belongs to it, as far as it was asked for.</summary>
    internal void Take(
        IEnumerable<OrderLine> lines, IEnumerable<Payment> payments, IEnumerable<Refund> refunds, IEnumerable<RaisedReason> reasons)
    {
        _reasons.AddRange(reasons);
        _lines.AddRange(lines);
        _payments.AddRange(payments);
        _refunds.AddRange(refunds);
    }

    /// <summary>In the order of <see cref="Columns"/>.</summary>
    internal object?[] Values() =>
    [
        Id, SnakeCase.Of(Status), AttentionText, Amount, AmountRefunded, CustomerName, CustomerEmail, CustomerPhone, Reference, Metadata,
        ReturnUrl, CreatedAt, PlacedOn, ExpiresAt, PaidAt, MismatchesKept, ReceiptYear, ReceiptCount, SellerPan, VatPercent, Version,
    ];

    /// <summary>Saves what has changed since it was read, and that something has.</summary>
    internal SqlChange Change() => Now == _stored
        ? SqlChange.Update(UpdateVersion, [Version, Id, StoredVersion])
        : SqlChange.Update(
            UpdateState,
            [
                SnakeCase.Of(Status), AttentionText, AmountRefunded, PaidAt, MismatchesKept, ReceiptYear, ReceiptCount, SellerPan, VatPercent,
                Version, Id, StoredVersion,
            ]);

    /// <summary>All of it is in the database now.</summary>
    internal void IsStored()
    {
        StoredVersion = Version;
        _stored = Now;
        _payments.ForEach(payment => payment.IsStored());
        _reasons.RemoveAll(reason => !reason.IsOpen);
        _reasons.ForEach(reason => reason.IsStored());
        _timeline.Clear();
        _searchTerms.Clear();
    }

    // All that can change, but for the version.
    private State Now => new(Status, Attention, AmountRefunded, PaidAt, MismatchesKept, ReceiptYear, ReceiptCount, SellerPan, VatPercent);

    private string? AttentionText => Attention is { } attention ? SnakeCase.Of(attention) : null;

    private readonly record struct State(
        OrderStatus Status, AttentionReason? Attention, Khalti.Client.Paisa AmountRefunded, DateTimeOffset? PaidAt, int MismatchesKept, int? ReceiptYear,
        int? ReceiptCount, string? SellerPan, int? VatPercent);
}
