namespace KhaltiCheckout.Tests.Architecture;

/// <summary>
/// The folders of the shop, which are its namespaces, and what each may know. Each allowed edge stands here once; docs/architecture.md
/// draws it. A layer knows only layers that stand before it in this list, so there is no circle. Program.cs knows all of them.
/// </summary>
internal static class Layers
{
    /// <summary>What every feature may know.</summary>
    internal static readonly string[] Base = ["Shared", "Model", "Views", "Settings", "Storage", "Gateway", "Http", "Access"];

    internal static readonly (string Name, string[] MayKnow)[] All =
    [
        ("Shared", []),
        ("Model", ["Shared"]),
        ("Views", ["Shared", "Model"]),
        ("Settings", ["Shared"]),
        ("Storage", ["Shared", "Model"]),
        ("Gateway", ["Shared", "Model", "Settings"]),
        ("Http", ["Shared", "Settings", "Storage"]),
        ("Access", ["Shared", "Settings", "Storage", "Http"]),

        ("Catalogue", Base),
        ("Idempotency", Base),
        ("Receipts", Base),
        ("Events", Base),
        ("Payments", [.. Base, "Idempotency"]),
        ("Checkout", [.. Base, "Catalogue", "Idempotency", "Receipts", "Payments"]),
        ("Refunds", [.. Base, "Idempotency"]),
        ("TransactionMatching", [.. Base, "Payments"]),
        ("DailyReconciliation", [.. Base, "Idempotency", "Events", "TransactionMatching"]),
        ("Polling", [.. Base, "Payments", "Refunds", "TransactionMatching", "DailyReconciliation"]),
        ("Desk", [.. Base, "Idempotency", "Receipts", "Payments", "Refunds", "TransactionMatching", "DailyReconciliation"]),
        ("Operations", Base),
    ];

    /// <summary>The layers that know Khalti's client. All others know its <see cref="Khalti.Client.Paisa"/>
    /// and nothing else of it.</summary>
    internal static readonly string[] KnowKhaltiClient = ["Gateway"];

    /// <summary>Gateway starts the sandbox inside the shop. Access has the same list of what proxies add to a request.</summary>
    internal static readonly string[] KnowSandbox = ["Gateway", "Access"];

    /// <summary>The layers without a database, a network, a file or a web server.</summary>
    internal static readonly string[] Pure = ["Shared", "Model", "Views"];

    internal static readonly string[] InputAndOutput =
        ["Microsoft.", "Npgsql", "System.Data", "System.IO", "System.Net", "SQLitePCL"];

    /// <summary>Edges that are left for now, each with the work that takes it away. Empty when issue 21 is done.</summary>
    internal static readonly (string From, string To, string Until)[] Temporary =
    [
        ("Refunds", "Khalti.Client", "policy: the answer to a refund is read in Gateway"),
    ];
}
