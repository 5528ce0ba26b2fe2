namespace Khalti.Sandbox;

/// <summary>A Khalti user of the sandbox. Without a balance there is no limit.</summary>
internal sealed record PayerAccount(string Mobile, string Pin, string Otp, string Name, long? Balance)
{
    internal const string DefaultPin = "1111";
    internal const string DefaultOtp = "987654";
    internal const string DefaultName = "Test User";
}

/// <summary>The payers: the test numbers that Khalti publishes, 9800000000 to 9800000005, and those of a seed file.</summary>
internal sealed class Payers
{
    private readonly Dictionary<string, PayerAccount> _accounts = Enumerable.Range(0, 6)
        .Select(last => Default($"980000000{last}")).ToDictionary(payer => payer.Mobile);

    internal Payers(IEnumerable<PayerAccount> seeded)
    {
        foreach (PayerAccount payer in seeded)
        {
            _accounts[payer.Mobile] = payer;
        }
    }

    internal IReadOnlyCollection<PayerAccount> All => _accounts.Values;

    /// <summary>Null for a number that has no Khalti account here.</summary>
    internal PayerAccount? Find(string mobile) => _accounts.GetValueOrDefault(mobile);

    /// <summary>The account, or one with the usual PIN and code for a number that has none, which a control call may have used.</summary>
    internal PayerAccount Of(string mobile) => Find(mobile) ?? Default(mobile);

    private static PayerAccount Default(string mobile) =>
        new(mobile, PayerAccount.DefaultPin, PayerAccount.DefaultOtp, PayerAccount.DefaultName, Balance: null);
}
