using System.ComponentModel;
using System.Globalization;
using KhaltiCheckout.Http;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Views;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KhaltiCheckout.Desk;

/// <summary>Some of the orders.</summary>
/// <param name="NextCursor">For the page after this one; null at the end.</param>
/// <param name="Unreadable">Ids of those on this page whose record the shop can't read; they are not in `data`.</param>
public sealed record AdminOrderPage(IReadOnlyList<AdminOrderView> Data, string? NextCursor, IReadOnlyList<string> Unreadable);

/// <summary>Finds orders, newest first.</summary>
internal static class ListOrders
{
    private const int UsualLimit = 25;
    private const int MaxConcurrent = 100;

    internal static async Task<Results<Ok<AdminOrderPage>, ProblemHttpResult>> Handle(
        [AsParameters] OrderFilterQuery query,
        [Description("How many at most, 1 to 100; 25 if not given.")] string? limit,
        [Description("The `nextCursor` of the page before.")] string? cursor,
        CheckoutDb db, CancellationToken cancellationToken)
    {
        Dictionary<string, string[]> errors = new(StringComparer.Ordinal);
        OrderFilter filter = OrderFilter.Read(query, errors);
        int most = ReadLimit(limit, errors);
        string? before = OrderFilter.ReadCursor(cursor, errors);
        if (errors.Count > 0)
        {
            return TypedResults.Problem(Problems.ValidationFailed(errors));
        }

        // One more than asked for tells whether there is another page.
        List<string> ids = await filter.NextIdsAsync(db, before, most + 1, cancellationToken);
        string[] shown = [.. ids.Take(most)];
        IReadOnlyList<AdminOrderView> orders = await AdminOrders.ListAsync(db, shown, cancellationToken);
        return TypedResults.Ok(new AdminOrderPage(
            orders, ids.Count > most ? OrderFilter.CursorAt(ids[most - 1]) : null,
            orders.Count == shown.Length ? [] : [.. shown.Except(orders.Select(order => order.Id), StringComparer.Ordinal)]));
    }

    private static int ReadLimit(string? limit, Dictionary<string, string[]> errors)
    {
        if (string.IsNullOrEmpty(limit))
        {
            return UsualLimit;
        }

        if (int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out int most) && most is >= 1 and <= MaxConcurrent)
        {
            return most;
        }

        errors["limit"] = [$"A whole number between 1 and {MaxConcurrent}."];
        return 1;
    }
}
