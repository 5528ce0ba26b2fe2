using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Polling;

/// <summary>The timer around the pass, and nothing else.</summary>
internal sealed partial class PollingWorker(
    IServiceProvider services,
    IOptions<PollingOptions> options,
    TimeProvider time,
    IHostApplicationLifetime lifetime,
    ILogger<PollingWorker> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.Enabled)
        {
            return;
        }

        if (!await HasStartedAsync(stoppingToken))
        {
            return;
        }

        // Not before: a database that can't be used is for the start to explain.
        PollingPass reconciler = services.GetRequiredService<PollingPass>();
        using PeriodicTimer timer = new(options.Value.Interval, time);
        do
        {
            try
            {
                await reconciler.PassAsync(stoppingToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                Log.PassFailed(logger, failure);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    // A start may still fail, as on a port that is taken: then one sentence says so, and no round that broke off beside it.
    private async Task<bool> HasStartedAsync(CancellationToken stoppingToken)
    {
        TaskCompletionSource<bool> started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration yes = lifetime.ApplicationStarted.Register(() => started.TrySetResult(true));
        await using CancellationTokenRegistration no = stoppingToken.Register(() => started.TrySetResult(false));
        return await started.Task;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "A round of reconciliation failed; the next one comes")]
        internal static partial void PassFailed(ILogger logger, Exception failure);
    }
}
