using Khalti.Client;

namespace KhaltiCheckout.Catalogue;

/// <summary>Something the demo shop sells. Prices are ours; a client never names one.</summary>
public sealed class Product
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required string NameNe { get; init; }

    public required string Description { get; init; }

    public required string DescriptionNe { get; init; }

    public required Paisa Price { get; init; }

    /// <summary>Where it stands in the catalogue.</summary>
    public required int Position { get; init; }
}
