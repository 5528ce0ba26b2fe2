namespace Khalti.Sandbox;

/// <summary>A sandbox for one test or one program: in memory, on a free port, gone when it is disposed of.</summary>
public sealed class KhaltiSandbox : IAsyncDisposable
{
    private readonly SandboxHost _host;
    private readonly HttpClient _http;

    private KhaltiSandbox(SandboxHost host)
    {
        _host = host;
        _http = new HttpClient { BaseAddress = host.Address };
        Control = new SandboxControl(_http);
    }

    /// <summary>Where it listens: the address to configure in place of <c>https://khalti.com</c>.</summary>
    public Uri Address => _host.Address;

    /// <summary>What a test does that Khalti does not offer: pay, lose an answer, move the clock, look at the calls.</summary>
    public SandboxControl Control { get; }

    /// <summary>Starts one.</summary>
    /// <param name="configure">Changes the settings: a seed file, switches, a fixed address.</param>
    /// <param name="time">The clock that the sandbox starts from; the system's by default.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    /// <exception cref="InvalidOperationException">A setting is wrong; the message says which.</exception>
    public static async Task<KhaltiSandbox> StartAsync(
        Action<SandboxOptions>? configure = null, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        SandboxOptions options = new() { Url = "http://127.0.0.1:0", ConnectionString = "Data Source=:memory:" };
        configure?.Invoke(options);
        return new KhaltiSandbox(
            await SandboxHost.StartAsync(options, time ?? TimeProvider.System, loggers: null, cancellationToken).ConfigureAwait(false));
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _host.DisposeAsync().ConfigureAwait(false);
    }
}

/// <summary>The keys of the default merchant. Everybody knows them: no money is behind them.</summary>
public static class SandboxKeys
{
    /// <summary>The public key of the widget and the older kits.</summary>
    public static string PublicKey => Merchants.Default.TestPublicKey!;

    /// <summary>The secret key of the widget product.</summary>
    public static string SecretKey => Merchants.Default.TestSecretKey!;

    /// <summary>The secret key of ePayment (KPG-2).</summary>
    public static string EPaymentSecretKey => Merchants.Default.EPaymentSecretKey!;

    /// <summary>The public key of ePayment, for kits in apps.</summary>
    public static string EPaymentPublicKey => Merchants.Default.EPaymentPublicKey!;

    /// <summary>The secret key of a merchant that uses one key for both products.</summary>
    public static string BothProductsSecretKey => Merchants.OneKey.LiveSecretKey!;

    /// <summary>The public key of that merchant.</summary>
    public static string BothProductsPublicKey => Merchants.OneKey.LivePublicKey!;
}
