using KhaltiCheckout.Model;

namespace KhaltiCheckout.Storage;

/// <summary>The tables that an order is kept in.</summary>
internal sealed class OrderTables
{
    /// <summary>One for the process: its readers and writers are compiled, some 140 methods.</summary>
    internal static OrderTables Instance { get; } = new();

    private OrderTables()
    {
    }

    internal EntityTable<Order> Orders { get; } = new("Orders");

    internal EntityTable<OrderLine> Lines { get; } = new("OrderLines");

    internal EntityTable<Payment> Payments { get; } = new("Payments");

    internal EntityTable<Refund> Refunds { get; } = new("Refunds");

    internal EntityTable<RaisedReason> Reasons { get; } = new("AttentionReasons", token: nameof(RaisedReason.ResolvedAt));

    internal EntityTable<TimelineEntry> Timeline { get; } = new("Timeline");
}
