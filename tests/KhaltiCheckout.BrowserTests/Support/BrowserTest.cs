using System.Text.Json.Nodes;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
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
        string[] troubles = [.. _visits.SelectMany(visit => visit.Troubles)];
        bool failed = result?.Result == TestResult.Failed || troubles.Length > 0;
        string? failedTest = failed ? TestContext.Current.Test?.TestDisplayName : null;
        foreach (Visit visit in _visits)
        {
            await visit.EndAsync(failedTest);
        }

        if (_shop is not null)
        {
            await _shop.DisposeAsync();
        }

        GC.SuppressFinalize(this);
        troubles.ShouldBeEmpty();
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
    private protected virtual string[] HarmlessTroubles => [];

    internal async Task<Visit> VisitAsync(Shopper? shopper = null)
    {
        Visit visit = (await Visit.StartAsync(browser, Shop.Address, shopper ?? new Shopper())).Expecting(HarmlessTroubles);
        _visits.Add(visit);
        return visit;
    }

    /// <summary>Changes what the server says on its way to the page.</summary>
    private protected static async Task ChangeAsync(IRoute route, Action<JsonNode> change)
    {
        IAPIResponse answer = await route.FetchAsync();
        JsonNode json = JsonNode.Parse(await answer.TextAsync())!;
        change(json);
        await route.FulfillAsync(new RouteFulfillOptions { Response = answer, Body = json.ToJsonString() });
    }

    /// <summary>Holds this state to zero findings of axe, light and dark, and to its own width; keeps a picture of each.</summary>
    /// <param name="leaveOut">What is Khalti's and not ours to mend.</param>
    private protected static async Task JudgeAsync(Visit visit, IPage page, string state, string? leaveOut = null)
    {
        int sticksOut = await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth");
        sticksOut.ShouldBe(0, $"{state} at {visit.Shopper.Width} px");
        foreach (ColorScheme scheme in (ColorScheme[])[ColorScheme.Dark, ColorScheme.Light])
        {
            await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = scheme });
            await visit.ShootAsync(page, $"{state}-{scheme}");
            AxeResult found = leaveOut is null
                ? await page.RunAxe()
                : await page.RunAxe(new AxeRunContext { Exclude = [new AxeSelector(leaveOut)] });
            found.Violations.Select(violation => $"{violation.Id}: {string.Join(" | ", violation.Nodes.Select(node => node.Html))}")
                .ShouldBeEmpty($"{state}, {scheme}, {visit.Shopper}");
        }
    }
}
