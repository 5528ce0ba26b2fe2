using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using System.Threading.Channels;
using Microsoft.Playwright;

namespace KhaltiCheckout.BrowserTests.Support;

/// <summary>What the pages of a visit asked the shop about orders.</summary>
internal sealed partial class Asked
{
    internal const string EventsPath = "**/api/v1/orders/*/events";

    private readonly ConcurrentQueue<string> _addresses = new();
    private readonly ConcurrentQueue<string> _over = new();
    private readonly Channel<bool> _more = Channel.CreateUnbounded<bool>();

    internal Asked(IBrowserContext context)
    {
        context.Request += (_, request) => Note(_addresses, request);
        context.RequestFinished += (_, request) => Note(_over, request);
        context.RequestFailed += (_, request) => Note(_over, request);
    }

    internal static Regex Order { get; } = OrderAddress();

    internal static Regex Events { get; } = EventsAddress();

    internal int Of(Regex address) => _addresses.Count(address.IsMatch);

    internal Task AtLeastAsync(Regex address, int times) => UntilAsync(() => Of(address) >= times);

    /// <summary>Waits until so many of the questions have an answer, or never will.</summary>
    internal Task OverAsync(Regex address, int times) => UntilAsync(() => _over.Count(address.IsMatch) >= times);

    private void Note(ConcurrentQueue<string> place, IRequest request)
    {
        place.Enqueue(request.Url);
        _more.Writer.TryWrite(true);
    }

    private async Task UntilAsync(Func<bool> reached)
    {
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(TimeSpan.FromSeconds(15));
        while (!reached())
        {
            await _more.Reader.ReadAsync(timeout.Token);
        }
    }

    [GeneratedRegex("/api/v1/orders/ord_[^/]+$", RegexOptions.None, 1000)]
    private static partial Regex OrderAddress();

    [GeneratedRegex("/api/v1/orders/ord_[^/]+/events$", RegexOptions.None, 1000)]
    private static partial Regex EventsAddress();
}
