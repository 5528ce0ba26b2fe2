using System.Collections.Concurrent;
using KhaltiCheckout.BrowserTests.Pages;
using Microsoft.Playwright;

namespace KhaltiCheckout.BrowserTests.Support;

/// <summary>
/// One shopper's browser: fresh storage, any number of tabs. It remembers everything that goes wrong behind the pages, and
/// what the test did not announce fails the test.
/// </summary>
internal sealed class Visit
{
    // A page gives up on an answer after 15 s. Sooner, the page was left.
    private static readonly TimeSpan GracePeriod = TimeSpan.FromSeconds(14);

    private readonly ConcurrentQueue<string> _troubles = new();
    private readonly ConcurrentDictionary<IRequest, long> _asked = new();
    private readonly List<string> _forgiven = [];
    private readonly Uri _home;

    private Visit(IBrowserContext context, Uri home, Shopper shopper)
    {
        Context = context;
        Shopper = shopper;
        _home = home;
        context.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                _troubles.Enqueue($"console: {message.Text} ({message.Location})");
            }
        };
        context.WebError += (_, error) => _troubles.Enqueue($"script: {error.Error}");
        context.Request += (_, request) => _asked[request] = TimeProvider.System.GetTimestamp();
        context.RequestFailed += (_, request) =>
        {
            if (IsOurs(request.Url) && !HasHungUp(request))
            {
                _troubles.Enqueue($"failed: {request.Method} {request.Url} {request.Failure}");
            }
        };
        context.Response += (_, response) =>
        {
            if (response.Status >= 400 && IsOurs(response.Url))
            {
                _troubles.Enqueue($"answer: {response.Status} {response.Request.Method} {response.Url}");
            }
        };
    }

    internal IBrowserContext Context { get; }

    internal Shopper Shopper { get; }

    /// <summary>What went wrong and nobody announced.</summary>
    internal IReadOnlyList<string> Errors =>
        [.. _troubles.Where(trouble => !_forgiven.Exists(one => trouble.Contains(one, StringComparison.Ordinal)))];

    internal static async Task<Visit> StartAsync(IBrowser browser, Uri home, Shopper shopper)
    {
        IBrowserContext context = await browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = home.ToString(),
            ViewportSize = new ViewportSize { Width = shopper.Width, Height = shopper.Height },
            Locale = shopper.Locale,
            TimezoneId = "America/Lima", // far from Nepal: the pages must not care
            ColorScheme = ColorScheme.Light,
            ReducedMotion = ReducedMotion.Reduce,
            JavaScriptEnabled = shopper.JavaScript,
            HasTouch = shopper.Touch,
        });
        context.SetDefaultTimeout(15_000);
        if (Places.KeepsTraces)
        {
            await context.Tracing.StartAsync(new TracingStartOptions { Snapshots = true });
        }

        Visit visit = new(context, home, shopper);
        return shopper.JavaScript ? visit : visit.Expecting(".js csp"); // scripts that are switched off
    }

    /// <summary>This trouble belongs to the story.</summary>
    internal Visit Expecting(params string[] errors)
    {
        _forgiven.AddRange(errors);
        return this;
    }

    internal async Task<ShopPage> OpenShopAsync()
    {
        IPage page = await Context.NewPageAsync();
        await page.GotoAsync("/");
        return new ShopPage(page);
    }

    internal async Task<OrderPage> OpenOrderAsync(string id, string? scriptBefore = null)
    {
        IPage page = await Context.NewPageAsync();
        if (scriptBefore is not null)
        {
            await page.AddInitScriptAsync(scriptBefore);
        }

        await page.GotoAsync($"/order.html?id={id}");
        return new OrderPage(page);
    }

    /// <summary>From now on this visit's pages hear of no change and have to ask.</summary>
    internal async Task WithoutEventsAsync() =>
        await Context.RouteAsync("**/events", route => route.FulfillAsync(new RouteFulfillOptions { Status = 204 }));

    /// <summary>Keeps a picture of this state, for people to judge, where they asked for it.</summary>
    internal async Task ShootAsync(IPage page, string state)
    {
        if (!Places.KeepsPictures)
        {
            return;
        }

        await page.ScreenshotAsync(new PageScreenshotOptions
        {
            Path = Path.Combine(Places.Results, $"{state}-{Shopper}.png"),

            // Khalti's window fills the screen, not the page.
            FullPage = await new Widget(page).Frame.CountAsync() == 0,
        });
    }

    /// <summary>Closes the browser; after a failure it leaves what one needs to understand it.</summary>
    internal async Task EndAsync(string? failedTest)
    {
        if (failedTest is null)
        {
            await Context.CloseAsync();
            return;
        }

        string name = Places.Failed(failedTest);
        for (int tab = 0; tab < Context.Pages.Count; tab++)
        {
            await Context.Pages[tab].ScreenshotAsync(new PageScreenshotOptions { Path = $"{name}-{tab}.png", FullPage = true });
        }

        if (Places.KeepsTraces)
        {
            await Context.Tracing.StopAsync(new TracingStopOptions { Path = name + ".zip" });
        }

        await Context.CloseAsync();
    }

    // A page that is left stops reading, and one that has heard enough hangs up. Nothing is lost by either.
    private bool HasHungUp(IRequest request) =>
        request.Method == "GET" && request.Failure == "net::ERR_ABORTED" && request.ResourceType switch
        {
            "eventsource" => true,
            "fetch" => _asked.TryGetValue(request, out long since) && TimeProvider.System.GetElapsedTime(since) < GracePeriod,
            _ => false,
        };

    private bool IsOurs(string url) => url.StartsWith(_home.ToString(), StringComparison.Ordinal);
}
