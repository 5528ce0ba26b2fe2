using KhaltiCheckout.Data;
using KhaltiCheckout.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using QRCoder;

namespace KhaltiCheckout.Orders;

/// <summary>Draws an order's address as a QR code: a receipt on paper leads back to how the order stands now.</summary>
internal static class DrawOrderAddress
{
    internal const string MediaType = "image/svg+xml";

    internal static async Task<Results<ContentHttpResult, ProblemHttpResult>> Handle(
        string id, CheckoutStore store, IOptions<StoreOptions> settings, HttpRequest request, CancellationToken cancellationToken) =>
        await store.ReadAsync(sql => sql.FindVersionAsync(id), cancellationToken) is null
            ? Problems.NotFound("order")
            : TypedResults.Content(Draw(AddressOf(id, settings.Value, request)), MediaType);

    // Localhost is another machine for whoever scans it: then the address by which the shop was reached serves better.
    private static string AddressOf(string id, StoreOptions store, HttpRequest request)
    {
        string shop = store.PublicUrl is { Length: > 0 } told && !new Uri(told).IsLoopback ? told.TrimEnd('/') : $"{request.Scheme}://{request.Host}";
        return $"{shop}/order.html?id={Uri.EscapeDataString(id)}";
    }

    private static string Draw(string address)
    {
        using QRCodeData code = QRCodeGenerator.GenerateQrCode(address, QRCodeGenerator.ECCLevel.M); // paper gets creased
        using SvgQRCode picture = new(code);
        return picture.GetGraphic(1, "#000000", "#ffffff", drawQuietZones: true, SvgQRCode.SizingMode.ViewBoxAttribute);
    }
}
