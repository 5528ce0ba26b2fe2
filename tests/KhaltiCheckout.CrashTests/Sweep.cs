using System.Collections.Concurrent;

namespace KhaltiCheckout.CrashTests;

/// <summary>
/// A story, told once without a crash to learn its moments, and then once for each of them. The process that heals what the last
/// one left is the next one that is killed: one start a moment.
/// </summary>
internal sealed class Sweep(Story story)
{
    // Most of a point is waiting for the lease of the process that died.
    private const int Lanes = 3;
    private const int Tries = 3;

    private readonly ConcurrentQueue<Point> _open = new();
    private readonly List<Point> _points = [];

    internal IReadOnlyList<Point> Points => _points;

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        await using (Lane first = new(story))
        {
            string[] moments = await LearnAsync(first, atAStart: false);
            _points.AddRange(moments.Select((moment, before) => new Point(moment, before + 1)));
            if (story.IsFoundAtAStart)
            {
                // Only until both do the same: the first call.
                string[] started = await LearnAsync(first, atAStart: true);
                int more = FirstCall(started) - FirstCall(moments);
                _points.AddRange(started.Take(more).Select((moment, before) => new Point(moment + Point.StartSuffix, before + 1) { AtAStart = true }));
            }

            if (story.LoseTheAnswer is not null)
            {
                _points.Add(new Point("the deciding answer is lost", 0) { LosesTheAnswer = true });
            }

            _points.ForEach(_open.Enqueue);
            await Task.WhenAll(Enumerable.Range(0, Lanes).Select(lane => lane == 0 ? WorkAsync(first) : WorkInAnotherAsync()));
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    private static int FirstCall(string[] moments) => Array.FindIndex(moments, moment => moment.Contains("before the call", StringComparison.Ordinal));

    // A slow machine may lose an answer: what comes after it is another story's moments. Or it may be armed too late, or something
    // else may happen meanwhile. So it counts when it was the same twice; of what is found at a start only the beginning is used.
    private static async Task<string[]> LearnAsync(Lane lane, bool atAStart)
    {
        string[]? before = null;
        for (int tries = 0; tries < 6; tries++)
        {
            await lane.TellAsync(new Point("learning", 0) { AtAStart = atAStart });
            string[] now = [.. lane.Moments.Select(Lane.WithoutIds)];
            if (!lane.HasLostAnAnswer && (atAStart || (before is not null && now.SequenceEqual(before, StringComparer.Ordinal))))
            {
                return lane.Moments;
            }

            before = now;
        }

        throw new InvalidOperationException("Six times the moments were others, or an answer was lost.");
    }

    private async Task WorkInAnotherAsync()
    {
        await using Lane lane = new(story);
        await WorkAsync(lane);
    }

    private async Task WorkAsync(Lane lane)
    {
        while (_open.TryDequeue(out Point? point) && !TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            // A slow machine loses answers, and a story that lost one may end before its moment comes.
            for (int tries = 0; tries < Tries && (tries == 0 || point.IsMissed); tries++)
            {
                point.Outcome = await lane.TryAsync(point);
            }
        }
    }
}
