namespace Khalti.Sandbox.Tests;

public sealed class LinkStateTests
{
    private static readonly (string From, string To)[] Legal =
    [
        ("Initiated", "Pending"),
        ("Initiated", "Completed"),
        ("Initiated", "User canceled"),
        ("Initiated", "Expired"),
        ("Initiated", "Failed"),
        ("Pending", "Completed"),
        ("Pending", "Failed"),
        ("Completed", "Partially Refunded"),
        ("Completed", "Refunded"),
        ("Partially Refunded", "Partially Refunded"),
        ("Partially Refunded", "Refunded"),
    ];

    private static readonly (string From, string To)[] AfterCancel =
        [("User canceled", "Pending"), ("User canceled", "Completed"), ("User canceled", "Failed")];

    public static TheoryData<string, string> EveryPair()
    {
        TheoryData<string, string> pairs = [];
        foreach (string from in LinkState.All)
        {
            foreach (string to in LinkState.All)
            {
                pairs.Add(from, to);
            }
        }

        return pairs;
    }

    [Theory]
    [MemberData(nameof(EveryPair))]
    public void Only_the_documented_link_transitions_are_allowed(string from, string to)
    {
        LinkState.CanTransitionTo(from, to, payAfterCancel: false).ShouldBe(Legal.Contains((from, to)));
        LinkState.CanTransitionTo(from, to, payAfterCancel: true).ShouldBe(Legal.Concat(AfterCancel).Contains((from, to)));
    }
}
