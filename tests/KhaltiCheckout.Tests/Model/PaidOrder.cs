using Khalti.Client;
using KhaltiCheckout.Model;

namespace KhaltiCheckout.Tests.Model;

/// <summary>Orders with a payment in a given status, made by the model's own rules.</summary>
internal static class PaidOrder
{
    internal static readonly DateTimeOffset Now = new(2026, 11, 20, 6, 0, 0, TimeSpan.Zero);

    private static readonly Paisa Amount = new(18_500);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(35);

    internal static (Order Order, Payment Payment) WithLink(PaymentStatus status, bool asksOn = false)
    {
        Order order = Placed();
        Payment payment = order.StartLink(Now, Lease);
        order.ApplyLink(
            payment, new PaymentLink("pidx-1", "https://pay.khalti.test/pidx-1", Now.AddHours(1)),
            Said(FindingKind.Waiting), Now);
        Bring(order, payment, status, asksOn);
        return (order, payment);
    }

    internal static (Order Order, Payment Payment) WithToken(PaymentStatus status, bool asksOn = false)
    {
        Order order = Placed();
        Payment payment = order.StartVerifying("token-1", Now, Lease);
        Bring(order, payment, status, asksOn);
        return (order, payment);
    }

    internal static Order Placed() => Order.Place(
        new OrderDraft { Lines = [new DraftLine(null, "Tea", Amount, 1)] }, Now, TimeSpan.FromHours(1));

    private static void Bring(Order order, Payment payment, PaymentStatus status, bool asksOn)
    {
        Finding? finding = status switch
        {
            PaymentStatus.Completed or PaymentStatus.PartiallyRefunded or PaymentStatus.Refunded =>
                Said(FindingKind.Completed, "Completed") with
                {
                    TransactionId = "transaction-1",
                    Fee = new Paisa(500),
                    AmountPaid = Amount,
                },
            PaymentStatus.Failed => Said(FindingKind.Declined),
            PaymentStatus.Cancelled => Said(FindingKind.Cancelled, "User canceled"),
            PaymentStatus.Expired => Said(FindingKind.Expired, "Expired"),
            PaymentStatus.NeedsReview => Said(FindingKind.Contradicted, "Odd", AttentionReason.UnknownState) with { AskOn = asksOn },
            PaymentStatus.Verifying when payment.Status != status => Said(FindingKind.Pending, "Pending"),
            _ => null,
        };
        if (finding is not null)
        {
            order.Apply(Decide(payment, finding), payment, Actor.Khalti, Now);
        }

        if (status is PaymentStatus.PartiallyRefunded or PaymentStatus.Refunded)
        {
            Paisa refunded = status == PaymentStatus.Refunded ? Amount : new Paisa(500);
            order.RecordFoundRefund(payment, refunded, RuleId.LedgerRefunded, "refunded", "Refunded", Actor.Khalti, Now);
        }

        payment.Status.ShouldBe(status);
    }

    internal static Finding Said(FindingKind kind, string? state = null, AttentionReason? attention = null) =>
        new(
            kind, RuleId.UnknownState, "Khalti said so", state, Attention: attention,
            Failure: kind == FindingKind.Declined ? Failures.NeverConfirmed : null);

    internal static PaymentTransition Decide(
        Payment payment, Finding finding, Actor by = Actor.Worker, bool returned = false, int? version = null, DateTimeOffset? at = null) =>
        PaymentPolicy.Decide(payment, finding, new PaymentInquiry(version ?? payment.Version, by, returned), at ?? Now, chance: 0.5);
}
