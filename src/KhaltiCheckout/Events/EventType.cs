using System.Collections.Frozen;
using KhaltiCheckout.Shared;

namespace KhaltiCheckout.Events;

/// <summary>What another system may want to know. On the wire a dot follows the first word: <c>order.partially_refunded</c>.</summary>
internal enum EventType
{
    OrderCreated,
    OrderPaid,
    OrderCancelled,
    OrderExpired,
    OrderPartiallyRefunded,
    OrderRefunded,
    OrderAttentionRaised,
    OrderAttentionResolved,
    PaymentVerifying,
    PaymentCompleted,
    PaymentFailed,
    PaymentNeedsReview,
    RefundCreated,
    RefundCompleted,
    RefundFailed,

    /// <summary>A refund that Khalti made without a request of ours.</summary>
    RefundDetected,
    CloseSignedOff,
    WebhookTest,
}

internal static class EventTypes
{
    private static readonly FrozenDictionary<EventType, string> Names =
        Enum.GetValues<EventType>().ToFrozenDictionary(type => type, type => WithDot(SnakeCase.OfName(type.ToString())));

    internal static IEnumerable<string> All => Names.Values;

    internal static string Of(EventType type) => Names[type];

    /// <summary>The types that a list of patterns means: names, <c>order.*</c>, or <c>*</c>. Null when one of them means none.</summary>
    internal static IReadOnlyList<string>? Matching(IEnumerable<string> patterns)
    {
        HashSet<string> found = new(StringComparer.Ordinal);
        foreach (string pattern in patterns)
        {
            string[] meant = [.. All.Where(name => IsMatch(pattern, name))];
            if (meant.Length == 0)
            {
                return null;
            }

            found.UnionWith(meant);
        }

        return [.. found.Order(StringComparer.Ordinal)];
    }

    internal static bool IsMatch(string pattern, string name) => pattern == "*" || pattern == name
        || (pattern.EndsWith(".*", StringComparison.Ordinal) && name.StartsWith(pattern[..^1], StringComparison.Ordinal));

    private static string WithDot(string name)
    {
        int end = name.IndexOf('_', StringComparison.Ordinal);
        return $"{name[..end]}.{name[(end + 1)..]}";
    }
}
