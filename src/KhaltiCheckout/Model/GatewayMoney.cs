namespace KhaltiCheckout.Model;

/// <summary>Where the money of a payment is, by the last state that the gateway named.</summary>
internal enum GatewayMoney
{
    /// <summary>Nowhere that is known: not paid, or a state that says nothing of it.</summary>
    Unknown,
    Paid,
    PartiallyRefunded,
    Refunded,
}

/// <summary>Reads the state as it is stored with a payment, for show: the words of the one gateway that there is.</summary>
internal static class GatewayMoneyWords
{
    internal static GatewayMoney Read(string? state) => state?.Trim().ToUpperInvariant() switch
    {
        "COMPLETED" or "COMPLETE" => GatewayMoney.Paid,
        "PARTIALLY REFUNDED" => GatewayMoney.PartiallyRefunded,
        "REFUNDED" => GatewayMoney.Refunded,
        _ => GatewayMoney.Unknown,
    };
}
