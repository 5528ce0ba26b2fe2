using System.Collections.Concurrent;

namespace KhaltiCheckout.CrashTests;

/// <summary>
/// Runs a scenario once without a crash to record its crash points, and then once for each of them. The process that recovers
/// from one kill is the one killed next, so each point costs one start.
/// </summary>
internal sealed class Sweep(CrashScenario scenario)
{
    // Most of the time of a point is waiting for the lease of the killed process.
    private const int ParallelRunners = 3;
    private const int MaxAttempts = 3;

    private readonly ConcurrentQueue<CrashPoint> _open = new();
    private readonly List<CrashPoint> _points = [];

    internal IReadOnlyList<CrashPoint> Points => _points;

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        await using (ScenarioRunner first = new(scenario))
        {
            string[] points = await RecordPointsAsync(first, atStart: false);
            _points.AddRange(points.Select((point, before) => new CrashPoint(point, before + 1))
                .Where(point => !scenario.OnlyWorkerActs || point.CrashIndex == points.Length || IsBeginning(point)));
            if (scenario.RunsAtStart)
            {
                // Only the points before the first call, after which both runs are the same.
                string[] started = await RecordPointsAsync(first, atStart: true);
                int more = FirstCall(started) - FirstCall(points);
                _points.AddRange(
                    started.Take(more)
                    .Select((point, before) => new CrashPoint(point + CrashPoint.StartSuffix, before + 1) { AtStart = true }));
            }

            if (scenario.LoseAnswer is not null)
            {
                _points.Add(new CrashPoint("the deciding answer is lost", 0) { LosesAnswer = true });
            }

            _points.ForEach(_open.Enqueue);
            await Task.WhenAll(
                Enumerable.Range(0, ParallelRunners).Select(runner => runner == 0 ? ProcessAsync(first) : ProcessInNewRunnerAsync()));
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    private static bool IsBeginning(CrashPoint point) => point.Name.Contains(" before ", StringComparison.Ordinal);

    private static int FirstCall(string[] points) =>
        Array.FindIndex(points, point => point.Contains("before the call", StringComparison.Ordinal));

    // A slow machine may lose an answer or record too late. So the points count when two runs had the same ones; of the points at
    // a start only the first ones are used.
    private static async Task<string[]> RecordPointsAsync(ScenarioRunner runner, bool atStart)
    {
        string[]? before = null;
        for (int attempts = 0; attempts < 6; attempts++)
        {
            await runner.RunAsync(new CrashPoint("recording", 0) { AtStart = atStart });
            string[] now = [.. runner.RecordedPoints.Select(ScenarioRunner.WithoutIds)];
            bool isRepeated = before is not null && now.SequenceEqual(before, StringComparer.Ordinal);
            if (!runner.HasLostAnswer && (atStart || isRepeated))
            {
                return runner.RecordedPoints;
            }

            before = now;
        }

        throw new InvalidOperationException("Six runs had different crash points, or lost an answer.");
    }

    private async Task ProcessInNewRunnerAsync()
    {
        await using ScenarioRunner runner = new(scenario);
        await ProcessAsync(runner);
    }

    private async Task ProcessAsync(ScenarioRunner runner)
    {
        while (_open.TryDequeue(out CrashPoint? point) && !TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            // A slow machine loses answers, and a run that lost one may end before its crash point.
            for (int attempts = 0; attempts < MaxAttempts && (attempts == 0 || point.WasMissed); attempts++)
            {
                point.Outcome = await runner.RunPointAsync(point);
            }
        }
    }
}
