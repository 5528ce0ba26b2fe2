using System.Net;
using KhaltiCheckout.Settings;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace KhaltiCheckout.Http;

/// <summary>
/// The names by which this shop may be reached. A page of another site that makes its own name resolve to this machine
/// (DNS rebinding) is answered 400: a browser sends that name in the Host header.
/// </summary>
internal sealed class AllowedHosts(IOptions<StoreOptions> store, IConfiguration configuration, IServer server)
{
    /// <summary>The setting for names besides those that follow from other settings, separated
    /// by semicolons; *.example.com is allowed.</summary>
    internal const string Setting = "AllowedHosts";

    // At the first request: only then the server says where it listens.
    private readonly Lazy<(bool AnyAddress, List<StringSegment> Names)> _known = new(() => Read(store.Value, configuration, server));

    /// <summary>Ports are not compared. A request without a name (HTTP/1.0) has none that could be wrong.</summary>
    internal bool Allows(HostString host)
    {
        string name = host.Host.TrimEnd('.');
        return name.Length == 0
            || ListenAddresses.IsThisMachine(name)
            || (_known.Value.AnyAddress && IPAddress.TryParse(name, out _))
            || HostString.MatchesAny(name, _known.Value.Names);
    }

    private static (bool AnyAddress, List<StringSegment> Names) Read(StoreOptions store, IConfiguration configuration, IServer server)
    {
        string[] listening =
        [
            .. server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [],
            .. Split(configuration[WebHostDefaults.ServerUrlsKey]),
            .. configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"]).OfType<string>(),
        ];
        string[] hosts = [.. listening.Select(url => BindingAddress.Parse(url).Host)];
        IEnumerable<string> shop = Uri.TryCreate(store.PublicUrl, UriKind.Absolute, out Uri? address) ? [address.IdnHost] : [];
        return (
            hosts.Any(host => host is "*" or "+" or "0.0.0.0" or "[::]"),

            // As a name * would allow every host.
            [
                .. hosts.Where(host => host is not ("*" or "+")).Concat(shop).Concat(Split(configuration[Setting]))
                    .Select(host => new StringSegment(host)),
            ]);
    }

    private static string[] Split(string? list) =>
        list?.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
}

internal static class AllowedHostsFeature
{
    internal static void AddAllowedHosts(this IServiceCollection services)
    {
        services.AddSingleton<AllowedHosts>();

        // The framework's own filter reads the same setting, but knows no addresses of a network and writes no problem document.
        services.Configure<HostFilteringOptions>(filter => filter.AllowedHosts = ["*"]);
    }

    internal static void UseAllowedHosts(this WebApplication app)
    {
        AllowedHosts hosts = app.Services.GetRequiredService<AllowedHosts>();
        app.Use((context, next) => hosts.Allows(context.Request.Host) ? next(context) : Problems.HostNotAllowed().ExecuteAsync(context));
    }
}
