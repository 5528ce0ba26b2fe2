using System.Net;

namespace KhaltiCheckout.Settings;

/// <summary>Where the settings let the program listen.</summary>
internal static class ListenAddresses
{
    /// <summary>Whether only this machine can reach the program. An address that can't be read
    /// counts as reachable from elsewhere.</summary>
    internal static bool AreLoopback(IConfiguration settings) => All(settings).All(IsLoopback);

    /// <summary>Whether other machines reach the program, and by nothing but plain http.</summary>
    internal static bool AreOpenHttp(IConfiguration settings) =>
        !AreLoopback(settings) && !All(settings).Any(url => url?.StartsWith("https://", StringComparison.OrdinalIgnoreCase) == true);

    /// <summary>Whether this host name or address means this machine.</summary>
    internal static bool IsThisMachine(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host, out IPAddress? address) && IPAddress.IsLoopback(address));

    // Kestrel ignores ports when there are urls, and urls when there are endpoints. All but the first rule is left out here: it errs
    // on the safe side.
    private static IEnumerable<string?> All(IConfiguration settings)
    {
        IEnumerable<string?> endpoints = settings.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"]);
        string? urls = settings[WebHostDefaults.ServerUrlsKey];
        IEnumerable<string?> others = string.IsNullOrWhiteSpace(urls)
            ? new[] { (Ports: WebHostDefaults.HttpPortsKey, Url: "http://*"), (Ports: WebHostDefaults.HttpsPortsKey, Url: "https://*") }
                .Where(each => !string.IsNullOrWhiteSpace(settings[each.Ports])).Select(each => each.Url)
            : urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return endpoints.Concat(others);
    }

    private static bool IsLoopback(string? url)
    {
        try
        {
            return IsThisMachine(BindingAddress.Parse(url ?? "").Host);
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
