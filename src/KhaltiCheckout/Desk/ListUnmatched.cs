using System.ComponentModel;
using System.Globalization;
using Khalti.Client;
using KhaltiCheckout.Http;
using KhaltiCheckout.Model;
using KhaltiCheckout.Storage;
using KhaltiCheckout.TransactionMatching;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Desk;

/// <summary>A transaction at Khalti that belongs to no order of this shop.</summary>
/// <param name="TransactionId">Khalti's id.</param>
/// <param name="Amount">Paisa.</param>
/// <param name="Fee">Paisa: Khalti's fee.</param>
/// <param name="KhaltiState">In Khalti's own words.</param>
/// <param name="ProductIdentity">What it was paid for, as the page named it; null where Khalti does not say.</param>
/// <param name="Rule">Why it pays no order, as a stable word.</param>
/// <param name="CreatedOn">When the payer began.</param>
/// <param name="FoundAt">When the shop found it.</param>
public sealed record UnmatchedTransactionView(
    string TransactionId, UnmatchedStatus Status, Paisa Amount, Paisa? Fee, string KhaltiState, string? ProductIdentity, string? Rule,
    DateTimeOffset? CreatedOn, DateTimeOffset FoundAt, DateTimeOffset? ResolvedAt, string? ResolvedBy, string? Note)
{
    internal static UnmatchedTransactionView Of(UnmatchedTransaction found) => new(
        found.TransactionId, found.Status, found.Amount, found.Fee, found.KhaltiState, found.ProductIdentity, found.Rule,
        found.CreatedOn, found.FoundAt, found.ResolvedAt, found.ResolvedBy, found.Note);
}

/// <summary>Some of them.</summary>
/// <param name="NextCursor">For the page after this one; null at the end.</param>
public sealed record UnmatchedTransactionPage(IReadOnlyList<UnmatchedTransactionView> Data, string? NextCursor);

/// <summary>Lists transactions without an order that a person should look at.</summary>
internal static class ListUnmatched
{
    private const int PageSize = 50;

    internal static async Task<Results<Ok<UnmatchedTransactionPage>, ProblemHttpResult>> Handle(
        [Description("The `nextCursor` of the page before.")] string? cursor, CheckoutDb db, CancellationToken cancellationToken)
    {
        if (!TryReadCursor(cursor, out DateTimeOffset foundAt, out string id))
        {
            return TypedResults.Problem(Problems.ValidationFailed(new Dictionary<string, string[]>(StringComparer.Ordinal)
            {
                ["cursor"] = ["Not a cursor: use the nextCursor of an answer, as it is."],
            }));
        }

        List<UnmatchedTransaction> found = await db.UnmatchedTransactions.AsNoTracking()
            .Where(one => one.Status == UnmatchedStatus.Reported && one.OrderId == null
                && (one.FoundAt < foundAt || (one.FoundAt == foundAt && one.TransactionId.CompareTo(id) < 0)))
            .OrderByDescending(one => one.FoundAt).ThenByDescending(one => one.TransactionId)
            .Take(PageSize + 1)
            .ToListAsync(cancellationToken);
        return TypedResults.Ok(new UnmatchedTransactionPage(
            [.. found.Take(PageSize).Select(UnmatchedTransactionView.Of)],
            found.Count > PageSize ? CursorOf(found[PageSize - 1]) : null));
    }

    private static string CursorOf(UnmatchedTransaction last) =>
        string.Create(CultureInfo.InvariantCulture, $"{last.FoundAt.UtcTicks}.{last.TransactionId}");

    private static bool TryReadCursor(string? cursor, out DateTimeOffset foundAt, out string id)
    {
        (foundAt, id) = (DateTimeOffset.MaxValue.AddDays(-1).ToUniversalTime(), "");
        if (string.IsNullOrEmpty(cursor))
        {
            return true;
        }

        int end = cursor.IndexOf('.', StringComparison.Ordinal);
        if (end < 1 || !long.TryParse(cursor[..end], NumberStyles.None, CultureInfo.InvariantCulture, out long ticks)
            || ticks > foundAt.UtcTicks)
        {
            return false;
        }

        (foundAt, id) = (new DateTimeOffset(ticks, TimeSpan.Zero), cursor[(end + 1)..]);
        return true;
    }
}
