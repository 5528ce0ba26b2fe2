using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;

namespace KhaltiCheckout.Model;

/// <summary>The refund as a row, for <see cref="OrderRows"/>, which only reads it.</summary>
public sealed partial class Refund
{
    internal const string Columns = """
        "Id", "OrderId", "PaymentId", "Method", "Status", "Origin", "Amount", "RefundedBefore", "Reason", "Mobile", "KeyName", "RequestId",
        "Failure", "CreatedAt", "CompletedAt", "CompletedOn", "TakenOffOrder", "CreditNoteYear", "CreditNoteCount", "NextCheckAt", "LeasedUntil",
        "Checks", "Denials", "LastAskUnanswered", "PersonWasCalled", "Version"
        """;

    internal static Refund Read(SqlRow row) => new()
    {
        Id = row.Text(0),
        OrderId = row.Text(1),
        PaymentId = row.Text(2),
        Method = SnakeCase.Read<PaymentMethod>(row.Text(3)),
        Status = SnakeCase.Read<RefundStatus>(row.Text(4)),
        Origin = SnakeCase.Read<RefundOrigin>(row.Text(5)),
        Amount = row.Paisa(6),
        RefundedBefore = row.Paisa(7),
        Reason = row.TextOrNull(8),
        Mobile = row.TextOrNull(9),
        KeyName = row.TextOrNull(10),
        RequestId = row.TextOrNull(11),
        Failure = row.TextOrNull(12),
        CreatedAt = row.Instant(13),
        CompletedAt = row.InstantOrNull(14),
        CompletedOn = row.DayOrNull(15),
        TakenOffOrder = row.Paisa(16),
        CreditNoteYear = row.CountOrNull(17),
        CreditNoteCount = row.CountOrNull(18),
        NextCheckAt = row.InstantOrNull(19),
        LeasedUntil = row.InstantOrNull(20),
        Checks = row.Count(21),
        Denials = row.Count(22),
        LastAskUnanswered = row.Flag(23),
        PersonWasCalled = row.Flag(24),
        Version = row.Count(25),
    };
}
