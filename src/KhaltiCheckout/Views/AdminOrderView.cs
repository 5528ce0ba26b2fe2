using System.Text.Json.Serialization;
using Khalti.Client;
using KhaltiCheckout.Model;

namespace KhaltiCheckout.Views;

/// <summary>An order as the merchant sees it. No token, and of a refund's phone number only its end.</summary>
/// <param name="Number">The short one for people, such as <c>HZ9D-7DQV</c>. Null for a moment
/// after an upgrade from a version without.</param>
/// <param name="Attention">Why a person should look, or null: the most urgent of the open reasons.</param>
/// <param name="Reasons">All open reasons, most urgent first. Each is resolved by itself.</param>
/// <param name="Amount">Paisa.</param>
/// <param name="AmountRefunded">Paisa.</param>
/// <param name="Timeline">What happened, oldest first; with one order, not in a list.</param>
public sealed record AdminOrderView(
    string Id,
    string? Number,
    OrderStatus Status,
    AttentionReason? Attention,
    IReadOnlyList<ReasonView> Reasons,
    Paisa Amount,
    Paisa AmountRefunded,
    string Currency,
    IReadOnlyList<OrderLineView> Lines,
    AdminCustomerView Customer,
    string? Reference,
    string? ReceiptNumber,
    IReadOnlyDictionary<string, string> Metadata,
    DateTimeOffset CreatedAt,
    DateTimeOffset ExpiresAt,
    DateTimeOffset? PaidAt,
    IReadOnlyList<AdminPaymentView> Payments,
    IReadOnlyList<RefundView> Refunds,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<TimelineView>? Timeline = null)
{
    internal static AdminOrderView Of(Order order)
    {
        OrderView view = OrderView.Of(order);
        return new AdminOrderView(
            view.Id, view.Number, view.Status, order.Attention, [.. order.OpenReasons.Select(ReasonView.Of)], view.Amount,
            view.AmountRefunded, view.Currency, view.Lines,
            new AdminCustomerView(order.CustomerName, order.CustomerEmail, order.CustomerPhone), view.Reference,
            order.ReceiptNumber?.ToString(), view.Metadata, view.CreatedAt, view.ExpiresAt, view.PaidAt,
            [.. order.Payments.OrderBy(payment => payment.CreatedAt).ThenBy(payment => payment.Id, StringComparer.Ordinal)
                .Select(AdminPaymentView.Of)],
            [.. order.Refunds.OrderBy(refund => refund.CreatedAt).ThenBy(refund => refund.Id, StringComparer.Ordinal)
                .Select(RefundView.Of)]);
    }
}

/// <summary>Why a person should look at an order.</summary>
/// <param name="PaymentId">The payment that is the cause, or that the refund belongs to; null when it is the order itself.</param>
/// <param name="RefundId">The refund that is the cause, where one is.</param>
/// <param name="TransactionId">Khalti's id of a transaction that no payment here has, where one is the cause.</param>
public sealed record ReasonView(
    string Id, AttentionReason Reason, string? PaymentId, string? RefundId, string? TransactionId, DateTimeOffset RaisedAt)
{
    internal static ReasonView Of(RaisedReason reason) =>
        new(reason.Id, reason.Reason, reason.PaymentId, reason.RefundId, reason.TransactionId, reason.RaisedAt);
}

public sealed record AdminCustomerView(string? Name, string? Email, string? Phone);

/// <summary>One try to pay, with what it cost and what is left of it.</summary>
/// <param name="KhaltiState">The last state in Khalti's own words.</param>
/// <param name="Amount">Paisa: what Khalti was asked for.</param>
/// <param name="AmountPaid">Paisa: what Khalti says was paid; null until it has been.</param>
/// <param name="AmountRefunded">Paisa.</param>
/// <param name="Refundable">Paisa: what may still be refunded, less what refunds under way may give.</param>
/// <param name="Fee">Paisa: Khalti's fee.</param>
/// <param name="Pidx">Khalti's id of an ePayment link.</param>
/// <param name="LastAskedAt">When Khalti was last asked about it without settling it.</param>
/// <param name="NextCheckAt">When Khalti is asked next, by itself.</param>
public sealed record AdminPaymentView(
    string Id,
    PaymentMethod Method,
    PaymentStatus Status,
    string? KhaltiState,
    Paisa Amount,
    Paisa? AmountPaid,
    Paisa AmountRefunded,
    Paisa Refundable,
    Paisa? Fee,
    string? TransactionId,
    string? Pidx,
    string? Failure,
    DateTimeOffset CreatedAt,
    DateTimeOffset? CompletedAt,
    DateTimeOffset? LastAskedAt,
    DateTimeOffset? NextCheckAt)
{
    internal static AdminPaymentView Of(Payment payment) => new(
        payment.Id, payment.Method, payment.Status, payment.KhaltiState, payment.Amount, payment.AmountPaid, payment.AmountRefunded,
        RefundRules.CanBeRefunded(payment) ? payment.Refundable : Paisa.Zero, payment.Fee, payment.TransactionId, payment.Pidx,
        payment.Failure, payment.CreatedAt, payment.CompletedAt,
        payment.LastAskedAt, payment.NextCheckAt);
}

/// <summary>One entry of an order's timeline.</summary>
/// <param name="What">A stable word for what happened.</param>
/// <param name="Key">The name of the API key that did it, where one did.</param>
/// <param name="Note">The evidence, as a sentence.</param>
/// <param name="Facts">The evidence as values; null for an event without any, and for what an older version recorded.</param>
public sealed record TimelineView(
    DateTimeOffset At, string What, Actor By, string? Key, string? Note, string? PaymentId, TimelineFacts? Facts)
{
    internal static TimelineView Of(TimelineEntry entry) => new(
        entry.At, entry.What, entry.By, entry.KeyName, entry.Note, entry.PaymentId, TimelineFacts.Read(entry.Facts));
}
