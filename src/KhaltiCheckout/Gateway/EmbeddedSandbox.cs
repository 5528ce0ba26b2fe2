using System.Data.Common;
using System.Net.Sockets;
using Khalti.Sandbox;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Gateway;

/// <summary>Runs Khalti Sandbox inside this program, in Mode Sandbox, on an address of its own as Khalti has.</summary>
internal sealed class EmbeddedSandbox(
    IOptions<KhaltiOptions> khalti, IOptions<SandboxSettings> settings, IHostEnvironment environment, TimeProvider time,
    ILoggerFactory loggers) : IHostedService
{
    private SandboxHost? _sandbox;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        SandboxSettings wanted = settings.Value;
        if (khalti.Value.Mode != KhaltiMode.Sandbox || !wanted.Embedded)
        {
            return;
        }

        SandboxOptions options = new()
        {
            Url = wanted.ListenUrl ?? wanted.Url,
            PublicUrl = wanted.PublicUrl,
            ConnectionString = wanted.ConnectionString,
            ContentRoot = environment.ContentRootPath,
            ControlNetworks = wanted.ControlNetworks,
            Hosts = [new Uri(wanted.Url).Host, .. wanted.Hosts],
        };
        try
        {
            _sandbox = await SandboxHost.StartAsync(options, time, loggers, cancellationToken);
        }
        catch (Exception failure) when (failure is IOException or SocketException or DbException or InvalidOperationException
            or UnauthorizedAccessException or ArgumentException or FormatException)
        {
            throw new OptionsValidationException(SandboxSettings.Section, typeof(SandboxSettings),
                [$"Khalti Sandbox can't start at {options.Url} ({failure.Message.TrimEnd('.')}): set Sandbox:Url to a free address and "
                    + "Sandbox:ConnectionString to a writable file."]);
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_sandbox is not null)
        {
            await _sandbox.DisposeAsync();
        }
    }
}
