using KhaltiCheckout.Http;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Payments;

/// <summary>
/// Mode Sandbox on loopback addresses: no real money, and only this machine can reach the shop. The one kind of start with the
/// published development key and without rate limits, whatever the environment is called.
/// </summary>
internal sealed class LocalSandbox(IOptions<KhaltiOptions> khalti, IConfiguration settings)
{
    internal bool IsActive => khalti.Value.Mode == KhaltiMode.Sandbox && ListenAddresses.AreLoopback(settings);
}
