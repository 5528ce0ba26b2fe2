using KhaltiCheckout.DailyReconciliation;
using KhaltiCheckout.KillTest;

namespace KhaltiCheckout.CrashTests;

/// <summary>The kill test ends by what it saw, and not by how fast the machine is.</summary>
public sealed class KillTestCourseTests
{
    private static readonly Course Course = new(TimeSpan.FromMinutes(2));

    [Theory]
    [InlineData(1, 1, 1, true)]
    [InlineData(1, 0, 1, false)]
    [InlineData(0, 1, 1, false)]
    [InlineData(1, 1, 0, false)]
    public void Shoppers_go_on_past_their_time_until_there_was_an_order_a_refund_and_a_kill(int orders, int refunds, int kills, bool isOver)
    {
        Seen seen = new(orders, refunds, kills);

        Course.IsOver(TimeSpan.FromSeconds(119), seen).ShouldBeFalse();
        Course.IsOver(TimeSpan.FromSeconds(120), seen).ShouldBe(isOver);
        Course.IsOver(TimeSpan.FromMinutes(10), seen).ShouldBeTrue("somewhen it has to end");
    }

    [Fact]
    public void A_run_that_saw_too_little_is_neither_a_success_nor_a_disagreement()
    {
        Course.ExitCode(new Seen(9, 1, 3), disagreements: 0).ShouldBe(0);
        Course.ExitCode(new Seen(9, 1, 3), disagreements: 1).ShouldBe(1);
        Course.ExitCode(new Seen(9, 0, 3), disagreements: 0).ShouldBe(2);
        Course.ExitCode(new Seen(9, 0, 3), disagreements: 1).ShouldBe(1);
    }
}
