using KhaltiCheckout.Model;

namespace KhaltiCheckout.Storage;

/// <summary>An order and what it was when it was read: what has changed since is saved.</summary>
internal sealed class LoadedOrder
{
    private readonly OrderTables _tables;
    private readonly OrderSnapshot? _before;

    private LoadedOrder(OrderTables tables, Order order, OrderSnapshot? before)
    {
        _tables = tables;
        _before = before;
        Order = order;
        WasPaid = before is not null && order.PaidAt is not null;
    }

    internal Order Order { get; }

    /// <summary>Whether it was paid before the decision.</summary>
    internal bool WasPaid { get; }

    internal SavedOrder Saved => new(_before, Order);

    internal static LoadedOrder New(OrderTables tables, Order order) => new(tables, order, before: null);

    internal static LoadedOrder From(OrderTables tables, OrderSnapshot before)
    {
        Order order = tables.Orders.Copy(before.Order);

        // Lines never change.
        order.Attach(
            before.Lines, before.Payments.Select(tables.Payments.Copy), before.Refunds.Select(tables.Refunds.Copy),
            before.Reasons.Select(tables.Reasons.Copy));
        return new LoadedOrder(tables, order, before);
    }

    /// <summary>Rows that are there are changed before others are added: a unique index may ask for that.</summary>
    internal List<SqlChange> Changes()
    {
        List<SqlChange> changes = [];
        if (_before is null)
        {
            changes.Add(_tables.Orders.Add(Order));
            changes.AddRange(Order.Lines.Select(_tables.Lines.Add));
        }
        else
        {
            Update(_tables.Orders, [Order], [_before.Order]);
            Update(_tables.Payments, Order.Payments, _before.Payments);
            Update(_tables.Refunds, Order.Refunds, _before.Refunds);
            Update(_tables.Reasons, Order.Reasons, _before.Reasons);
        }

        // What was read comes first in each list.
        changes.AddRange(Order.Payments.Skip(_before?.Payments.Count ?? 0).Select(_tables.Payments.Add));
        changes.AddRange(Order.Refunds.Skip(_before?.Refunds.Count ?? 0).Select(_tables.Refunds.Add));
        changes.AddRange(Order.Reasons.Skip(_before?.Reasons.Count ?? 0).Select(_tables.Reasons.Add));
        changes.AddRange(Order.Timeline.Select(_tables.Timeline.Add));
        return changes;

        void Update<T>(EntityTable<T> table, IReadOnlyList<T> after, IReadOnlyList<T> before)
            where T : class
        {
            for (int place = 0; place < before.Count; place++)
            {
                if (table.Update(after[place], before[place]) is { } change)
                {
                    changes.Add(change);
                }
            }
        }
    }

    /// <summary>As it would be read once the changes are saved.</summary>
    internal OrderSnapshot After() => new(
        OrderSnapshot.StateOf(Order, Order.Payments), _tables.Orders.Copy(Order),
        _before?.Lines ?? [.. Order.Lines.Select(_tables.Lines.Copy)], [.. Order.Payments.Select(_tables.Payments.Copy)],
        [.. Order.Refunds.Select(_tables.Refunds.Copy)], [.. Order.OpenReasons.Select(_tables.Reasons.Copy)]);
}

/// <summary>An order's rows as entities that no decision changes.</summary>
/// <param name="State">One number for the versions of the order and of its payments.</param>
/// <param name="Order">Its columns alone.</param>
internal sealed record OrderSnapshot(
    long State, Order Order, IReadOnlyList<OrderLine> Lines, IReadOnlyList<Payment> Payments, IReadOnlyList<Refund> Refunds,
    IReadOnlyList<RaisedReason> Reasons)
{
    // Versions only grow, so their sum is another when any of them is, or when a payment has come.
    internal static long StateOf(Order order, IEnumerable<Payment> payments) =>
        order.Version + payments.Sum(payment => payment.Version + 1L);
}
