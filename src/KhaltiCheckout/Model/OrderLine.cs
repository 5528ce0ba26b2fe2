using Khalti.Client;

namespace KhaltiCheckout.Model;

/// <summary>Whether a line adds to the order's amount or is taken off it. Prices are never negative.</summary>
public enum LineKind
{
    Item,
    Discount,
}

/// <summary>What was bought, with name and price as they were on the day; or what was taken off for it.</summary>
public sealed class OrderLine
{
    private OrderLine()
    {
    }

    public string OrderId { get; private set; } = "";

    /// <summary>Of an order's lines, from 0.</summary>
    public int Position { get; private set; }

    public string? ProductId { get; private set; }

    public string Name { get; private set; } = "";

    public Paisa UnitPrice { get; private set; }

    public int Quantity { get; private set; }

    public Paisa Amount { get; private set; }

    public LineKind Kind { get; private set; }

    internal static OrderLine Of(string orderId, DraftLine draft, int position) => new()
    {
        OrderId = orderId,
        Position = position,
        ProductId = draft.ProductId,
        Name = draft.Name,
        UnitPrice = draft.UnitPrice,
        Quantity = draft.Quantity,
        Amount = draft.UnitPrice * draft.Quantity,
        Kind = draft.Kind,
    };

    /// <summary>Items less discounts; null when the discounts are more.</summary>
    internal static Paisa? TotalOf(IReadOnlyList<DraftLine> lines)
    {
        Paisa items = Sum(LineKind.Item);
        Paisa discounts = Sum(LineKind.Discount);
        return discounts > items ? null : items - discounts;

        Paisa Sum(LineKind kind) => lines.Where(line => line.Kind == kind)
            .Aggregate(Paisa.Zero, (sum, line) => sum + (line.UnitPrice * line.Quantity));
    }
}
