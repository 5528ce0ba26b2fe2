using System.Globalization;

namespace Khalti.Sandbox;

/// <summary>The address to which Khalti redirects the payer's browser, with its parameters. Unsigned: it proves nothing.</summary>
internal static class ReturnUrl
{
    internal static string For(Transaction link, SandboxBehaviour behaviour) => With(link.ReturnUrl!, Parameters(link, behaviour));

    /// <summary>Adds the parameters to the query of the merchant's address.</summary>
    internal static string With(string address, IEnumerable<KeyValuePair<string, string>> parameters)
    {
        int end = address.IndexOf('#', StringComparison.Ordinal);
        string fragment = end < 0 ? "" : address[end..];
        string page = end < 0 ? address : address[..end];
        string joint = !page.Contains('?', StringComparison.Ordinal) ? "?" : page[^1] is '?' or '&' ? "" : "&";
        string query = string.Join('&', parameters.Select(one => $"{Uri.EscapeDataString(one.Key)}={Uri.EscapeDataString(one.Value)}"));
        return page + joint + query + fragment;
    }

    /// <summary>Khalti's parameters in the order of its sample; without a transaction, txnId
    /// is missing and some values are empty.</summary>
    internal static List<KeyValuePair<string, string>> Parameters(Transaction link, SandboxBehaviour behaviour)
    {
        if (link.State == LinkState.Failed && behaviour.FailureCallback == FailureCallback.MessageOnly)
        {
            return [new("message", "Could not process the payment.")];
        }

        string? id = EPayments.TransactionId(link, behaviour);
        bool paying = id is not null || link.State == LinkState.Pending;
        string amount = link.Amount.ToString(CultureInfo.InvariantCulture);
        List<KeyValuePair<string, string>> parameters = [new("pidx", link.Pidx!)];
        if (id is not null)
        {
            parameters.Add(new("txnId", id));
        }

        parameters.AddRange(
        [
            new("amount", amount),
            new("total_amount", amount),
            new("status", link.State),
            new("mobile", paying ? Mobile(link) : ""),
            new("tidx", id ?? ""),
            new("purchase_order_id", link.PurchaseOrderId!),
            new("purchase_order_name", link.ProductName),
            new("transaction_id", id ?? ""),
        ]);
        return parameters;
    }

    private static string Mobile(Transaction link) => link.FromWallet ? Payer.Mask(link.Mobile) : Payer.NoMobile;
}
