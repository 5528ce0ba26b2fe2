using KhaltiCheckout.BrowserTests.Support;
using KhaltiCheckout.Tests.Support;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Browser))]
[assembly: TestCollectionOrderer(typeof(LongFirst))]

namespace KhaltiCheckout.BrowserTests.Support;

/// <summary>
/// One Chromium for the whole run. Khalti's own host names lead to <see cref="KhaltiFront"/>, and no other name leads
/// anywhere: what a page fetches, it fetches from this machine.
/// </summary>
public sealed class Browser : IAsyncLifetime
{
    /// <summary>This machine by a name that no browser trusts over plain http, as a phone on the same network sees the shop.</summary>
    internal const string PlainHost = "shop.test";

    private const string WholePath = "/usr/bin/chromium";

    // The same pages for half the work, and nothing around them.
    private const string ShellPath = "/usr/bin/chromium-headless-shell";

    private readonly Lazy<Task<IBrowser>> _whole;
    private string _path = WholePath;
    private IPlaywright? _playwright;
    private IBrowser? _chromium;

    public Browser() => _whole = new Lazy<Task<IBrowser>>(() => _path == ShellPath ? LaunchAsync(WholePath) : Task.FromResult(Chromium));

    /// <summary>On a build server a missing browser is a failure; on a developer's machine the test is skipped.</summary>
    internal static bool MustRun => string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase);

    internal string? Missing { get; private set; }

    internal KhaltiFront Front { get; private set; } = null!;

    internal IBrowser Chromium => _chromium ?? throw new InvalidOperationException(Missing);

    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("CHROMIUM_PATH") is { } named)
        {
            _path = named;
        }
        else if (File.Exists(ShellPath) && File.Exists(WholePath))
        {
            _path = ShellPath;
        }

        if (!File.Exists(_path))
        {
            Missing = $"There is no Chromium at {_path}; name another with CHROMIUM_PATH.";
            return;
        }

        Front = await KhaltiFront.StartAsync();
        _playwright = await Playwright.CreateAsync();
        _chromium = await LaunchAsync(_path);
        Assertions.SetDefaultExpectTimeout(15_000);
    }

    /// <summary>For the few tests that need what is around a page, such as the place where Tab goes at its end.</summary>
    internal Task<IBrowser> WholeAsync() => _whole.Value;

    public async ValueTask DisposeAsync()
    {
        if (_whole.IsValueCreated)
        {
            await (await _whole.Value).DisposeAsync();
        }

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

    private async Task<IBrowser> LaunchAsync(string path)
    {
        string here = $"127.0.0.1:{Front.Port}";
        string map = string.Join(", ", KhaltiFront.Hosts.Select(host => $"MAP {host}:443 {here}"));
        return await _playwright!.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = path,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync", "--ignore-certificate-errors",
                $"--host-resolver-rules={map}, MAP {PlainHost} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
            ],
        });
    }
}
