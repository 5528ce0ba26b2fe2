using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Reconciliation;

/// <summary>The timer around the pass, and nothing else.</summary>
internal sealed partial class ReconciliationWorker(
    Reconciler reconciler, IOptions<ReconciliationOptions> options, TimeProvider time, ILogger<ReconciliationWorker> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.Enabled)
        {
            return;
        }

        using PeriodicTimer timer = new(options.Value.Interval, time);
        do
        {
            try
            {
                await reconciler.PassAsync(stoppingToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                Log.PassFailed(logger, failure);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "A round of reconciliation failed; the next one comes")]
        internal static partial void PassFailed(ILogger logger, Exception failure);
    }
}
