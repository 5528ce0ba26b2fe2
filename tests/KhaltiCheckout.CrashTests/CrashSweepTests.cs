using System.Runtime.CompilerServices;

namespace KhaltiCheckout.CrashTests;

/// <summary>
/// Kills the process at every crash point: before and after each commit and each call to Khalti during create, verify, polling,
/// refund, matching and the night's comparison. A new process starts on the same database, the clients retry, and in the end shop
/// and sandbox must agree.
/// </summary>
public sealed class CrashSweepTests(ITestOutputHelper output)
{
    [Fact]
    public Task A_crash_during_create_or_verify_loses_nothing_and_pays_once() => SweepAsync(new CrashScenario
    {
        Name = "create and verify",
        MinCrashPoints = 12,
        During = shopper => shopper.PayAsync(),
        After = shopper => shopper.ExpectPaidAsync(),
        LoseAnswer = sandbox => sandbox.FaultAsync("verify", "drop_after", times: 1),
    });

    [Fact]
    public Task A_crash_while_a_lost_verify_answer_is_polled_loses_nothing_and_pays_once() => SweepAsync(new CrashScenario
    {
        Name = "settle",
        MinCrashPoints = 12,
        Before = async shopper =>
        {
            await shopper.Sandbox.FaultAsync("verify", "drop_after", times: 1);
            await shopper.PayAsync();
        },
        After = shopper => shopper.ExpectPaidAsync(),
        RunsAtStart = true,
    });

    [Fact]
    public Task A_crash_during_a_link_payment_loses_nothing_and_pays_once() => SweepAsync(new CrashScenario
    {
        Name = "pay by link",
        MinCrashPoints = 12,
        Before = shopper => shopper.PlaceAsync(),
        During = async shopper =>
        {
            await shopper.PayByLinkAsync();
            await shopper.ReturnFromKhaltiAsync();
        },
        After = shopper => shopper.ExpectPaidAsync(),
        LoseAnswer = sandbox => sandbox.FaultAsync("epayment_lookup", "delay", delayMs: 60_000, times: 1),
    });

    [Fact]
    public Task A_crash_while_a_link_without_return_is_polled_loses_nothing() => SweepAsync(new CrashScenario
    {
        Name = "settle a link",
        MinCrashPoints = 8,
        Before = async shopper =>
        {
            await shopper.PlaceAsync();
            await shopper.PayByLinkAsync();
        },
        During = shopper => shopper.WaitUntilDueAsync(),
        After = shopper => shopper.ExpectPaidAsync(),
        RunsAtStart = true,
    });

    [Fact]
    public Task A_crash_during_a_partial_refund_refunds_once_in_shop_and_at_Khalti() => SweepAsync(new CrashScenario
    {
        Name = "refund",
        MinCrashPoints = 16,
        Before = async shopper =>
        {
            await shopper.PayAsync();
            await shopper.ExpectPaidAsync();
        },
        During = shopper => shopper.RefundAsync(),
        After = shopper => shopper.ExpectRefundedAsync(mayBeUnsent: true),
    });

    [Fact]
    public Task A_crash_while_a_lost_refund_answer_is_polled_refunds_once() => SweepAsync(new CrashScenario
    {
        Name = "settle a refund",
        MinCrashPoints = 12,
        Before = async shopper =>
        {
            await shopper.PayAsync();
            await shopper.ExpectPaidAsync();
            await shopper.Sandbox.FaultAsync("refund", "drop_after", times: 1);
            await shopper.RefundAsync();
        },
        After = shopper => shopper.ExpectRefundedAsync(mayBeUnsent: false),
        RunsAtStart = true,
    });

    [Fact]
    public Task A_crash_while_a_transaction_is_matched_loses_nothing_and_pays_once() => SweepAsync(new CrashScenario
    {
        Name = "match a transaction",
        MinCrashPoints = 8,
        Before = shopper => shopper.PayWithoutTokenAsync(),
        During = shopper => shopper.MakeListDueAsync(),
        After = shopper => shopper.ExpectMatchedAsync(),
        Settings = ["--Matching:Enabled=true", "--Matching:ListPagesPerMinute=1", "--Khalti:TimeoutSeconds=20"],
        OnlyWorkerActs = true,
    });

    [Fact]
    public Task A_crash_while_the_night_compares_a_day_raises_each_difference_once() => SweepAsync(new CrashScenario
    {
        Name = "compare a day",
        MinCrashPoints = 8,
        Before = shopper => shopper.PayTwoOrdersAsync(),
        During = shopper => shopper.MakeDayDueAsync(),
        After = shopper => shopper.ExpectComparedAsync(),
        Settings =
        [
            "--DailyReconciliation:Enabled=true", "--DailyReconciliation:At=00:00:00", "--DailyReconciliation:DaysBack=1",
            "--Khalti:TimeoutSeconds=20",
        ],
        OnlyWorkerActs = true,
    });

    private async Task SweepAsync(CrashScenario scenario, [CallerMemberName] string? test = null)
    {
        Sweep sweep = new(scenario);
        await sweep.RunAsync(TestContext.Current.CancellationToken);
        foreach (CrashPoint point in sweep.Points)
        {
            output.WriteLine($"{scenario.Name}, {point.Name}: {point.Outcome}");
        }

        sweep.Points.ShouldAllBe(point => point.Outcome == point.Expected || point.WasMissed, test);
        sweep.Points.Count(point => !point.LosesAnswer).ShouldBeGreaterThanOrEqualTo(scenario.MinCrashPoints, test);

        // Group commit merges writes, and the worker runs on after the scenario, so a run may have fewer crash points.
        sweep.Points.Count(point => point.WasMissed).ShouldBeLessThanOrEqualTo(2, test);
    }
}
