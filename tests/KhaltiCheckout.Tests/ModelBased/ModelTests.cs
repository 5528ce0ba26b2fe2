using System.Collections.Concurrent;
using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using KhaltiCheckout.Model;
using Microsoft.FSharp.Core;

namespace KhaltiCheckout.Tests.ModelBased;

/// <summary>
/// Model-based test: random scenarios of shoppers, the shop and a failing Khalti, checked against the invariants of payments. A
/// failing scenario is shrunk and printed with its snapshot.
/// <para>By default the same scenarios run every time. MODEL_SEQUENCES=500 runs that many new ones: use it after a change of the
/// payment code. MODEL_REPLAY=seed,gamma,size repeats a failed scenario with the numbers that FsCheck printed.</para>
/// </summary>
public sealed class ModelTests(ITestOutputHelper output)
{
    private const int DefaultRuns = 60;

    private const ulong DefaultSeed = 20_261_121;
    private const ulong DefaultGamma = 4_294_967_291;
    private const int Parallelism = 4;

    // The states and events that the default scenarios must cover.
    private static readonly string[] RequiredCoverage =
    [
        "order Paid", "order Expired", "order Cancelled", "payment Completed", "payment Failed", "payment NeedsReview",
        "payment_outcome_unknown", "attention unknown_state", "amount_mismatch",
        "payment_link_ready", "payment Expired",
        "transaction_matched", "transaction_unmatched", "attention unmatched_transaction",
        "order PartiallyRefunded", "order Refunded", "refund_completed", "refund_unknown", "refund_failed", "refund_found",
    ];

    private readonly ConcurrentDictionary<string, int> _coverage = new(StringComparer.Ordinal);
    private int _completedRuns;

    [Fact]
    public void Random_scenarios_keep_every_invariant_and_end_in_agreement()
    {
        Config config = Config.QuickThrowOnFailure
            .WithMaxTest(Number("MODEL_SEQUENCES") ?? DefaultRuns)
            .WithParallelRunConfig(FSharpOption<ParallelRunConfig>.Some(new ParallelRunConfig(Parallelism)))
            .WithReplay(Replay());

        Check.One(
            config, Prop.ForAll(ScenarioGenerator.Arbitrary, scenario => Task.Run(() => RunAsync(scenario)).GetAwaiter().GetResult()));

        output.WriteLine($"{_completedRuns} scenarios ran. Coverage:");
        foreach ((string what, int times) in _coverage.OrderBy(covered => covered.Key, StringComparer.Ordinal))
        {
            output.WriteLine($"  {what}: {times}");
        }

        if (_completedRuns >= DefaultRuns)
        {
            RequiredCoverage.Except(_coverage.Keys).ShouldBeEmpty("not covered by any scenario");
        }
    }

    private async Task RunAsync(Scenario scenario)
    {
        await using ModelContext context = await ModelContext.CreateAsync();
        string at = "";
        try
        {
            for (int step = 0; step < scenario.Operations.Count; step++)
            {
                at = $"{step + 1}. {scenario.Operations[step]}";
                await context.StepAsync(scenario.Operations[step]);
            }

            at = "the final checks";
            await FinalInvariants.CheckAsync(context);
        }
        catch (Exception broken)
        {
            throw new InvariantViolationException($"At {at}: {broken.Message}\n{context.Snapshot}", broken);
        }

        Interlocked.Increment(ref _completedRuns);
        foreach (Order order in context.Snapshot.Orders)
        {
            IEnumerable<string> covered = order.Timeline.Select(line => line.What == "attention" ? $"attention {line.Note}" : line.What)
                .Concat(order.Payments.Select(payment => $"payment {payment.Status}")).Append($"order {order.Status}");
            foreach (string what in covered)
            {
                _coverage.AddOrUpdate(what, 1, (_, times) => times + 1);
            }
        }
    }

    private static int? Number(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number : null;

    private static FSharpOption<Replay>? Replay()
    {
        ulong[] numbers = [.. (Environment.GetEnvironmentVariable("MODEL_REPLAY") ?? "")
            .Split([',', ' ', '(', ')'], StringSplitOptions.RemoveEmptyEntries)
            .Select(number => ulong.Parse(number, CultureInfo.InvariantCulture))];
        return numbers is [ulong seed, ulong gamma, ulong size]
            ? FSharpOption<Replay>.Some(new Replay(new Rnd(seed, gamma), FSharpOption<int>.Some((int)size)))
            : Number("MODEL_SEQUENCES") is null
                ? FSharpOption<Replay>.Some(new Replay(new Rnd(DefaultSeed, DefaultGamma), FSharpOption<int>.None))
                : FSharpOption<Replay>.None;
    }
}

internal sealed class InvariantViolationException(string message, Exception inner) : Exception(message, inner);
