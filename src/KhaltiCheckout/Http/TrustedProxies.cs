using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using IPNetwork = System.Net.IPNetwork;

namespace KhaltiCheckout.Http;

public sealed class TrustedProxyOptions
{
    public const string Section = "ForwardedHeaders";

    /// <summary>Networks or addresses of the proxies whose X-Forwarded-For and X-Forwarded-Proto are believed. Without it: this machine.</summary>
    public string[]? KnownNetworks { get; set; }

    /// <summary>How many proxies a request passes, one behind the other; 0 believes none.</summary>
    public int Hops { get; set; } = 1;

    internal IEnumerable<IPNetwork?> Networks => (KnownNetworks ?? ["127.0.0.0/8", "::1"]).Select(Read);

    private static IPNetwork? Read(string? text) =>
        IPAddress.TryParse(text, out IPAddress? address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
            : IPNetwork.TryParse(text, out IPNetwork network) ? network
            : null;
}

internal sealed class TrustedProxyRules : IValidateOptions<TrustedProxyOptions>
{
    private const int MaxHops = 10;

    public ValidateOptionsResult Validate(string? name, TrustedProxyOptions options) =>
        options.Hops is < 0 or > MaxHops
            ? ValidateOptionsResult.Fail($"ForwardedHeaders:Hops must be between 0 and {MaxHops}: how many proxies a request passes.")
            : options.Networks.Any(network => network is null)
                ? ValidateOptionsResult.Fail("ForwardedHeaders:KnownNetworks must be networks or addresses of proxies, such as 10.0.0.0/24 or 10.0.0.5.")
                : ValidateOptionsResult.Success;
}

/// <summary>
/// Takes the client's address and scheme from the proxies in front, and from nobody else: limits, the security log and the session
/// cookie depend on them. The host is not taken from a header.
/// </summary>
internal static partial class TrustedProxies
{
    internal static void AddTrustedProxies(this IServiceCollection services)
    {
        services.AddOptions<TrustedProxyOptions>().BindConfiguration(TrustedProxyOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<TrustedProxyOptions>, TrustedProxyRules>();
    }

    internal static void UseTrustedProxies(this WebApplication app)
    {
        if (string.Equals(app.Configuration["ForwardedHeaders_Enabled"], "true", StringComparison.OrdinalIgnoreCase))
        {
            Log.EveryProxyIsTrusted(app.Services.GetRequiredService<ILogger<TrustedProxyOptions>>());
        }

        TrustedProxyOptions trusted = app.Services.GetRequiredService<IOptions<TrustedProxyOptions>>().Value;
        if (trusted.Hops == 0)
        {
            return;
        }

        ForwardedHeadersOptions options = new()
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,
            ForwardLimit = trusted.Hops,
        };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (IPNetwork? network in trusted.Networks)
        {
            options.KnownIPNetworks.Add(network!.Value);
        }

        app.UseForwardedHeaders(options);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message =
            "ASPNETCORE_FORWARDEDHEADERS_ENABLED believes every client that sends X-Forwarded-For: take it out, and set "
            + "ForwardedHeaders:KnownNetworks to the networks of your proxies and ForwardedHeaders:Hops to their number")]
        internal static partial void EveryProxyIsTrusted(ILogger logger);
    }
}
