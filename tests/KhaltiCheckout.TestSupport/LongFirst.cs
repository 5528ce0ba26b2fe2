using Xunit.Sdk;
using Xunit.v3;

namespace KhaltiCheckout.Tests.Support;

/// <summary>Runs the longest test collections first, so that they do not run alone at the end.</summary>
public sealed class LongFirst : ITestCollectionOrderer
{
    private static readonly string[] Long =
    [
        "OutageTests", "EPaymentSettlingTests", "ModelTests", "StartProgramTests",
        "SandboxWidgetTests", "Khalti's official widget", "DeskAccessibilityTests", "OrderAccessibilityTests", "DeskTests",
    ];

    // The runner gives each collection to the thread pool, from a thread of the pool: all but a few that others snatch from the
    // front come out of its own queue, the last one first.
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderByDescending(collection => Place(collection.TestCollectionDisplayName))];

    private static int Place(string name)
    {
        int place = Array.FindIndex(Long, one => name.Contains(one, StringComparison.Ordinal));
        return place < 0 ? Long.Length : place;
    }
}
