namespace KhaltiCheckout.Model;

/// <summary>A page at the gateway where one payment can be made.</summary>
/// <param name="Id">The gateway's id of it.</param>
/// <param name="Url">Where the shopper pays.</param>
/// <param name="ExpiresAt">Until when; null where the gateway does not say.</param>
internal sealed record PaymentLink(string Id, string Url, DateTimeOffset? ExpiresAt);
