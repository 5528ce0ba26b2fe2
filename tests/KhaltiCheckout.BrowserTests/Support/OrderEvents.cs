using System.Threading.Channels;
using Microsoft.Playwright;

namespace KhaltiCheckout.BrowserTests.Support;

/// <summary>Observes the order events that the pages of a visit receive.</summary>
internal sealed class OrderEvents
{
    // Registered before the page's own listener, so that the page has handled the event when the test continues.
    private const string InitScript =
        "window.EventSource = class extends EventSource { constructor(address) "
        + "{ super(address); this.addEventListener('order', () => window.told()); } };";

    private readonly Channel<bool> _events = Channel.CreateUnbounded<bool>();

    private OrderEvents()
    {
    }

    internal static async Task<OrderEvents> InAsync(IBrowserContext context)
    {
        OrderEvents events = new();
        await context.ExposeFunctionAsync("told", () => events._events.Writer.TryWrite(true));
        await context.AddInitScriptAsync(InitScript);
        return events;
    }

    /// <summary>Waits for the next event.</summary>
    internal async Task NextAsync()
    {
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(TimeSpan.FromSeconds(15));
        await _events.Reader.ReadAsync(timeout.Token);
    }
}
