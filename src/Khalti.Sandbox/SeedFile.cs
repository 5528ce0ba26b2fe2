using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Khalti.Sandbox;

/// <summary>
/// A seed file: what the sandbox begins with, besides what is built in. <c>clients-2022</c> names a built-in one.
/// </summary>
internal sealed record SeedFile
{
    private const string Shape =
        "{switches?, faults?, merchants?: [{name, email, …Key?, beforeKyc?}], payers?: [{mobile, pin?, otp?, name?, balance?}], "
        + "banks?: [{name, shortName, swiftCode, address?, mobile?, idx?}]}";

    private static readonly JsonSerializerOptions Wire = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        RespectNullableAnnotations = true,
    };

    /// <summary>Values of <see cref="SandboxBehaviour"/> by name.</summary>
    public JsonObject Switches { get; init; } = [];

    /// <summary>Fault rules that apply from the start, and again after a reset.</summary>
    public IReadOnlyList<FaultRule> Faults { get; init; } = [];

    public IReadOnlyList<SeedMerchant> Merchants { get; init; } = [];
    public IReadOnlyList<SeedPayer> Payers { get; init; } = [];
    public IReadOnlyList<SeedBank> Banks { get; init; } = [];

    /// <summary>Reads the seed that the setting names; an empty one when it names none.</summary>
    internal static SeedFile Read(string? setting, string contentRoot)
    {
        if (string.IsNullOrEmpty(setting))
        {
            return new SeedFile();
        }

        string source = $"Sandbox:Seed, {setting},";
        string text;
        try
        {
            text = BuiltIn(setting) ?? File.ReadAllText(Path.GetFullPath(setting, contentRoot));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"{source} can't be read: {unreadable.Message}", unreadable);
        }

        SeedFile seed;
        try
        {
            seed = JsonSerializer.Deserialize<SeedFile>(text, Wire) ?? throw new JsonException("null");
        }
        catch (JsonException wrong)
        {
            throw new InvalidOperationException($"{source} must be {Shape}; see {wrong.Path ?? "the whole"}.", wrong);
        }

        return seed.Problem() is { } problem ? throw new InvalidOperationException($"{source} {problem}") : seed;
    }

    private static string? BuiltIn(string name)
    {
        using Stream? found = Assembly.GetExecutingAssembly().GetManifestResourceStream($"seeds/{name}.json");
        if (found is null)
        {
            return null;
        }

        using StreamReader reader = new(found);
        return reader.ReadToEnd();
    }

    private string? Problem()
    {
        string[] keys =
        [
            .. Sandbox.Merchants.BuiltIn.SelectMany(KeysOf).Distinct(StringComparer.Ordinal),
            .. Merchants.SelectMany(merchant => KeysOf(merchant.ToMerchant()).Distinct(StringComparer.Ordinal)),
        ];
        return Faults.Select(rule => rule.Problem()).FirstOrDefault(problem => problem is not null)
            ?? (keys.Distinct(StringComparer.Ordinal).Count() < keys.Length ? "gives two merchants the same key."
            : keys.Any(key => key.Length == 0 || key.Any(letter => letter is <= ' ' or > '~')) ? "has a key that is not printable text."
            : Payers.Any(payer => !Payer.MobileNumber.IsMatch(payer.Mobile))
                ? "has a payer whose mobile is not ten digits from 96, 97 or 98."
            : Payers.Any(payer => !HasDigits(payer.Pin, 4) || !HasDigits(payer.Otp, 6))
                ? "has a payer whose pin is not 4 or whose otp not 6 digits."
            : Payers.Any(payer => payer.Balance < 0) ? "has a payer with a negative balance."
            : null);
    }

    private static bool HasDigits(string text, int count) => text.Length == count && text.All(char.IsAsciiDigit);

    private static IEnumerable<string> KeysOf(Merchant merchant) => new[]
    {
        merchant.TestPublicKey, merchant.TestSecretKey, merchant.LivePublicKey, merchant.LiveSecretKey,
        merchant.EPaymentPublicKey, merchant.EPaymentSecretKey,
    }.OfType<string>();
}

internal sealed record SeedMerchant
{
    public required string Name { get; init; }
    public required string Email { get; init; }
    public string? TestPublicKey { get; init; }
    public string? TestSecretKey { get; init; }
    public string? LivePublicKey { get; init; }
    public string? LiveSecretKey { get; init; }
    public string? EPaymentPublicKey { get; init; }
    public string? EPaymentSecretKey { get; init; }
    public bool BeforeKyc { get; init; }

    internal Merchant ToMerchant() => new()
    {
        Name = Name,
        Email = Email,
        TestPublicKey = TestPublicKey,
        TestSecretKey = TestSecretKey,
        LivePublicKey = LivePublicKey,
        LiveSecretKey = LiveSecretKey,
        EPaymentPublicKey = EPaymentPublicKey,
        EPaymentSecretKey = EPaymentSecretKey,
        BeforeKyc = BeforeKyc,
    };
}

internal sealed record SeedPayer
{
    public required string Mobile { get; init; }
    public string Pin { get; init; } = PayerAccount.DefaultPin;
    public string Otp { get; init; } = PayerAccount.DefaultOtp;
    public string Name { get; init; } = PayerAccount.DefaultName;

    /// <summary>In paisa; null is no limit.</summary>
    public long? Balance { get; init; }

    internal PayerAccount ToAccount() => new(Mobile, Pin, Otp, Name, Balance);
}

internal sealed record SeedBank
{
    public required string Name { get; init; }
    public required string ShortName { get; init; }
    public required string SwiftCode { get; init; }
    public string Address { get; init; } = "Kathmandu";

    /// <summary>Whether the bank has mobile banking.</summary>
    public bool Mobile { get; init; } = true;

    public string? Idx { get; init; }

    internal Bank ToBank()
    {
        Bank bank = new(Name, ShortName, SwiftCode, Address, Mobile);
        return Idx is null ? bank : bank with { Idx = Idx };
    }
}
