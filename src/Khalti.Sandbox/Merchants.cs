namespace Khalti.Sandbox;

/// <summary>The key selects test or live mode, with separate transactions; ePayment has transactions of its own.</summary>
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
    internal string? TestPublicKey { get; init; }
    internal string? TestSecretKey { get; init; }
    internal string? LivePublicKey { get; init; }
    internal string? LiveSecretKey { get; init; }

    /// <summary>The public key that the ePayment kits of apps send.</summary>
    internal string? EPaymentPublicKey { get; init; }

    internal string? EPaymentSecretKey { get; init; }

    /// <summary>Before KYC Khalti lets a merchant take no more than NPR 200 at once.</summary>
    internal bool BeforeKyc { get; init; }

    internal string Idx => Ids.For("merchant " + Email);
}

/// <summary>What a key gives access to: the merchant, a mode of the widget product, the ePayment product, or both.</summary>
internal sealed record Account(Merchant Merchant, Mode? WidgetMode, bool EPayment)
{
    private const long MaxBeforeKyc = 20_000;

    internal long? MaxAmount(SandboxBehaviour behaviour) => Merchant.BeforeKyc ? MaxBeforeKyc : behaviour.MaxAmount;

    internal bool Covers(Mode mode) => mode == Mode.EPayment ? EPayment : mode == WidgetMode;
}

/// <summary>The merchants that the sandbox knows: three built in, and those of a seed file.</summary>
internal sealed class Merchants(IEnumerable<Merchant> seeded)
{
    internal static readonly Merchant Default = new()
    {
        Name = "Sandbox Shop",
        Email = "shop@sandbox.example",
        TestPublicKey = Key("test_public_key_", '1'),
        TestSecretKey = Key("test_secret_key_", '2'),
        EPaymentSecretKey = Key("live_secret_key_", '3'),
        EPaymentPublicKey = Key("live_public_key_", 'b'),
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
        EPaymentPublicKey = Key("live_public_key_", 'c'),
        LivePublicKey = Key("live_public_key_", '8'),
        LiveSecretKey = Key("live_secret_key_", '9'),
        BeforeKyc = true,
    };

    /// <summary>One pair of keys for both products, as Khalti's dashboard shows one.</summary>
    internal static readonly Merchant OneKey = new()
    {
        Name = "One Key Shop",
        Email = "onekey@sandbox.example",
        TestPublicKey = Key("test_public_key_", 'd'),
        TestSecretKey = Key("test_secret_key_", 'e'),
        LivePublicKey = Key("live_public_key_", 'd'),
        LiveSecretKey = Key("live_secret_key_", 'e'),
        EPaymentPublicKey = Key("live_public_key_", 'd'),
        EPaymentSecretKey = Key("live_secret_key_", 'e'),
    };

    internal static readonly IReadOnlyList<Merchant> BuiltIn = [Default, Second, OneKey];

    internal IReadOnlyList<Merchant> All { get; } = [.. BuiltIn, .. seeded];

    internal Account? ByPublicKey(string key) =>
        Find(key, merchant => merchant.TestPublicKey, merchant => merchant.LivePublicKey, merchant => merchant.EPaymentPublicKey);

    internal Account? BySecretKey(string key) =>
        Find(key, merchant => merchant.TestSecretKey, merchant => merchant.LiveSecretKey, merchant => merchant.EPaymentSecretKey);

    internal Merchant ByIdx(string idx) => All.FirstOrDefault(merchant => merchant.Idx == idx)
        ?? new Merchant { Name = "Unknown merchant", Email = "" }; // of a seed file that this start does not have

    private Account? Find(string key, Func<Merchant, string?> test, Func<Merchant, string?> live, Func<Merchant, string?> ePayment) =>
        All.Select(merchant => new Account(
                merchant,
                test(merchant) == key ? Mode.Test : live(merchant) == key ? Mode.Live : null,
                ePayment(merchant) == key))
            .FirstOrDefault(account => account.WidgetMode is not null || account.EPayment);

    private static string Key(string prefix, char fill) => prefix + new string(fill, 32);
}
