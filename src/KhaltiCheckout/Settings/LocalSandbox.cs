namespace KhaltiCheckout.Settings;

/// <summary>
/// Mode Sandbox on loopback addresses, and no public address elsewhere, which a proxy on this machine would serve: no real money, and
/// only this machine can reach the shop. The one kind of start with the published development key and without rate limits, whatever the
/// environment is called.
/// </summary>
/// <param name="isSandbox">Whether the mode is Sandbox, which the settings of the gateway say.</param>
internal sealed class LocalSandbox(Func<bool> isSandbox, IConfiguration settings)
{
    private const string PublicUrl = $"{StoreOptions.Section}:{nameof(StoreOptions.PublicUrl)}";

    internal bool IsActive => isSandbox() && ListenAddresses.AreLoopback(settings) && IsNowhereElse(settings[PublicUrl]);

    // One that can't be read counts as elsewhere.
    private static bool IsNowhereElse(string? publicUrl) =>
        string.IsNullOrEmpty(publicUrl)
        || (Uri.TryCreate(publicUrl, UriKind.Absolute, out Uri? address) && ListenAddresses.IsThisMachine(address.IdnHost));
}
