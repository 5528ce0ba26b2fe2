using Khalti.Client;

namespace KhaltiCheckout.Model;

/// <summary>What an order is made of. Checked already, and priced by a caller who may set prices.</summary>
internal sealed record OrderDraft
{
    public IReadOnlyList<DraftLine> Lines { get; init; } = [];

    public string? CustomerName { get; init; }

    public string? CustomerEmail { get; init; }

    public string? CustomerPhone { get; init; }

    public string? Reference { get; init; }

    public string? ReturnUrl { get; init; }

    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>Name of the API key that places it, where one does.</summary>
    public string? KeyName { get; init; }
}

/// <summary>So many of something at a price. Of the catalogue when it has a product's id.</summary>
internal sealed record DraftLine(string? ProductId, string Name, Paisa UnitPrice, int Quantity, LineKind Kind = LineKind.Item);
