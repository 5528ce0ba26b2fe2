using System.Text.Encodings.Web;
using KhaltiCheckout.Http;
using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Views;

namespace KhaltiCheckout.Checkout;

/// <summary>
/// Serves the order page with the order's state already in it, so that it can be read without script: a shopper whose
/// phone runs none is still told whether they were charged. With script the page goes on by itself.
/// </summary>
internal static class ShowOrderPage
{
    /// <summary>The file of that name is its template.</summary>
    internal const string Path = "/order.html";

    private const string StateMark = "<!-- the order's state, for browsers without script -->";
    private const string RefreshMark = "<!-- asks again by itself -->";
    private const string AttributesMark = "data-status=\"\" data-payment=\"\"";
    private const string Refresh = "<meta http-equiv=\"refresh\" content=\"15\">";

    internal static async Task<IResult> Handle(
        string? id, OrderStore orders, PageFiles files, HttpResponse response, CancellationToken cancellationToken)
    {
        OrderView? order = string.IsNullOrEmpty(id)
            || await orders.FindAsync(id, cancellationToken) is not { } found ? null : OrderView.Of(found);
        string newest = order is { Payments: [.., { } payment] } ? SnakeCase.Of(payment.Status) : "";
        bool open = order?.Payments.Any(payment => payment.Status.IsOpen()) == true;
        bool started = order is { Status: OrderStatus.Pending or OrderStatus.Expired or OrderStatus.Cancelled }
            && order.Payments.Any(payment => payment.Status == PaymentStatus.Initiated);
        string page = files.TextOf(Path)
            .Replace(StateMark, order is null ? Words.Unknown : StateOf(order, open), StringComparison.Ordinal)
            .Replace(RefreshMark, open || started ? Refresh : "", StringComparison.Ordinal)
            .Replace(
                AttributesMark,
                order is null ? AttributesMark : $"data-status=\"{SnakeCase.Of(order.Status)}\" data-payment=\"{newest}\"",
                StringComparison.Ordinal);
        response.Headers.CacheControl = "no-store";
        return TypedResults.Content(page, "text/html; charset=utf-8");
    }

    private static string StateOf(OrderView order, bool open)
    {
        (string english, string nepali) = Words.For(order, open);
        string reference = HtmlEncoder.Default.Encode(order.Id);
        return $"""
            <div class="notice"><p><strong>{english}</strong></p><p>Order number <code>{reference}</code>, {order.Amount}.</p></div>
                  <div class="notice" lang="ne"><p><strong>{nepali}</strong></p><p>अर्डर नम्बर <code>{reference}</code></p></div>
            """;
    }

    /// <summary>What happened, whether money was taken, what to do.</summary>
    private static class Words
    {
        internal const string Unknown =
            """<p class="notice">The address names no order that this shop knows. If you think you paid, keep the address and """
        + "write to the shop: do not pay again.</p>";

        internal static (string English, string Nepali) For(OrderView order, bool open) => order.Status switch
        {
            OrderStatus.Paid => ("Paid. Khalti has confirmed your payment.", "भुक्तानी भयो। खल्तीले पुष्टि गर्‍यो।"),
            OrderStatus.PartiallyRefunded => ("Paid, and part of it was refunded to you.", "भुक्तानी भयो, केही भाग फिर्ता गरियो।"),
            OrderStatus.Refunded => ("Paid, and all of it was refunded to you.", "भुक्तानी भयो, र सबै फिर्ता गरियो।"),
            _ when open =>
                (
                    "Your payment is being checked with Khalti. It is not known yet whether you were charged: do not pay again. The shop "
                        + "keeps asking, and this page loads itself anew.",
                 "तपाईंको भुक्तानी खल्तीसँग जाँचिँदै छ। पैसा काटियो कि काटिएन अझै थाहा छैन: फेरि भुक्तानी नगर्नुहोस्। पसलले सोधिरहन्छ, र "
                     + "यो पृष्ठ आफैँ फेरि लोड हुन्छ।"),
            OrderStatus.Pending when order.Payments.Any(payment => payment.Status == PaymentStatus.Initiated) =>
                (
                    "A payment on Khalti's page was started. If you finished it there, wait a little and load this page again: you "
                        + "should not pay twice. If you turned back, nothing was charged. Paying again needs JavaScript.",
                 "खल्तीको पृष्ठमा भुक्तानी सुरु भएको थियो। त्यहाँ पूरा गर्नुभएको भए केही बेर पर्खेर यो पृष्ठ फेरि खोल्नुहोस्: "
                     + "दोहोर्‍याएर नतिर्नुहोस्। फर्किनुभएको भए पैसा काटिएको छैन। फेरि तिर्न जाभास्क्रिप्ट चाहिन्छ।"),
            OrderStatus.Cancelled when order.Payments.Count == 0 =>
                ("Cancelled. Nothing was charged for it.", "रद्द भयो। यसका लागि पैसा काटिएको छैन।"),
            OrderStatus.Expired when order.Payments.Count == 0 =>
                ("The time to pay has run out. Nothing was charged for it.", "तिर्ने समय सकियो। यसका लागि पैसा काटिएको छैन।"),
            OrderStatus.Cancelled =>
                (
                    "Cancelled. No payment was recorded for it. If money did leave your wallet, do not pay "
                        + "again: write to the shop with the order number.",
                 "रद्द भयो। यसको कुनै भुक्तानी दर्ता भएको छैन। तपाईंको वालेटबाट पैसा गएको भए फेरि "
                     + "नतिर्नुहोस्: अर्डर नम्बरसहित पसललाई लेख्नुहोस्।"),
            OrderStatus.Expired =>
                (
                    "The time to pay has run out. No payment was recorded for it. If money did leave your wallet, do not pay again: "
                        + "write to the shop with the order number.",
                 "तिर्ने समय सकियो। यसको कुनै भुक्तानी दर्ता भएको छैन। तपाईंको वालेटबाट पैसा गएको भए फेरि "
                     + "नतिर्नुहोस्: अर्डर नम्बरसहित पसललाई लेख्नुहोस्।"),
            _ =>
                (
                    "Waiting for your payment. Nothing has been charged. Paying needs JavaScript: switch it "
                        + "on for this site and load the page again.",
                  "भुक्तानीको पर्खाइमा। पैसा काटिएको छैन। तिर्न जाभास्क्रिप्ट चाहिन्छ: यस साइटका लागि खोलेर फेरि लोड गर्नुहोस्।"),
        };
    }
}
