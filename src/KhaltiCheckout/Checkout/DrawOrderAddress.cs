using KhaltiCheckout.Http;
using KhaltiCheckout.Settings;
using KhaltiCheckout.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using QRCoder;

namespace KhaltiCheckout.Checkout;

/// <summary>Draws an order's address as a QR code: a receipt on paper leads back to how the order stands now.</summary>
internal static class DrawOrderAddress
{
    internal const string MediaType = "image/svg+xml";

    internal static async Task<Results<ContentHttpResult, ProblemHttpResult>> Handle(
        string id, OrderStore orders, StoreAddress address, CancellationToken cancellationToken) =>
        await orders.FindVersionAsync(id, cancellationToken) is null
            ? Problems.NotFound("order")
            : TypedResults.Content(Draw(new Uri(address.Origin, $"/order.html?id={Uri.EscapeDataString(id)}").AbsoluteUri), MediaType);

    private static string Draw(string address)
    {
        using QRCodeData code = QRCodeGenerator.GenerateQrCode(address, QRCodeGenerator.ECCLevel.M); // paper gets creased
        using SvgQRCode picture = new(code);
        return picture.GetGraphic(1, "#000000", "#ffffff", drawQuietZones: true, SvgQRCode.SizingMode.ViewBoxAttribute);
    }
}
