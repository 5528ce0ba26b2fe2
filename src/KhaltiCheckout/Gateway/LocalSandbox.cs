using KhaltiCheckout.Http;
using KhaltiCheckout.Settings;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Gateway;

/// <summary>
/// Mode Sandbox on loopback addresses, and no public address elsewhere, which a proxy on this machine would serve: no real money, and
/// only this machine can reach the shop. The one kind of start with the published development key and without rate limits, whatever the
/// environment is called.
/// </summary>
internal sealed class LocalSandbox(IOptions<KhaltiOptions> khalti, IConfiguration settings)
{
    private const string PublicUrl = $"{StoreOptions.Section}:{nameof(StoreOptions.PublicUrl)}";

    internal bool IsActive =>
        khalti.Value.Mode == KhaltiMode.Sandbox && ListenAddresses.AreLoopback(settings) && IsNowhereElse(settings[PublicUrl]);

    // One that can't be read counts as elsewhere.
    private static bool IsNowhereElse(string? publicUrl) =>
        string.IsNullOrEmpty(publicUrl)
        || (Uri.TryCreate(publicUrl, UriKind.Absolute, out Uri? address) && AllowedHosts.IsThisMachine(address.IdnHost));
}
