using KhaltiCheckout.BrowserTests.Support;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Browser))]

namespace KhaltiCheckout.BrowserTests.Support;

/// <summary>
/// One Chromium for the whole run. Khalti's own host names lead to <see cref="KhaltiFront"/>, and no other name leads
/// anywhere: what a page fetches, it fetches from this machine.
/// </summary>
public sealed class Browser : IAsyncLifetime
{
    private IPlaywright? _playwright;
    private IBrowser? _chromium;

    /// <summary>On a build server a missing browser is a failure; on a developer's machine the test is skipped.</summary>
    internal static bool MustRun => string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase);

    internal string? Missing { get; private set; }

    internal KhaltiFront Front { get; private set; } = null!;

    internal IBrowser Chromium => _chromium ?? throw new InvalidOperationException(Missing);

    public async ValueTask InitializeAsync()
    {
        string path = Environment.GetEnvironmentVariable("CHROMIUM_PATH") ?? "/usr/bin/chromium";
        if (!File.Exists(path))
        {
            Missing = "There is no Chromium at /usr/bin/chromium; name another with CHROMIUM_PATH.";
            return;
        }

        Front = await KhaltiFront.StartAsync();
        _playwright = await Playwright.CreateAsync();
        string here = $"127.0.0.1:{Front.Port}";
        string map = string.Join(", ", KhaltiFront.Hosts.Select(host => $"MAP {host}:443 {here}"));
        _chromium = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = path,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync", "--ignore-certificate-errors",
                $"--host-resolver-rules={map}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
            ],
        });
        Assertions.SetDefaultExpectTimeout(15_000);
    }

    public async ValueTask DisposeAsync()
    {
        if (_chromium is not null)
        {
            await _chromium.DisposeAsync();
        }

        _playwright?.Dispose();
        if (Front is not null)
        {
            await Front.DisposeAsync();
        }
    }
}
