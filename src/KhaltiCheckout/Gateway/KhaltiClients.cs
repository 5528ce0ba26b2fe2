using Khalti.Client;

namespace KhaltiCheckout.Gateway;

/// <summary>Khalti's two products: a host, a key and a circuit breaker each.</summary>
internal sealed record KhaltiClients(KhaltiClient Widget, KhaltiClient EPayment)
{
    internal static KhaltiClients Of(KhaltiOptions options, TimeProvider time, Func<HttpClient> http) =>
        new(Of(options.Widget.BaseUrl, options.Widget.SecretKey, options, time, http()),
            Of(options.EPayment.BaseUrl, options.EPayment.SecretKey, options, time, http()));

    private static KhaltiClient Of(string? baseUrl, string? secretKey, KhaltiOptions options, TimeProvider time, HttpClient http) =>
        new(http, new KhaltiClientOptions
        {
            BaseUrl = new Uri(baseUrl!),
            SecretKey = secretKey ?? "",
            Timeout = options.Timeout,
            TimeProvider = time,
            PlainHttpLinks = options.Mode == KhaltiMode.Sandbox,
        });
}
