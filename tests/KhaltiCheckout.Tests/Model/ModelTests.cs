using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;

namespace KhaltiCheckout.Tests.Model;

/// <summary>
/// Random stories of shoppers, a shop and a Khalti in trouble, held against the promises of the money path. A story that
/// breaks one is shortened and printed, with everything that was true at that moment.
/// <para>MODEL_SEQUENCES=500 tells more stories. MODEL_REPLAY=seed,gamma,size tells the story again that a failure named,
/// with the three numbers that FsCheck printed.</para>
/// </summary>
public sealed class ModelTests(ITestOutputHelper output)
{
    private const int Usually = 60;
    private const int AtOnce = 4;

    private int _told;
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<string, (int, double)> Times = new();

    [Fact]
    public void In_every_story_shop_and_Khalti_agree_in_the_end_and_no_promise_is_broken_on_the_way()
    {
        Config config = Config.QuickThrowOnFailure
            .WithMaxTest(Number("MODEL_SEQUENCES") ?? Usually)
            .WithParallelRunConfig(FSharpOption<ParallelRunConfig>.Some(new ParallelRunConfig(AtOnce)))
            .WithReplay(Replay());

        Check.One(config, Prop.ForAll(Stories.Arbitrary, story => Task.Run(() => TellAsync(story)).GetAwaiter().GetResult()));

        foreach (var pair in Times) { output.WriteLine($"{pair.Key} {pair.Value}"); }
        output.WriteLine($"{_told} stories were told.");
    }

    private async Task TellAsync(Story story)
    {
        await using World world = await World.BeginAsync();
        string at = "";
        try
        {
            for (int step = 0; step < story.Operations.Count; step++)
            {
                at = $"{step + 1}. {story.Operations[step]}";
                long t0 = System.Diagnostics.Stopwatch.GetTimestamp();
                await world.StepAsync(story.Operations[step]);
                Times.AddOrUpdate(story.Operations[step].GetType().Name, (1, System.Diagnostics.Stopwatch.GetElapsedTime(t0).TotalMilliseconds), (_, x) => (x.Item1 + 1, x.Item2 + System.Diagnostics.Stopwatch.GetElapsedTime(t0).TotalMilliseconds));
            }
            long t1 = System.Diagnostics.Stopwatch.GetTimestamp();

            at = "the ending";
            await Ending.ComesAsync(world);
                Times.AddOrUpdate("Ending", (1, System.Diagnostics.Stopwatch.GetElapsedTime(t1).TotalMilliseconds), (_, x) => (x.Item1 + 1, x.Item2 + System.Diagnostics.Stopwatch.GetElapsedTime(t1).TotalMilliseconds));
        }
        catch (Exception broken)
        {
            throw new BrokenPromiseException($"At {at}: {broken.Message}\n{world.Facts}", broken);
        }

        Interlocked.Increment(ref _told);
    }

    private static int? Number(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;

    private static FSharpOption<Replay>? Replay()
    {
        ulong[] numbers = [.. (Environment.GetEnvironmentVariable("MODEL_REPLAY") ?? "")
            .Split([',', ' ', '(', ')'], StringSplitOptions.RemoveEmptyEntries)
            .Select(number => ulong.Parse(number, CultureInfo.InvariantCulture))];
        return numbers is [ulong seed, ulong gamma, ulong size]
            ? FSharpOption<Replay>.Some(new Replay(new Rnd(seed, gamma), FSharpOption<int>.Some((int)size)))
            : FSharpOption<Replay>.None;
    }
}

internal sealed class BrokenPromiseException(string message, Exception inner) : Exception(message, inner);
