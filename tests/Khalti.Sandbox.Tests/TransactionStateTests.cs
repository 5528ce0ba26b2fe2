namespace Khalti.Sandbox.Tests;

public sealed class TransactionStateTests
{
    private static readonly (string From, string To)[] Legal =
    [
        ("Initiated", "Confirmed"),
        ("Initiated", "Disabled"),
        ("Initiated", "Failed"),
        ("Confirmed", "Completed"),
        ("Confirmed", "Failed"),
        ("Completed", "Partially refunded"),
        ("Completed", "Refunded"),
        ("Partially refunded", "Partially refunded"),
        ("Partially refunded", "Refunded"),
    ];

    public static TheoryData<string, string> EveryPair()
    {
        TheoryData<string, string> pairs = [];
        foreach (string from in TransactionState.All)
        {
            foreach (string to in TransactionState.All)
            {
                pairs.Add(from, to);
            }
        }

        return pairs;
    }

    [Theory]
    [MemberData(nameof(EveryPair))]
    public void Only_the_documented_transitions_are_allowed(string from, string to) =>
        TransactionState.CanTransitionTo(from, to).ShouldBe(Legal.Contains((from, to)));

    [Fact]
    public void An_undocumented_state_has_no_transitions()
    {
        TransactionState.CanTransitionTo("Frozen", "Completed").ShouldBeFalse();
        TransactionState.CanTransitionTo("Completed", "Frozen").ShouldBeFalse();
    }

    [Theory]
    [InlineData("completed", "Completed")]
    [InlineData("PARTIALLY REFUNDED", "Partially refunded")]
    [InlineData("partially_refunded", "Partially refunded")]
    [InlineData("Frozen", null)]
    public void States_are_found_by_name_in_any_case(string text, string? state) =>
        TransactionState.Named(text, TransactionState.All).ShouldBe(state);

    [Theory]
    [InlineData(1000, 30)]
    [InlineData(20000, 600)]
    [InlineData(1016, 30)] // 30.48
    [InlineData(1017, 31)] // 30.51
    [InlineData(long.MaxValue, 276701161105643274)]
    public void The_fee_is_three_percent_in_whole_paisa(long amount, long fee) => Transaction.FeeOf(amount, 300).ShouldBe(fee);

    [Fact]
    public void Ids_have_22_unambiguous_characters_and_are_unique()
    {
        string[] ids = [.. Enumerable.Range(0, 1000).Select(_ => Ids.New())];

        ids.Distinct().Count().ShouldBe(ids.Length);
        ids.ShouldAllBe(id => id.Length == 22 && id.All(letter => char.IsAsciiLetterOrDigit(letter) && !"01IOl".Contains(letter)));
    }
}
