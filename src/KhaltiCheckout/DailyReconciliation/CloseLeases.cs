using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;

namespace KhaltiCheckout.DailyReconciliation;

/// <summary>
/// Sees to it that one process at a time compares a day: a short lease in the day's row, renewed while the comparison runs. A process
/// that is killed leaves one that is over within a minute.
/// </summary>
internal sealed partial class CloseLeases(Database database, TimeProvider time, IHostApplicationLifetime host, ILogger<CloseLeases> logger)
{
    private const string Renew = """
        UPDATE "DayCloses" SET "LeasedUntil" = @p2, "Version" = "Version" + 1 WHERE "Day" = @p0 AND "LeasedUntil" = @p1
        """;

    internal static readonly TimeSpan Length = TimeSpan.FromMinutes(1);

    /// <summary>How often a lease is renewed; a test makes it shorter.</summary>
    internal TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Runs the work while the lease is renewed beside it. The work is cancelled when
    /// the lease is lost to another process.</summary>
    /// <param name="until">The lease as it was just saved.</param>
    /// <param name="end">Ends the lease, given the result, or null when there is none, and the lease as it was renewed last. Returns
    /// whether it was still this process's.</param>
    /// <returns>The result, and whether the lease was held to the end.</returns>
    internal async Task<(T? Result, bool WasHeld)> HoldAsync<T>(
        DateOnly day, DateTimeOffset until, Func<CancellationToken, Task<T?>> work, Func<T?, DateTimeOffset, Task<bool>> end)
        where T : class
    {
        using CancellationTokenSource lost = CancellationTokenSource.CreateLinkedTokenSource(host.ApplicationStopping);
        using CancellationTokenSource done = new();
        Task<DateTimeOffset?> renewing = RenewAsync(day, until, lost, done.Token);
        T? result = null;
        bool wasHeld = false;
        try
        {
            result = await work(lost.Token);
        }
        catch (OperationCanceledException) when (lost.IsCancellationRequested && !host.ApplicationStopping.IsCancellationRequested)
        {
            Log.Lost(logger, day);
        }
        finally
        {
            await done.CancelAsync();
            wasHeld = await renewing is { } last && await end(result, last);
        }

        return (result, wasHeld);
    }

    private async Task<DateTimeOffset?> RenewAsync(DateOnly day, DateTimeOffset until, CancellationTokenSource lost, CancellationToken done)
    {
        using PeriodicTimer timer = new(Interval, time);
        while (await IsNextAsync(timer, done))
        {
            try
            {
                DateTimeOffset next = StorageFormat.Now(time) + Length;
                if (await database.WriteAsync(sql => sql.ExecuteAsync(Renew, day, until, next), CancellationToken.None) == 0)
                {
                    await lost.CancelAsync();
                    return null;
                }

                until = next;
            }
            catch (Exception failure)
            {
                // The lease that is there still counts; whether it was renewed, the next round finds out.
                Log.NotRenewed(logger, failure, day);
            }
        }

        return until;
    }

    private static async Task<bool> IsNextAsync(PeriodicTimer timer, CancellationToken done)
    {
        try
        {
            return await timer.WaitForNextTickAsync(done);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "Another process compares {Day} now: this comparison took too long to renew its lease and ends")]
        internal static partial void Lost(ILogger logger, DateOnly day);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The lease of {Day}'s comparison could not be renewed")]
        internal static partial void NotRenewed(ILogger logger, Exception failure, DateOnly day);
    }
}
