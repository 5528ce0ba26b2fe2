namespace KhaltiCheckout.Model;

/// <summary>What the settings say about receipts.</summary>
/// <param name="SellerPan">The seller's PAN or VAT number; null where it is left out.</param>
/// <param name="VatPercent">Null where the seller is not registered for value added tax.</param>
/// <param name="FirstDaysOfYears">First days of fiscal years that the program does not know.</param>
internal sealed record ReceiptRules(string? SellerPan, int? VatPercent, IReadOnlyDictionary<int, DateOnly> FirstDaysOfYears);
