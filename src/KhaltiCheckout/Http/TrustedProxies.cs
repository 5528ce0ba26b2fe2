using System.Net;
using KhaltiCheckout.Settings;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using IPNetwork = System.Net.IPNetwork;

namespace KhaltiCheckout.Http;

internal sealed class TrustedProxyRules : IValidateOptions<TrustedProxyOptions>
{
    private const int MaxHops = 10;

    public ValidateOptionsResult Validate(string? name, TrustedProxyOptions options) =>
        options.Hops is < 0 or > MaxHops
            ? ValidateOptionsResult.Fail($"ForwardedHeaders:Hops must be between 0 and {MaxHops}: how many proxies a request passes.")
            : options.Networks.Any(network => network is null)
                ? ValidateOptionsResult.Fail(
                    "ForwardedHeaders:KnownNetworks must be networks or addresses of proxies, such as 10.0.0.0/24 or 10.0.0.5.")
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

        app.WarnOfUnnamedProxy([.. options.KnownIPNetworks]);
        app.UseForwardedHeaders(options);
    }

    // All clients of a proxy that is not named are one: wrong keys of one keep out the others. Once is enough, and is all that a
    // client can cause which writes the header itself.
    private static void WarnOfUnnamedProxy(this WebApplication app, IPNetwork[] trusted)
    {
        ILogger logger = app.Services.GetRequiredService<ILogger<TrustedProxyOptions>>();
        int warned = 0;
        app.Use((http, next) =>
        {
            if (warned == 0 && http.Request.Headers.ContainsKey(ForwardedHeadersDefaults.XForwardedForHeaderName)
                && http.Connection.RemoteIpAddress is { } remote && ClientNetwork.Plain(remote) is { } address
                && !Array.Exists(trusted, network => network.Contains(address)) && Interlocked.Exchange(ref warned, 1) == 0)
            {
                Log.ProxyIsNotNamed(logger, address);
            }

            return next(http);
        });
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message =
            "{Address} sends X-Forwarded-For and is in no network of ForwardedHeaders:KnownNetworks, so it is not believed. "
            + "If it is your proxy, add its network there: until then its clients count as one, and wrong keys of one keep out the others")]
        internal static partial void ProxyIsNotNamed(ILogger logger, IPAddress address);

        [LoggerMessage(Level = LogLevel.Warning, Message =
            "ASPNETCORE_FORWARDEDHEADERS_ENABLED believes every client that sends X-Forwarded-For: take it out, and set "
            + "ForwardedHeaders:KnownNetworks to the networks of your proxies and ForwardedHeaders:Hops to their number")]
        internal static partial void EveryProxyIsTrusted(ILogger logger);
    }
}
