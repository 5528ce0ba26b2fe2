using Xunit.Sdk;
using Xunit.v3;

namespace KhaltiCheckout.Tests.Support;

/// <summary>Runs the longest test collections first, so that they do not run alone at the end.</summary>
public sealed class LongFirst : ITestCollectionOrderer
{
    private static readonly string[] Long =
    [
        "ModelTests", "EPaymentSettlingTests", "OutageTests", "RefundAttackTests", "MatchingTests", "StartProgramTests",
        "SandboxWidgetTests", "Khalti's official widget", "DeskAccessibilityTests", "OrderAccessibilityTests", "DeskTests",
    ];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(collection => Place(collection.TestCollectionDisplayName))];

    private static int Place(string name)
    {
        int place = Array.FindIndex(Long, one => name.Contains(one, StringComparison.Ordinal));
        return place < 0 ? Long.Length : place;
    }
}
