using KhaltiCheckout.Model;
using KhaltiCheckout.Storage;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.DailyReconciliation;

/// <summary>Payments as a query found them. A row that can't be read is named, and keeps no other from being read.</summary>
/// <param name="Read">Those that can be read, in the order of the query.</param>
/// <param name="Unreadable">Those that can't.</param>
/// <param name="LastId">Of the last row, readable or not; null when there is none.</param>
internal sealed record PaymentRows(IReadOnlyList<Payment> Read, IReadOnlyList<UnreadablePayment> Unreadable, string? LastId)
{
    internal int Count => Read.Count + Unreadable.Count;

    internal static async Task<PaymentRows> ListAsync(IQueryable<Payment> payments, CancellationToken cancellationToken)
    {
        try
        {
            List<Payment> all = await payments.ToListAsync(cancellationToken);
            return new PaymentRows(all, [], all is [.., var last] ? last.Id : null);
        }
        catch (Exception failure) when (RowFailures.IsOfRow(failure))
        {
            return await ListOneByOneAsync(payments, cancellationToken);
        }
    }

    private static async Task<PaymentRows> ListOneByOneAsync(IQueryable<Payment> payments, CancellationToken cancellationToken)
    {
        List<Payment> read = [];
        List<UnreadablePayment> unreadable = [];
        List<UnreadablePayment> rows = await payments
            .Select(payment => new UnreadablePayment(payment.Id, payment.TransactionId)).ToListAsync(cancellationToken);
        foreach (UnreadablePayment row in rows)
        {
            try
            {
                read.AddRange(await payments.Where(payment => payment.Id == row.Id).ToListAsync(cancellationToken));
            }
            catch (Exception failure) when (RowFailures.IsOfRow(failure))
            {
                unreadable.Add(row);
            }
        }

        return new PaymentRows(read, unreadable, rows is [.., var last] ? last.Id : null);
    }
}

/// <summary>A payment of which only this can be read.</summary>
internal sealed record UnreadablePayment(string Id, string? TransactionId);
