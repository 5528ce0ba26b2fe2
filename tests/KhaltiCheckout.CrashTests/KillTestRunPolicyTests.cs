using KhaltiCheckout.KillTest;

namespace KhaltiCheckout.CrashTests;

/// <summary>The kill test ends by what it has covered, and not by the speed of the machine.</summary>
public sealed class KillTestRunPolicyTests
{
    private static readonly RunPolicy RunPolicy = new(TimeSpan.FromMinutes(2));

    [Theory]
    [InlineData(1, 1, 1, true)]
    [InlineData(1, 0, 1, false)]
    [InlineData(0, 1, 1, false)]
    [InlineData(1, 1, 0, false)]
    public void The_kill_test_runs_until_it_had_an_order_a_refund_and_a_kill(int orders, int refunds, int kills, bool isOver)
    {
        RunCounts counts = new(orders, refunds, kills);

        RunPolicy.IsOver(TimeSpan.FromSeconds(119), counts).ShouldBeFalse();
        RunPolicy.IsOver(TimeSpan.FromSeconds(120), counts).ShouldBe(isOver);
        RunPolicy.IsOver(TimeSpan.FromMinutes(10), counts).ShouldBeTrue("the maximum duration is over");
    }

    [Fact]
    public void An_inconclusive_run_has_its_own_exit_code()
    {
        RunPolicy.ExitCode(new RunCounts(9, 1, 3), disagreements: 0).ShouldBe(0);
        RunPolicy.ExitCode(new RunCounts(9, 1, 3), disagreements: 1).ShouldBe(1);
        RunPolicy.ExitCode(new RunCounts(9, 0, 3), disagreements: 0).ShouldBe(2);
        RunPolicy.ExitCode(new RunCounts(9, 0, 3), disagreements: 1).ShouldBe(1);
    }
}
