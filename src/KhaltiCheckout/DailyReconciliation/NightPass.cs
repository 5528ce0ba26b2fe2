using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.DailyReconciliation;

/// <summary>
/// Compares the days that are over with Khalti's books, the oldest first, one in a pass. A day of which something could not be compared
/// is compared again later; what differs becomes a reason, which a person signs. Several processes may run it on one database.
/// </summary>
internal sealed partial class NightPass(
    IServiceScopeFactory scopes, Database database, DifferenceReports reports, IOptions<NightOptions> options, TimeProvider time,
    ILogger<NightPass> logger)
{
    private const string SelectFirstDay = """SELECT "PlacedOn" FROM "Orders" ORDER BY "Id" LIMIT 1""";

    private const string SelectDone = """
        SELECT "Day" FROM "DayCloses" WHERE "Day" >= @p0 AND "Day" <= @p1
            AND ("SignedOffAt" IS NOT NULL
                OR ("NightRunAt" IS NOT NULL AND ("NextRunAt" IS NULL OR ("NextRunAt" > @p2 AND "NextRunAt" <= @p3)))
                OR ("LeasedUntil" > @p2 AND "LeasedUntil" <= @p4))
        """;

    // No day waits for longer.
    private static readonly TimeSpan MaxRest = TimeSpan.FromHours(6);

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(10);

    private DateTimeOffset _nextLook;

    /// <summary>Returns the day that was compared; null when none was due.</summary>
    internal async Task<DateOnly?> PassAsync(CancellationToken cancellationToken)
    {
        if (!options.Value.Enabled)
        {
            return null;
        }

        DateTimeOffset now = StorageFormat.Now(time);
        if (now < _nextLook && _nextLook - now <= BetweenLooks)
        {
            return null;
        }

        _nextLook = now + BetweenLooks;
        if (await FindDueAsync(now, cancellationToken) is not { } day)
        {
            return null;
        }

        await using AsyncServiceScope scope = scopes.CreateAsyncScope();
        CloseRun run = await scope.ServiceProvider.GetRequiredService<CloseRunner>().RunAsync(
            day, by: null, isNight: true, (report, token) => reports.ReportAsync(day, report, token), cancellationToken);
        switch (run)
        {
            case { State: CloseRunState.Unanswered }:
                Log.Away(logger, ShowCloses.Write(day));
                break;
            case { Report.LeftOut: { Count: > 0 } leftOut }:
                Log.NotWhole(logger, ShowCloses.Write(day), string.Join(" ", leftOut));
                break;
            case { Report: { } whole }:
                Log.Compared(logger, ShowCloses.Write(day), whole.Differences.Count);
                break;
        }

        // The next one may be due as well.
        _nextLook = now;
        return run.State is CloseRunState.Compared or CloseRunState.Unanswered ? day : null;
    }

    private Task<DateOnly?> FindDueAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        DateOnly last = NepalTime.DayOf(now - options.Value.At).AddDays(-1);
        DateOnly first = last.AddDays(1 - options.Value.DaysBack);
        return database.ReadAsync<DateOnly?>(
            async sql =>
            {
                // Before the first order there is nothing to compare.
                List<DateOnly> opening = await sql.ListAsync(SelectFirstDay, static row => row.Day(0));
                if (opening is not [var opened] || opened > last)
                {
                    return null;
                }

                List<DateOnly> done = await sql.ListAsync(
                    SelectDone, static row => row.Day(0), first, last, now, now + MaxRest + ClockSkew.Tolerance,
                    now + CloseLeases.Length + ClockSkew.Tolerance);
                for (DateOnly day = opened > first ? opened : first; day <= last; day = day.AddDays(1))
                {
                    if (!done.Contains(day))
                    {
                        return day;
                    }
                }

                return null;
            },
            cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "Khalti did not answer, so {Day} was not compared with its books; it is compared again later")]
        internal static partial void Away(ILogger logger, string day);

        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "Not everything of {Day} could be compared with Khalti's books; it is compared again later. {LeftOut}")]
        internal static partial void NotWhole(ILogger logger, string day, string leftOut);

        [LoggerMessage(Level = LogLevel.Information, Message = "{Day} was compared with Khalti's books: {Differences} differences")]
        internal static partial void Compared(ILogger logger, string day, int differences);
    }
}
