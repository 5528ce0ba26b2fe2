using KhaltiCheckout.Model;

namespace KhaltiCheckout.Storage;

/// <summary>An order and the rows that it was read from: what has changed since is saved.</summary>
internal sealed class LoadedOrder
{
    private readonly OrderTables _tables;
    private readonly OrderRows? _rows;

    private LoadedOrder(OrderTables tables, Order order, OrderRows? rows)
    {
        _tables = tables;
        _rows = rows;
        Order = order;
        WasPaid = rows is not null && order.PaidAt is not null;
    }

    internal Order Order { get; }

    /// <summary>Whether it was paid before the decision.</summary>
    internal bool WasPaid { get; }

    internal static LoadedOrder New(OrderTables tables, Order order) => new(tables, order, rows: null);

    internal static LoadedOrder From(OrderTables tables, OrderRows rows)
    {
        Order order = tables.Orders.Create(rows.Order);
        order.Attach(
            rows.Lines.Select(tables.Lines.Create), rows.Payments.Select(tables.Payments.Create),
            rows.Refunds.Select(tables.Refunds.Create),
            rows.Reasons.Select(tables.Reasons.Create));
        return new LoadedOrder(tables, order, rows);
    }

    /// <summary>Rows that are there are changed before others are added: a unique index may ask for that.</summary>
    internal List<SqlChange> Changes()
    {
        List<SqlChange> changes = [];
        if (_rows is null)
        {
            changes.Add(_tables.Orders.Add(Order));
            changes.AddRange(Order.Lines.Select(_tables.Lines.Add));
        }
        else
        {
            Update(_tables.Orders, [Order], [_rows.Order]);
            Update(_tables.Payments, Order.Payments, _rows.Payments);
            Update(_tables.Refunds, Order.Refunds, _rows.Refunds);
            Update(_tables.Reasons, Order.Reasons, _rows.Reasons);
        }

        // What was read comes first in each list.
        changes.AddRange(Order.Payments.Skip(_rows?.Payments.Count ?? 0).Select(_tables.Payments.Add));
        changes.AddRange(Order.Refunds.Skip(_rows?.Refunds.Count ?? 0).Select(_tables.Refunds.Add));
        changes.AddRange(Order.Reasons.Skip(_rows?.Reasons.Count ?? 0).Select(_tables.Reasons.Add));
        changes.AddRange(Order.Timeline.Select(_tables.Timeline.Add));
        return changes;

        void Update<T>(EntityTable<T> table, IReadOnlyList<T> entities, IReadOnlyList<object?[]> before)
            where T : class
        {
            for (int place = 0; place < before.Count; place++)
            {
                if (table.Update(entities[place], before[place]) is { } change)
                {
                    changes.Add(change);
                }
            }
        }
    }

    /// <summary>As they are once the changes are saved.</summary>
    internal OrderRows RowsAfter() => new(
        Order.Id, Order.Version + Order.Payments.Sum(payment => payment.Version + 1L), _tables.Orders.Values(Order),
        _rows?.Lines ?? [.. Order.Lines.Select(_tables.Lines.Values)], [.. Order.Payments.Select(_tables.Payments.Values)],
        [.. Order.Refunds.Select(_tables.Refunds.Values)], [.. Order.OpenReasons.Select(_tables.Reasons.Values)]);
}

/// <summary>An order as rows, each with its values in the order of its table's columns.</summary>
/// <param name="State">One number for the versions of the order and of its payments.</param>
internal sealed record OrderRows(
    string Id, long State, object?[] Order,
    IReadOnlyList<object?[]> Lines, IReadOnlyList<object?[]> Payments, IReadOnlyList<object?[]> Refunds,
    IReadOnlyList<object?[]> Reasons);
