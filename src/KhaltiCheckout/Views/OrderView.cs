using System.Text.Json;
using Khalti.Client;
using KhaltiCheckout.Model;

namespace KhaltiCheckout.Views;

/// <summary>An order as a holder of its id may see it: no attention, fee, e-mail, phone or timeline.</summary>
/// <param name="Number">The short one for people, unique in the shop, such as <c>HZ9D-7DQV</c>. Null until an upgrade is done.</param>
/// <param name="Amount">Paisa.</param>
/// <param name="AmountRefunded">Paisa.</param>
/// <param name="Receipt">Null until it is paid.</param>
public sealed record OrderView(
    string Id,
    string? Number,
    OrderStatus Status,
    Paisa Amount,
    Paisa AmountRefunded,
    string Currency,
    IReadOnlyList<OrderLineView> Lines,
    OrderCustomerView Customer,
    string? Reference,
    IReadOnlyDictionary<string, string> Metadata,
    DateTimeOffset CreatedAt,
    DateTimeOffset ExpiresAt,
    DateTimeOffset? PaidAt,
    ReceiptView? Receipt,
    IReadOnlyList<PaymentView> Payments)
{
    internal static OrderView Of(Order order) => new(
        order.Id,
        order.Number is { } number ? OrderNumber.Format(number) : null,
        order.Status,
        order.Amount,
        order.AmountRefunded,
        "NPR",
        [.. order.Lines.OrderBy(line => line.Position).Select(OrderLineView.Of)],
        new OrderCustomerView(order.CustomerName),
        order.Reference,
        order.Metadata is { } pairs ? JsonSerializer.Deserialize<Dictionary<string, string>>(pairs) ?? [] : [],
        order.CreatedAt,
        order.ExpiresAt,
        order.PaidAt,
        ReceiptView.Of(order),
        [.. order.Payments.OrderBy(payment => payment.CreatedAt).ThenBy(payment => payment.Id, StringComparer.Ordinal)
            .Select(PaymentView.Of)]);
}

public sealed record OrderCustomerView(string? Name);

/// <summary>One line of an order.</summary>
/// <param name="UnitPrice">Paisa.</param>
/// <param name="Amount">Paisa: unit price times quantity.</param>
/// <param name="Kind"><c>item</c>, or <c>discount</c>, whose amount is taken off.</param>
public sealed record OrderLineView(string? ProductId, string Name, Paisa UnitPrice, int Quantity, Paisa Amount, LineKind Kind)
{
    internal static OrderLineView Of(OrderLine line) =>
        new(line.ProductId, line.Name, line.UnitPrice, line.Quantity, line.Amount, line.Kind);
}

/// <summary>One try to pay.</summary>
/// <param name="KhaltiState">The last state in Khalti's own words.</param>
/// <param name="Amount">Paisa.</param>
/// <param name="Failure">Why it failed: <c>refused_by_khalti</c>, <c>failed_at_khalti</c>, <c>never_confirmed</c>, <c>no_link</c>,
/// <c>not_charged</c> or <c>closed_by_merchant</c>.</param>
public sealed record PaymentView(
    string Id,
    PaymentMethod Method,
    PaymentStatus Status,
    string? KhaltiState,
    Paisa Amount,
    string? TransactionId,
    string? Failure,
    DateTimeOffset CreatedAt,
    DateTimeOffset? CompletedAt)
{
    internal static PaymentView Of(Payment payment) => new(
        payment.Id, payment.Method, payment.Status, payment.KhaltiState, payment.Amount, payment.TransactionId,
        payment.Failure, payment.CreatedAt, payment.CompletedAt);
}
