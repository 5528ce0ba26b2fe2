using Khalti.Client;
using KhaltiCheckout.Model;
using KhaltiCheckout.Settings;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Gateway;

/// <summary>Asks Khalti for payment links and about them, and says what its answers mean. Changes nothing of ours.</summary>
internal sealed class EPaymentGateway(
    KhaltiClients clients, StoreAddress store, IOptions<StoreOptions> shop, IOptions<KhaltiOptions> khalti, TimeProvider time)
{
    internal const string ReturnPath = "/payments/khalti/return";

    /// <summary>Asks for a link. Without one the finding says why there is none.</summary>
    internal async Task<(PaymentLink? Link, Finding Finding)> InitiateAsync(Order order) => await AskForLinkAsync(order) switch
    {
        Reply<EPaymentLink>.Answered(var link) => (
            new PaymentLink(link.Pidx, link.PaymentUrl.AbsoluteUri, link.ExpiresAt),
            new Finding(FindingKind.Waiting, RuleId.LinkMade, "Khalti has made a payment link", KhaltiState: "Initiated")),
        Reply<EPaymentLink>.Refused(var refusal) => (null, GatewayFindings.RefusedBy(refusal)),
        Reply<EPaymentLink>.Unknown lost => (null, GatewayFindings.Lost(lost)),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private async Task<Reply<EPaymentLink>> AskForLinkAsync(Order order)
    {
        EPaymentRequest request = RequestFor(order);
        Reply<EPaymentLink> reply = await clients.EPayment.InitiateAsync(request);

        // What somebody typed as their name must not keep them from paying: it is no more than a courtesy to Khalti.
        bool dislikesCustomer = reply is Reply<EPaymentLink>.Refused { Reason: var refusal }
            && request.Customer is not null
            && refusal.Fields.Keys.Any(field => field.StartsWith("customer_info", StringComparison.Ordinal));
        return dislikesCustomer ? await clients.EPayment.InitiateAsync(request with { Customer = null }) : reply;
    }

    private EPaymentRequest RequestFor(Order order) => new()
    {
        ReturnUrl = new Uri(store.Origin, ReturnPath),
        WebsiteUrl = store.Origin,
        Amount = order.Amount,
        PurchaseOrderId = order.Id,
        PurchaseOrderName = NameOf(order),
        Customer = CustomerOf(order),
        TimeToLive = TimeToLiveOf(order),
        ProductDetails = DetailsOf(order),
    };

    // Khalti has no lines that are taken off, and what it makes of a price of 0 is not documented: only details that add up to the
    // amount are sent, or none.
    private static List<ProductDetail>? DetailsOf(Order order) => order.Lines.Any(line => line.Kind == LineKind.Discount)
        ? null
        :
        [
            .. order.Lines.Where(line => line.Amount > Paisa.Zero).OrderBy(line => line.Position)
                .Select(line => new ProductDetail(line.ProductId ?? line.Name, line.Name, line.UnitPrice, line.Quantity, line.Amount)),
        ];

    internal async Task<Finding> LookupAsync(Payment payment) => await clients.EPayment.LookupAsync(payment.Pidx!) switch
    {
        Reply<EPayment>.Answered(var looked) => LinkFindings.Of(looked, payment.Amount, CheckSchedule.IsOverdue(payment, time.GetUtcNow())),

        // A link of ours that Khalti does not know is a wrong key or host, and no news about the money.
        Reply<EPayment>.Refused(var refusal) => new Finding(
            FindingKind.Undecided, RuleId.LookupRefused, $"Khalti's lookup refused: {refusal}"),
        Reply<EPayment>.Unknown lost => GatewayFindings.Lost(lost),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    // No link outlives its order. A shopper who is sent there needs a moment in any case.
    private int? TimeToLiveOf(Order order)
    {
        TimeSpan left = order.ExpiresAt - time.GetUtcNow();
        TimeSpan life = left > CheckSchedule.TimeToPay ? left : CheckSchedule.TimeToPay;
        double? ttl = khalti.Value.EPayment.LinkLifetimeUnit switch
        {
            LinkLifetimeUnit.Seconds => life.TotalSeconds,
            LinkLifetimeUnit.Minutes => life.TotalMinutes,
            _ => null,
        };
        return ttl is { } units ? (int)Math.Min(units, int.MaxValue) : null;
    }

    private string NameOf(Order order)
    {
        OrderLine[] items = [.. order.Lines.Where(line => line.Kind == LineKind.Item).OrderBy(line => line.Position)];
        string name = items.Length == 1 ? items[0].Name : $"{items[0].Name} and {items.Length - 1} more";
        return $"{shop.Value.Name}: {name}";
    }

    // Khalti's rules for these are not documented: only what is plainly right is passed on, so that none of it can keep
    // anybody from paying.
    private static EPaymentCustomer? CustomerOf(Order order)
    {
        string? phone = order.CustomerPhone is { Length: 10 } number && number[0] == '9' && number.All(char.IsAsciiDigit) ? number : null;
        return order.CustomerName is null && order.CustomerEmail is null && phone is null
            ? null
            : new EPaymentCustomer(order.CustomerName, order.CustomerEmail, phone);
    }
}
