using Khalti.Client;
using KhaltiCheckout.Model;

namespace KhaltiCheckout.Views;

/// <summary>The receipt of a paid order.</summary>
/// <param name="Number">Counted without a gap in each Nepali fiscal year, e.g. <c>2083/84-000042</c>.</param>
/// <param name="SellerPan">The seller's PAN or VAT number; null where the shop's settings have none.</param>
/// <param name="Vat">The value added tax inside the amount; null for a seller who is not registered for it.</param>
/// <param name="CreditNotes">One for each refund of this order.</param>
public sealed record ReceiptView(
    string Number, DateTimeOffset IssuedAt, string? SellerPan, VatView? Vat, IReadOnlyList<CreditNoteView> CreditNotes)
{
    internal static ReceiptView? Of(Order order) => order is { ReceiptNumber: { } number, PaidAt: { } paidAt }
        ? new(
            number.ToString(), paidAt, order.SellerPan, VatView.In(order.Amount, order.VatPercent),
            CreditNoteView.AllOf(order))
        : null;
}

/// <summary>A credit note: the part of a receipt that was refunded.</summary>
/// <param name="Amount">Paisa.</param>
public sealed record CreditNoteView(string Number, Paisa Amount, DateTimeOffset IssuedAt, VatView? Vat)
{
    /// <summary>In the order of their numbers. Each has the tax by which it lessens that of what is kept, so that all of them and what is
    /// kept add up to the receipt's tax to the paisa, and no later note changes an earlier one.</summary>
    internal static IReadOnlyList<CreditNoteView> AllOf(Order order)
    {
        List<CreditNoteView> notes = [];
        Paisa kept = order.Amount;
        foreach (Refund refund in order.Refunds.Where(refund => refund.CreditNoteNumber is not null)
            .OrderBy(refund => refund.CreditNoteNumber!.Year).ThenBy(refund => refund.CreditNoteNumber!.Number))
        {
            Paisa before = kept;
            kept -= refund.TakenOffOrder;
            notes.Add(new(
                refund.CreditNoteNumber!.ToString(), refund.TakenOffOrder, refund.CompletedAt!.Value,
                VatView.Between(before, kept, order.VatPercent)));
        }

        return notes;
    }
}

/// <summary>An amount taken apart into what is taxed and the tax.</summary>
/// <param name="Percent">The rate.</param>
/// <param name="Taxable">Paisa.</param>
/// <param name="Amount">Paisa: the tax. Both add up to the whole.</param>
public sealed record VatView(int Percent, Paisa Taxable, Paisa Amount)
{
    /// <summary>Prices have the tax inside. Half a paisa of tax rounds up; wider arithmetic
    /// than long, so that no amount overflows.</summary>
    internal static VatView? In(Paisa whole, int? percent)
    {
        if (percent is not { } rate)
        {
            return null;
        }

        Int128 divisor = 100 + rate;
        Paisa tax = new((long)((((Int128)(long)whole * rate * 2) + divisor) / (divisor * 2)));
        return new(rate, whole - tax, tax);
    }

    /// <summary>What the tax is lessened by when less is kept.</summary>
    internal static VatView? Between(Paisa before, Paisa after, int? percent) =>
        In(before, percent) is { } all && In(after, percent) is { } left
            ? new(all.Percent, all.Taxable - left.Taxable, all.Amount - left.Amount)
            : null;
}
