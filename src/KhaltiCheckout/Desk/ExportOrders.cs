using System.Globalization;
using CsvHelper;
using KhaltiCheckout.Http;
using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Views;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KhaltiCheckout.Desk;

/// <summary>
/// Gives the same orders as a table for spreadsheets. Read and sent by and by: never the whole table in memory, and nothing
/// of the database held while a slow client takes its time.
/// </summary>
internal static class ExportOrders
{
    internal const string MediaType = "text/csv";

    private const int AtOnce = 500;

    private static readonly string[] Columns =
    [
        "Order", "Reference", "Receipt", "Status", "Attention", "Placed (Nepal time)", "Paid (Nepal time)", "Customer", "E-mail", "Phone",
        "Items", "Payment method", "Transaction", "Amount (Rs)", "Paid (Rs)", "Refunded (Rs)", "Fee (Rs)", "Net (Rs)",
        "Amount (paisa)", "Paid (paisa)", "Refunded (paisa)", "Fee (paisa)", "Net (paisa)",
    ];

    // The mark tells spreadsheets that it is UTF-8: without it they spoil every Nepali name.
    private static readonly CsvWriterOptions Format = CsvWriterOptions.Default with { WriteByteOrderMark = true };

    internal static Results<PushStreamHttpResult, ProblemHttpResult> Handle(
        [AsParameters] OrderFilterQuery query, CheckoutDb db, TimeProvider time, CancellationToken cancellationToken)
    {
        Dictionary<string, string[]> errors = new(StringComparer.Ordinal);
        OrderFilter filter = OrderFilter.Read(query, errors);
        if (errors.Count > 0)
        {
            return TypedResults.Problem(Problems.ValidationFailed(errors));
        }

        string name = string.Create(CultureInfo.InvariantCulture, $"orders-{NepalTime.DayOf(time.GetUtcNow()):yyyy-MM-dd}.csv");
        return TypedResults.Stream(body => WriteAsync(body, filter, db, cancellationToken), MediaType + "; charset=utf-8", name);
    }

    private static async Task WriteAsync(Stream body, OrderFilter filter, CheckoutDb db, CancellationToken cancellationToken)
    {
        await using CsvWriter csv = CsvWriter.Create(body, Format, leaveOpen: true);
        WriteTexts(csv, Columns);
        await csv.EndRecordAsync(cancellationToken);
        string? last = null;
        do
        {
            List<string> ids = await filter.NextIdsAsync(db, last, AtOnce, cancellationToken);
            IReadOnlyList<AdminOrderView> orders = await AdminOrders.ListAsync(db, ids, cancellationToken);
            foreach (AdminOrderView order in orders)
            {
                WriteFields(csv, order);
                await csv.EndRecordAsync(cancellationToken);
            }

            foreach (string id in ids.Except(orders.Select(order => order.Id), StringComparer.Ordinal))
            {
                WriteTexts(
                    csv,
                    [.. Columns.Select(
                        column => column switch { "Order" => id, "Attention" => SnakeCase.Of(AttentionReason.Unreadable), _ => "" })]);
                await csv.EndRecordAsync(cancellationToken);
            }

            await csv.FlushAsync(cancellationToken);
            last = ids.Count == AtOnce ? ids[^1] : null;
        }
        while (last is not null);
    }

    private static void WriteFields(CsvWriter csv, AdminOrderView order)
    {
        AdminPaymentView[] paid = [.. order.Payments.Where(payment => payment.AmountPaid is not null)];
        long came = paid.Sum(payment => (long)payment.AmountPaid!.Value);
        long fees = paid.Sum(payment => (long)(payment.Fee ?? default));
        long back = order.Payments.Sum(payment => (long)payment.AmountRefunded);
        long[] amounts = [(long)order.Amount, came, back, fees, came - back - fees];
        WriteTexts(
            csv,
            order.Id, order.Reference, order.ReceiptNumber, SnakeCase.Of(order.Status),
            order.Attention is { } attention ? SnakeCase.Of(attention) : "", InNepal(order.CreatedAt), InNepal(order.PaidAt),
            order.Customer.Name, order.Customer.Email, SpreadsheetText.OfDigits(order.Customer.Phone),
            Join(order.Lines.Select(Named)),
            Join(paid.Select(payment => SnakeCase.Of(payment.Method)).Distinct()),
            Join(paid.Select(payment => payment.TransactionId ?? "")));
        foreach (long paisa in amounts)
        {
            csv.WriteField(paisa / 100m, "0.00", CultureInfo.InvariantCulture);
        }

        foreach (long paisa in amounts)
        {
            csv.WriteField(paisa, "", CultureInfo.InvariantCulture);
        }
    }

    // In quotes always: what separates cells is a matter of the reader's country.
    private static void WriteTexts(CsvWriter csv, params ReadOnlySpan<string?> texts)
    {
        foreach (string? text in texts)
        {
            csv.WriteField(SpreadsheetText.Of(text), CsvQuoting.Always);
        }
    }

    // As on the receipt: a discount is taken off.
    private static string Named(OrderLineView line) => line.Kind == LineKind.Discount
        ? string.Create(CultureInfo.InvariantCulture, $"{line.Name} (-{(long)line.Amount / 100m:0.00})")
        : $"{line.Quantity} x {line.Name}";

    private static string Join(IEnumerable<string> parts) => string.Join("; ", parts.Where(part => part.Length > 0));

    private static string InNepal(DateTimeOffset? instant) =>
        instant is { } at ? at.ToOffset(NepalTime.Offset).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) : "";
}
