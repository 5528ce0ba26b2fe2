using System.Collections.Concurrent;
using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using KhaltiCheckout.DailyReconciliation;
using KhaltiCheckout.Model;
using Microsoft.FSharp.Core;

namespace KhaltiCheckout.Tests.ModelBased;

/// <summary>
/// Random stories of shoppers, a shop and a Khalti in trouble, held against the promises of the money path. A story that
/// breaks one is shortened and printed, with everything that was true at that moment.
/// <para>By default the same stories are told every time, so that what breaks one is the change and not the dice.
/// MODEL_SEQUENCES=500 tells that many new ones: for whoever changes how money flows. MODEL_REPLAY=seed,gamma,size tells the story again that a failure named,
/// with the three numbers that FsCheck printed.</para>
/// </summary>
public sealed class ModelTests(ITestOutputHelper output)
{
    private const int Usually = 60;

    private const ulong UsualSeed = 20_261_121;
    private const ulong UsualGamma = 4_294_967_291;
    private const int AtOnce = 4;

    // What a good number of stories must have been about, or they prove little.
    private static readonly string[] Needed =
    [
        "order Paid", "order Expired", "order Cancelled", "payment Completed", "payment Failed", "payment NeedsReview",
        "payment_outcome_unknown", "attention unknown_state", "amount_mismatch",
        "payment_link_ready", "payment Expired",
        "order PartiallyRefunded", "order Refunded", "refund_completed", "refund_unknown", "refund_failed", "refund_found",
    ];

    private readonly ConcurrentDictionary<string, int> _about = new(StringComparer.Ordinal);
    private int _told;

    [Fact]
    public void In_every_story_shop_and_Khalti_agree_in_the_end_and_no_promise_is_broken_on_the_way()
    {
        Config config = Config.QuickThrowOnFailure
            .WithMaxTest(Number("MODEL_SEQUENCES") ?? Usually)
            .WithParallelRunConfig(FSharpOption<ParallelRunConfig>.Some(new ParallelRunConfig(AtOnce)))
            .WithReplay(Replay());

        Check.One(config, Prop.ForAll(Stories.Arbitrary, story => Task.Run(() => TellAsync(story)).GetAwaiter().GetResult()));

        output.WriteLine($"{_told} stories were told, about");
        foreach ((string what, int times) in _about.OrderBy(about => about.Key, StringComparer.Ordinal))
        {
            output.WriteLine($"  {what}: {times}");
        }

        if (_told >= Usually)
        {
            Needed.Except(_about.Keys).ShouldBeEmpty("none of the stories was about it");
        }
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
                await world.StepAsync(story.Operations[step]);
            }

            at = "the ending";
            await Ending.ComesAsync(world);
        }
        catch (Exception broken)
        {
            throw new BrokenPromiseException($"At {at}: {broken.Message}\n{world.Facts}", broken);
        }

        Interlocked.Increment(ref _told);
        foreach (Order order in world.Facts.Orders)
        {
            IEnumerable<string> about = order.Timeline.Select(line => line.What == "attention" ? $"attention {line.Note}" : line.What)
                .Concat(order.Payments.Select(payment => $"payment {payment.Status}")).Append($"order {order.Status}");
            foreach (string what in about)
            {
                _about.AddOrUpdate(what, 1, (_, times) => times + 1);
            }
        }
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
            : Number("MODEL_SEQUENCES") is null
                ? FSharpOption<Replay>.Some(new Replay(new Rnd(UsualSeed, UsualGamma), FSharpOption<int>.None))
                : FSharpOption<Replay>.None;
    }
}

internal sealed class BrokenPromiseException(string message, Exception inner) : Exception(message, inner);
