namespace Khalti.Sandbox.Tool;

/// <summary>The hosts that Khalti's clients have compiled in.</summary>
internal static class Hosts
{
    internal static readonly IReadOnlyList<string> Khaltis =
    [
        "khalti.com", "www.khalti.com", "api.khalti.com", "dev.khalti.com", "a.khalti.com", "pay.khalti.com", "test-pay.khalti.com",
        "khalti.s3.ap-south-1.amazonaws.com",
    ];

    internal static bool AreKhaltis(string host) =>
        Khaltis.Contains(host, StringComparer.OrdinalIgnoreCase) || host.EndsWith(".khalti.com", StringComparison.OrdinalIgnoreCase);
}
