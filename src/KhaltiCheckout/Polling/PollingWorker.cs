using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Polling;

/// <summary>The timer around a pass, and nothing else.</summary>
/// <param name="name">Of the work, for the log.</param>
/// <param name="pass">One round of it.</param>
internal sealed partial class PollingWorker(
    string name,
    Func<IServiceProvider, CancellationToken, Task> pass,
    IServiceProvider services)
    : BackgroundService
{
    private readonly TimeProvider _time = services.GetRequiredService<TimeProvider>();
    private readonly ILogger _logger = services.GetRequiredService<ILogger<PollingWorker>>();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        PollingOptions options = services.GetRequiredService<IOptions<PollingOptions>>().Value;
        if (!options.Enabled)
        {
            return;
        }

        // Not before: a database that can't be used is for the start to explain.
        if (!await HasStartedAsync(stoppingToken))
        {
            return;
        }

        using PeriodicTimer timer = new(options.Interval, _time);
        do
        {
            try
            {
                await pass(services, stoppingToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                Log.PassFailed(_logger, failure, name);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    // A start may still fail, as on a port that is taken: then one sentence says so, and no round that broke off beside it.
    private async Task<bool> HasStartedAsync(CancellationToken stoppingToken)
    {
        TaskCompletionSource<bool> started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        IHostApplicationLifetime lifetime = services.GetRequiredService<IHostApplicationLifetime>();
        await using CancellationTokenRegistration yes = lifetime.ApplicationStarted.Register(() => started.TrySetResult(true));
        await using CancellationTokenRegistration no = stoppingToken.Register(() => started.TrySetResult(false));
        return await started.Task;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "A round of {Work} failed; the next one comes")]
        internal static partial void PassFailed(ILogger logger, Exception failure, string work);
    }
}
