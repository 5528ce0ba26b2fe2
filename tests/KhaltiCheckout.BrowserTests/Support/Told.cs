using System.Threading.Channels;
using Microsoft.Playwright;

namespace KhaltiCheckout.BrowserTests.Support;

/// <summary>What the pages of a visit were told about orders, without asking.</summary>
internal sealed class Told
{
    // Comes before the page's own ear, in one turn with it: whatever a test asks of the page afterwards, the page has heard.
    private const string Ear =
        "window.EventSource = class extends EventSource { constructor(address) { super(address); "
        + "this.addEventListener('order', () => window.told()); } };";

    private readonly Channel<bool> _news = Channel.CreateUnbounded<bool>();

    private Told()
    {
    }

    internal static async Task<Told> InAsync(IBrowserContext context)
    {
        Told told = new();
        await context.ExposeFunctionAsync("told", () => told._news.Writer.TryWrite(true));
        await context.AddInitScriptAsync(Ear);
        return told;
    }

    /// <summary>Waits for what a page is told next.</summary>
    internal async Task NewsAsync()
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(15));
        await _news.Reader.ReadAsync(patience.Token);
    }
}
