namespace Khalti.Sandbox;

/// <summary>The key selects test or live mode, with separate transactions; ePayment has keys and transactions of its own.</summary>
internal enum Mode
{
    Test,
    Live,
    EPayment,
}

/// <summary>A merchant with its keys. The sandbox's keys are public, as no money is behind them.</summary>
internal sealed record Merchant
{
    internal required string Name { get; init; }
    internal required string Email { get; init; }
    internal required string TestPublicKey { get; init; }
    internal required string TestSecretKey { get; init; }
    internal required string LivePublicKey { get; init; }
    internal required string LiveSecretKey { get; init; }
    internal required string EPaymentSecretKey { get; init; }

    /// <summary>Before KYC Khalti lets a merchant take no more than NPR 200 at once.</summary>
    internal bool BeforeKyc { get; init; }

    internal string Idx => Ids.For("merchant " + Email);
}

/// <summary>The merchant and mode that a key gives access to.</summary>
internal sealed record Account(Merchant Merchant, Mode Mode)
{
    private const long MaxBeforeKyc = 20_000;

    internal long? MaxAmount(SandboxBehaviour behaviour) => Merchant.BeforeKyc ? MaxBeforeKyc : behaviour.MaxAmount;
}

internal static class Merchants
{
    internal static readonly Merchant Default = new()
    {
        Name = "Sandbox Shop",
        Email = "shop@sandbox.example",
        TestPublicKey = Key("test_public_key_", '1'),
        TestSecretKey = Key("test_secret_key_", '2'),
        EPaymentSecretKey = Key("live_secret_key_", '3'),
        LivePublicKey = Key("live_public_key_", '4'),
        LiveSecretKey = Key("live_secret_key_", '5'),
    };

    internal static readonly Merchant Second = new()
    {
        Name = "New Shop",
        Email = "newshop@sandbox.example",
        TestPublicKey = Key("test_public_key_", '6'),
        TestSecretKey = Key("test_secret_key_", '7'),
        EPaymentSecretKey = Key("live_secret_key_", 'a'),
        LivePublicKey = Key("live_public_key_", '8'),
        LiveSecretKey = Key("live_secret_key_", '9'),
        BeforeKyc = true,
    };

    internal static readonly IReadOnlyList<Merchant> All = [Default, Second];

    internal static Account? ByPublicKey(string key) =>
        Find(key, merchant => [(merchant.TestPublicKey, Mode.Test), (merchant.LivePublicKey, Mode.Live)]);

    internal static Account? BySecretKey(string key) => Find(key, merchant =>
    [
        (merchant.TestSecretKey, Mode.Test),
        (merchant.LiveSecretKey, Mode.Live),
        (merchant.EPaymentSecretKey, Mode.EPayment),
    ]);

    internal static Merchant ByIdx(string idx) => All.Single(merchant => merchant.Idx == idx);

    private static Account? Find(string key, Func<Merchant, (string Key, Mode Mode)[]> keys) =>
        All.SelectMany(merchant => keys(merchant), (merchant, one) => (merchant, one))
            .Where(found => found.one.Key == key)
            .Select(found => new Account(found.merchant, found.one.Mode))
            .FirstOrDefault();

    private static string Key(string prefix, char fill) => prefix + new string(fill, 32);
}
