using KhaltiCheckout.Model;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Views;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Desk;

/// <summary>Reads orders as the merchant sees them.</summary>
internal static class AdminOrders
{
    /// <summary>With its timeline.</summary>
    internal static async Task<AdminOrderView?> FindAsync(CheckoutDb db, string id, CancellationToken cancellationToken)
    {
        if (await LoadAsync(db, [id], cancellationToken) is not [AdminOrderView order])
        {
            return null;
        }

        List<TimelineEntry> timeline = await db.Timeline.AsNoTracking()
            .Where(entry => entry.OrderId == id).OrderBy(entry => entry.Id).ToListAsync(cancellationToken);
        return order with { Timeline = [.. timeline.Select(TimelineView.Of)] };
    }

    /// <summary>Of these ids, newest first. By id, because several queries make up one order: asked by anything that can
    /// change in between, they would be about different ones.</summary>
    /// <returns>Those that can be read.</returns>
    internal static async Task<IReadOnlyList<AdminOrderView>> ListAsync(
        CheckoutDb db, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        try
        {
            return await LoadAsync(db, ids, cancellationToken);
        }
        catch (Exception failure) when (RowFailures.IsOfRow(failure))
        {
            // A record that can't be read must not hide the others.
            List<AdminOrderView> read = [];
            foreach (string id in ids.Count > 1 ? ids : [])
            {
                read.AddRange(await ListAsync(db, [id], cancellationToken));
            }

            return read;
        }
    }

    private static async Task<IReadOnlyList<AdminOrderView>> LoadAsync(
        CheckoutDb db, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        List<Order> orders = await db.Orders.AsNoTracking()
            .Include(order => order.Lines).Include(order => order.Payments).Include(order => order.Refunds)
            .Where(order => ids.Contains(order.Id))
            .ToListAsync(cancellationToken);
        return [.. orders.OrderByDescending(order => order.Id, StringComparer.Ordinal).Select(AdminOrderView.Of)];
    }
}
