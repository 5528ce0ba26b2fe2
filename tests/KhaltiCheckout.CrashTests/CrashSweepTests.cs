using System.Runtime.CompilerServices;
using KhaltiCheckout.DailyReconciliation;

namespace KhaltiCheckout.CrashTests;

/// <summary>
/// The process is killed at every moment at which something has just become true, here or at Khalti: before and after each
/// commit and each call of create, verify, settle and refund. A new process starts on the same files, the shopper's page and
/// the merchant's client do what they always do, and in the end shop and sandbox agree.
/// </summary>
public sealed class CrashSweepTests(ITestOutputHelper output)
{
    [Fact]
    public Task Killed_anywhere_while_an_order_is_created_and_verified_nothing_is_lost_or_paid_twice() => SweepAsync(new Story
    {
        Name = "create and verify",
        MinCrashPoints = 12,
        During = shopper => shopper.PayAsync(),
        After = shopper => shopper.ExpectPaidAsync(),
        LoseTheAnswer = sandbox => sandbox.FaultAsync("verify", "drop_after", times: 1),
    });

    [Fact]
    public Task Killed_anywhere_while_a_lost_answer_is_settled_nothing_is_lost_or_paid_twice() => SweepAsync(new Story
    {
        Name = "settle",
        MinCrashPoints = 12,
        Before = async shopper =>
        {
            await shopper.Sandbox.FaultAsync("verify", "drop_after", times: 1);
            await shopper.PayAsync();
        },
        After = shopper => shopper.ExpectPaidAsync(),
        IsFoundAtAStart = true,
    });

    [Fact]
    public Task Killed_anywhere_while_a_link_is_made_and_its_payer_comes_back_nothing_is_lost_or_paid_twice() => SweepAsync(new Story
    {
        Name = "pay by link",
        MinCrashPoints = 12,
        Before = shopper => shopper.PlaceAsync(),
        During = async shopper =>
        {
            await shopper.PayByLinkAsync();
            await shopper.ComeBackAsync();
        },
        After = shopper => shopper.ExpectPaidAsync(),
        LoseTheAnswer = sandbox => sandbox.FaultAsync("epayment_lookup", "delay", delayMs: 60_000, times: 1),
    });

    [Fact]
    public Task Killed_anywhere_while_a_link_is_settled_whose_payer_never_came_back_nothing_is_lost() => SweepAsync(new Story
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
        IsFoundAtAStart = true,
    });

    [Fact]
    public Task Killed_anywhere_while_a_part_is_given_back_it_is_given_once_and_both_books_say_so() => SweepAsync(new Story
    {
        Name = "refund",
        MinCrashPoints = 16,
        Before = async shopper =>
        {
            await shopper.PayAsync();
            await shopper.ExpectPaidAsync();
        },
        During = shopper => shopper.GiveBackAsync(),
        After = shopper => shopper.ExpectGivenBackAsync(mayNeverHaveBeenSent: true),
    });

    [Fact]
    public Task Killed_anywhere_while_a_lost_refund_is_settled_it_is_given_once_and_both_books_say_so() => SweepAsync(new Story
    {
        Name = "settle a refund",
        MinCrashPoints = 12,
        Before = async shopper =>
        {
            await shopper.PayAsync();
            await shopper.ExpectPaidAsync();
            await shopper.Sandbox.FaultAsync("refund", "drop_after", times: 1);
            await shopper.GiveBackAsync();
        },
        After = shopper => shopper.ExpectGivenBackAsync(mayNeverHaveBeenSent: false),
        IsFoundAtAStart = true,
    });

    private async Task SweepAsync(Story story, [CallerMemberName] string? test = null)
    {
        Sweep sweep = new(story);
        await sweep.RunAsync(TestContext.Current.CancellationToken);
        foreach (Point point in sweep.Points)
        {
            output.WriteLine($"{story.Name}, {point.Name}: {point.Outcome}");
        }

        sweep.Points.ShouldAllBe(point => point.Outcome == point.Wanted || point.IsMissed, test);
        sweep.Points.Count(point => point.Outcome == Point.Healed).ShouldBeGreaterThanOrEqualTo(story.MinCrashPoints, test);

        // Writes that wait for each other are one commit, and the worker goes on when the story is over: another time it can have
        // a moment less.
        sweep.Points.Count(point => point.IsMissed).ShouldBeLessThanOrEqualTo(2, test);
    }
}
