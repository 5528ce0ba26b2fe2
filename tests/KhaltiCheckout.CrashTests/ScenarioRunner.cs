using System.Text.RegularExpressions;

namespace KhaltiCheckout.CrashTests;

/// <summary>Runs a scenario repeatedly, each time with a new order, reusing the environment while no work is pending in it.</summary>
internal sealed partial class ScenarioRunner(CrashScenario scenario) : IAsyncDisposable
{
    private CrashEnvironment? _environment;

    /// <summary>The crash points of the last run.</summary>
    internal string[] RecordedPoints { get; private set; } = [];

    internal bool HasLostAnswer => Array.Exists(RecordedPoints, point => point.EndsWith("no answer", StringComparison.Ordinal));

    /// <summary>Runs the scenario with a crash at this point and returns the outcome.</summary>
    internal async Task<string> RunPointAsync(CrashPoint point)
    {
        try
        {
            bool hasCrashed = await RunAsync(point);
            return point.LosesAnswer ? (HasLostAnswer ? CrashPoint.RecoveredAfterLostAnswer : CrashPoint.NotReached)
                : !hasCrashed ? CrashPoint.NotReached
                : WithoutIds(RecordedPoints[^1]) == WithoutIds(point.Name) ? CrashPoint.Recovered : CrashPoint.KilledAtOtherPoint;
        }
        catch (Exception failure) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            string outcome =
                $"FAILED {failure.GetType().Name} {failure.Message}\n{(_environment is null ? "" : await _environment.DescribeAsync())}";
            await DisposeAsync();
            return outcome;
        }
    }

    /// <summary>Runs the scenario; returns whether the process was killed at its crash point.</summary>
    internal async Task<bool> RunAsync(CrashPoint point)
    {
        CrashEnvironment environment = _environment ??= await CrashEnvironment.CreateAsync(scenario);
        Shopper shopper = new(environment);
        await environment.WaitUntilIdleAsync();
        await scenario.Before(shopper);
        if (point.AtStart)
        {
            await environment.KillAsync();
        }

        if (point.LosesAnswer)
        {
            await scenario.LoseAnswer!(environment.Sandbox);
        }

        await environment.SetCrashPointAsync(point.CrashIndex);
        await scenario.During(shopper);
        if (point.LosesAnswer)
        {
            environment.ClearCrashPoint();
            await environment.KillAsync();
        }

        await scenario.After(shopper);
        environment.ClearCrashPoint();
        RecordedPoints = environment.RecordedPoints();
        bool hasCrashed = environment.HasCrashed;

        // Pending work would add crash points to the next run.
        if (!await environment.HasNoPendingWorkAsync())
        {
            await DisposeAsync();
        }

        return hasCrashed;
    }

    internal static string WithoutIds(string point) =>
        Ids().Replace(point.Replace(CrashPoint.StartSuffix, "", StringComparison.Ordinal), "/id/");

    [GeneratedRegex("/[A-Za-z0-9]{20,}/", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Ids();

    public async ValueTask DisposeAsync()
    {
        if (_environment is { } environment)
        {
            _environment = null;
            await environment.DisposeAsync();
        }
    }
}
