using Khalti.Client;
using KhaltiCheckout.Gateway;
using KhaltiCheckout.Settings;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Checkout;

/// <summary>What a page needs to know to take a payment. Never a secret.</summary>
/// <param name="MinAmount">Paisa.</param>
/// <param name="MaxAmount">Paisa; null where there is no limit.</param>
public sealed record ConfigView(
    ConfigStoreView Store, string Currency, KhaltiMode Mode, Paisa MinAmount, Paisa? MaxAmount, ConfigWidgetView Widget,
    ConfigEPaymentView Epayment);

public sealed record ConfigStoreView(string Name);

/// <summary>How to open Khalti's widget.</summary>
/// <param name="ScriptIntegrity">The hash that the script must have, for a page's <c>integrity</c>; null where none is set.</param>
public sealed record ConfigWidgetView(
    bool Enabled, string? PublicKey, string? ScriptUrl, IReadOnlyList<string> PaymentPreference, string? ScriptIntegrity = null);

public sealed record ConfigEPaymentView(bool Enabled);

/// <summary>Tells the pages how to pay here.</summary>
internal static class ShowConfig
{
    internal static Ok<ConfigView> Handle(IOptions<KhaltiOptions> khalti, IOptions<StoreOptions> store)
    {
        WidgetOptions widget = khalti.Value.Widget;
        StoreOptions shop = store.Value;
        return TypedResults.Ok(new ConfigView(
            new ConfigStoreView(shop.Name), "NPR", khalti.Value.Mode!.Value, shop.Least, shop.Most,
            widget.Enabled
                ? new ConfigWidgetView(
                    true, widget.PublicKey, widget.ScriptUrl, widget.PaymentPreference!,
                    string.IsNullOrEmpty(widget.ScriptIntegrity) ? null : widget.ScriptIntegrity)
                : new ConfigWidgetView(false, null, null, []),
            new ConfigEPaymentView(khalti.Value.EPayment.IsOn)));
    }
}
