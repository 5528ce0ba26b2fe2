using Khalti.Client;
using KhaltiCheckout.Data;

namespace KhaltiCheckout.Orders;

/// <summary>What was bought, with name and price as they were on the day.</summary>
public sealed class OrderLine
{
    private OrderLine()
    {
    }

    /// <summary>Of an order's lines, from 0.</summary>
    public int Position { get; private set; }

    public string? ProductId { get; private set; }

    public string Name { get; private set; } = "";

    public Paisa UnitPrice { get; private set; }

    public int Quantity { get; private set; }

    public Paisa Amount { get; private set; }

    internal static OrderLine Read(SqlRow row) => new()
    {
        Position = row.Count(0),
        ProductId = row.TextOrNull(1),
        Name = row.Text(2),
        UnitPrice = row.Paisa(3),
        Quantity = row.Count(4),
        Amount = row.Paisa(5),
    };

    internal static OrderLine Of(WantedLine wanted, int position) => new()
    {
        Position = position,
        ProductId = wanted.ProductId,
        Name = wanted.Name,
        UnitPrice = wanted.UnitPrice,
        Quantity = wanted.Quantity,
        Amount = wanted.UnitPrice * wanted.Quantity,
    };
}
