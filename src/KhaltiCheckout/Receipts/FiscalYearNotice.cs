using KhaltiCheckout.Model;
using KhaltiCheckout.Settings;
using KhaltiCheckout.Shared;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Receipts;

/// <summary>Warns at the start, from a year before, that the first day of the next fiscal year is not known.</summary>
internal sealed partial class FiscalYearNotice(IOptions<StoreOptions> store, TimeProvider time, ILogger<FiscalYearNotice> logger)
    : IHostedService
{
    /// <summary>The same on the desk.</summary>
    internal const string Code = "fiscal_year_ending";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        DateOnly today = NepalTime.DayOf(time.GetUtcNow());
        if (FiscalYear.IsEnding(today, store.Value.FirstDaysOfYears))
        {
            int next = FiscalYear.Of(today, store.Value.FirstDaysOfYears) + 1;
            Log.NextYearUnknown(logger, FiscalYear.NameOf(next), next);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "The first day of fiscal year {Name} is not known to this version: set Store:FiscalYearStarts:{Year} or update, "
                + "or receipts around that day may be numbered in the wrong year")]
        internal static partial void NextYearUnknown(ILogger logger, string name, int year);
    }
}
