using System.Text.RegularExpressions;

namespace KhaltiCheckout.CrashTests;

/// <summary>Tells a story again and again, each time with a fresh order, at one scene as long as nothing is left open there.</summary>
internal sealed partial class Lane(Story story) : IAsyncDisposable
{
    private Scene? _scene;

    /// <summary>Those of the story that was told last.</summary>
    internal string[] Moments { get; private set; } = [];

    internal bool HasLostAnAnswer => Array.Exists(Moments, moment => moment.EndsWith("no answer", StringComparison.Ordinal));

    /// <summary>In words, how it ended.</summary>
    internal async Task<string> TryAsync(Point point)
    {
        try
        {
            bool hasCrashed = await TellAsync(point);
            return point.LosesTheAnswer ? (HasLostAnAnswer ? Point.HealedLater : Point.NotReached)
                : !hasCrashed ? Point.NotReached
                : WithoutIds(Moments[^1]) == WithoutIds(point.Name) ? Point.Healed : Point.KilledElsewhere;
        }
        catch (Exception failure) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            string outcome = $"FAILED {failure.GetType().Name} {failure.Message}\n{(_scene is null ? "" : await _scene.TellAsync())}";
            await DisposeAsync();
            return outcome;
        }
    }

    /// <summary>Whether the process was killed at its moment.</summary>
    internal async Task<bool> TellAsync(Point point)
    {
        Scene scene = _scene ??= await Scene.SetAsync();
        Shopper shopper = new(scene);
        await scene.UntilQuietAsync();
        await story.Before(shopper);
        if (point.AtAStart)
        {
            await scene.KillAsync();
        }

        if (point.LosesTheAnswer)
        {
            await story.LoseTheAnswer!(scene.Sandbox);
        }

        await scene.ArmAsync(point.CrashAt);
        await story.During(shopper);
        if (point.LosesTheAnswer)
        {
            scene.Disarm();
            await scene.KillAsync();
        }

        await story.After(shopper);
        scene.Disarm();
        Moments = scene.Moments();
        bool hasCrashed = scene.HasCrashed;

        // What is asked about later would be among the next one's moments.
        if (!await scene.IsDoneAsync())
        {
            await DisposeAsync();
        }

        return hasCrashed;
    }

    internal static string WithoutIds(string moment) => Ids().Replace(moment.Replace(Point.StartSuffix, "", StringComparison.Ordinal), "/id/");

    [GeneratedRegex("/[A-Za-z0-9]{20,}/", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Ids();

    public async ValueTask DisposeAsync()
    {
        if (_scene is { } scene)
        {
            _scene = null;
            await scene.DisposeAsync();
        }
    }
}
