namespace KhaltiCheckout.Model;

/// <summary>The receipt, with what was true of the seller on the day.</summary>
public sealed partial class Order
{
    public int? ReceiptYear { get; private set; }

    public int? ReceiptCount { get; private set; }

    public string? SellerPan { get; private set; }

    public int? VatPercent { get; private set; }

    internal ReceiptNumber? ReceiptNumber => ReceiptNumber.Of(ReceiptYear, ReceiptCount);

    internal void AssignReceipt(ReceiptNumber number, string? sellerPan, int? vatPercent)
    {
        ReceiptYear = number.Year;
        ReceiptCount = number.Number;
        SellerPan = sellerPan;
        VatPercent = vatPercent;
        Version++;
    }
}
