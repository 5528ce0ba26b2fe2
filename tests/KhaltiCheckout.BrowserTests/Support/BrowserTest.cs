using Microsoft.Playwright;

namespace KhaltiCheckout.BrowserTests.Support;

/// <summary>A shop and its shoppers, for one test.</summary>
public abstract class BrowserTest(Browser browser) : IAsyncLifetime
{
    private readonly List<Visit> _visits = [];
    private Storefront? _shop;

    internal Browser Browser => browser;

    internal IReadOnlyList<Visit> Visits => _visits;

    internal Storefront Shop => _shop ?? throw new InvalidOperationException("Open a shop first.");

    public virtual ValueTask InitializeAsync()
    {
        Need(browser.Missing);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        TestResultState? result = TestContext.Current.TestState;
        string[] errors = [.. _visits.SelectMany(visit => visit.Errors), .. _shop?.Leaks ?? []];
        bool failed = result?.Result == TestResult.Failed || errors.Length > 0;
        string? failedTest = failed ? TestContext.Current.Test?.TestDisplayName : null;
        foreach (Visit visit in _visits)
        {
            await visit.EndAsync(failedTest);
        }

        if (_shop is not null)
        {
            await _shop.DisposeAsync();
            if (failedTest is not null)
            {
                await File.WriteAllLinesAsync(Places.Failed(failedTest) + ".log", _shop.Log.Lines);
            }
        }

        GC.SuppressFinalize(this);
        errors.ShouldBeEmpty();
    }

    /// <summary>Skips where something is missing, or fails where nothing may be missing.</summary>
    private protected static void Need(string? missing)
    {
        if (Browser.MustRun)
        {
            missing.ShouldBeNull();
        }

        Assert.SkipUnless(missing is null, missing ?? "");
    }

    internal virtual async Task<Storefront> OpenAsync(params (string Key, string? Value)[] settings) =>
        _shop = await Storefront.OpenAsync(settings);

    /// <summary>What a widget is known to do wrong without harm.</summary>
    private protected virtual string[] ExpectedErrors => [];

    /// <param name="whole">With all of the browser: what is around the page matters here.</param>
    /// <param name="home">The shop's address as this shopper knows it.</param>
    internal async Task<Visit> VisitAsync(Shopper? shopper = null, bool whole = false, Uri? home = null)
    {
        IBrowser chromium = whole ? await browser.WholeAsync() : browser.Chromium;
        Visit visit = (await Visit.StartAsync(chromium, home ?? Shop.Address, shopper ?? new Shopper())).Expecting(ExpectedErrors);
        _visits.Add(visit);
        return visit;
    }
}
