namespace Khalti.Sandbox;

/// <summary>The banks: built in, and those of a seed file.</summary>
internal sealed class Banks(IEnumerable<Bank> seeded)
{
    // Three ids are in Khalti's documents, one of them with its bank; which banks the other two are is our choice.
    private static readonly Bank[] BuiltIn =
    [
        new("Agricultural Development Bank Limited", "ADBL", "ADBLNPKA", "Singhadurbar, Kathmandu", Mobile: true)
        {
            Idx = "UZmPqTDkdhKmukdZe2gVWZ",
        },
        new("Citizens Bank International Limited", "CZBIL", "CTZNNPKA", "Narayanhiti Path, Kathmandu", Mobile: true),
        new("Everest Bank Limited", "EBL", "EVBLNPKA", "Lazimpat, Kathmandu", Mobile: false),
        new("Global IME Bank Limited", "GIBL", "GLBBNPKA", "Kamaladi, Kathmandu", Mobile: true),
        new("Himalayan Bank Limited", "HBL", "HIMANPKA", "Kamaladi, Kathmandu", Mobile: true) { Idx = "Yy6jFwuwssihs77PHGjwAZ" },
        new("Kumari Bank Limited", "KBL", "KMBLNPKA", "Naxal, Kathmandu", Mobile: true),
        new("Laxmi Sunrise Bank Limited", "LSL", "LXBLNPKA", "Hattisar, Kathmandu", Mobile: true),
        new("Nabil Bank Limited", "NABIL", "NARBNPKA", "Durbar Marg, Kathmandu", Mobile: true) { Idx = "ayCEFuEpkmkjBj3WVWRh32" },
        new("Nepal Bank Limited", "NBL", "NEBLNPKA", "Dharmapath, Kathmandu", Mobile: false),
        new("NIC Asia Bank Limited", "NICA", "NICENPKA", "Thapathali, Kathmandu", Mobile: true),
        new("Prabhu Bank Limited", "PBL", "PRVUNPKA", "Babarmahal, Kathmandu", Mobile: true),
        new("Rastriya Banijya Bank Limited", "RBB", "RBBANPKA", "Singhadurbar Plaza, Kathmandu", Mobile: true),
    ];

    internal IReadOnlyList<Bank> All { get; } = [.. BuiltIn, .. seeded];

    internal bool Has(string idx) => All.Any(bank => bank.Idx == idx);
}

/// <summary>A bank as the bank lists show it.</summary>
internal sealed record Bank(string Name, string ShortName, string SwiftCode, string Address, bool Mobile)
{
    internal string Idx { get; init; } = Ids.For("bank " + SwiftCode);
}
