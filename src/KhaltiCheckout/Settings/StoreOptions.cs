using System.ComponentModel.DataAnnotations;
using Khalti.Client;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Settings;

public sealed class StoreOptions
{
    public const string Section = "Store";

    [Required(ErrorMessage = "Store:Name is empty: give the shop a name.")]
    public string Name { get; set; } = "Khalti Checkout";

    /// <summary>Where shoppers find the shop, and where Khalti sends them back to. Without it, where the program listens:
    /// right on one's own machine only.</summary>
    public string? PublicUrl { get; set; }

    /// <summary>Other shops' pages that an order placed with an API key may send its shopper back to, each to the letter.</summary>
    public string[] ReturnUrls { get; set; } = [];

    /// <summary>The seller's PAN or VAT number, nine digits, for receipts. None: it is left out.</summary>
    public string? Pan { get; set; }

    /// <summary>The rate of value added tax inside every price, in percent, such as 13. None:
    /// the seller is not registered for it.</summary>
    public int? VatPercent { get; set; }

    /// <summary>The first day of Nepali fiscal years after the last one that the program knows, by the year of Bikram Sambat in
    /// which they begin, e.g. <c>Store:FiscalYearStarts:2086</c> = <c>2029-07-17</c>.</summary>
    public IDictionary<string, DateOnly> FiscalYearStarts { get; } = new Dictionary<string, DateOnly>(StringComparer.Ordinal);

    /// <summary>How long an order waits to be paid.</summary>
    public TimeSpan OrderLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long an order that expired without a payment is kept. Zero: for ever.</summary>
    public TimeSpan KeepUnpaidFor { get; set; } = TimeSpan.FromDays(90);

    /// <summary>Paisa. Khalti takes nothing below 1000.</summary>
    public long MinAmount { get; set; } = 1000;

    /// <summary>Paisa. Without it: NPR 200, which is Khalti's limit before KYC; no limit in Mode Sandbox.</summary>
    public long? MaxAmount { get; set; }

    internal IReadOnlyDictionary<int, DateOnly> FirstDaysOfYears => field ??=
        FiscalYearStarts.ToDictionary(pair => int.Parse(pair.Key, System.Globalization.CultureInfo.InvariantCulture), pair => pair.Value);

    internal Paisa Least => new(MinAmount);

    internal Paisa? Most => MaxAmount is { } most ? new Paisa(most) : null;
}

internal sealed class StoreOptionsRules : IValidateOptions<StoreOptions>
{
    private const long KhaltiMinimum = 1000;
    private const int MaxNameLength = 100;

    private static readonly TimeSpan MaxLifetime = TimeSpan.FromDays(30);

    // Longer than an idempotent answer is kept.
    private static readonly TimeSpan MinKept = TimeSpan.FromDays(2);
    private static readonly TimeSpan MaxKept = TimeSpan.FromDays(3650);

    public ValidateOptionsResult Validate(string? name, StoreOptions options)
    {
        string? error = options switch
        {
            { Name: var shop } when shop.Length > MaxNameLength || shop.Any(char.IsControl) =>
                "Store:Name must be at most 100 characters on one line.",

            // A bare number is read as days, which nobody means.
            _ when options.OrderLifetime <= TimeSpan.Zero || options.OrderLifetime > MaxLifetime =>
                "Store:OrderLifetime must be more than nothing and at most 30 days, such as 01:00:00 for an hour.",
            _ when options.KeepUnpaidFor != TimeSpan.Zero
                && (options.KeepUnpaidFor < MinKept || options.KeepUnpaidFor > MaxKept) =>
                "Store:KeepUnpaidFor must be between 2 and 3650 days, such as 90.00:00:00 for 90 days, or 00:00:00 to keep them for ever.",
            { Pan: { } pan } when pan.Length != 9 || !pan.All(char.IsAsciiDigit) =>
                "Store:Pan must be the seller's PAN or VAT number of nine digits; leave it out if there is none.",
            { VatPercent: < 1 or > 100 } =>
                "Store:VatPercent must be a whole percentage such as 13; leave it out if the seller is not registered for VAT.",
            { VatPercent: not null, Pan: null } => "Store:Pan is not set: a seller with Store:VatPercent has a VAT number.",
            _ when options.FiscalYearStarts.FirstOrDefault(year => !IsFiscalYear(year.Key, year.Value)) is { Key: not null } wrong =>
                $"Store:FiscalYearStarts:{wrong.Key} must be the day in July on which that fiscal year begins, such as "
                    + "Store:FiscalYearStarts:2086 = 2029-07-17.",
            { MinAmount: < KhaltiMinimum } => "Store:MinAmount must be at least 1000 paisa, Khalti's minimum.",
            { MaxAmount: { } most } when most < options.MinAmount => "Store:MaxAmount must not be below Store:MinAmount.",
            { PublicUrl: { Length: > 0 } shop } when !IsOrigin(shop) =>
                "Store:PublicUrl must be the shop's full address without a path, such as https://shop.example.",
            _ when !options.ReturnUrls.All(IsReturnUrl) =>
                "Store:ReturnUrls must be full https:// addresses, such as https://other-shop.example/paid.",
            _ => null,
        };
        return error is null ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(error);
    }

    /// <summary>Whether this is a full address without a path, as Store:PublicUrl has to be.</summary>
    internal static bool IsOrigin(string url) =>
        IsWebAddress(url, out Uri? address) && address is { AbsolutePath: "/", Query: "", Fragment: "", UserInfo: "" };

    private static bool IsReturnUrl(string? url) => IsWebAddress(url, out Uri? address)
        && (address.Scheme == Uri.UriSchemeHttps || address.IsLoopback) && address is { Fragment: "", UserInfo: "" };

    private static bool IsFiscalYear(string year, DateOnly start) =>
        int.TryParse(year, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int bikramSambat)
        && start is { Month: 7, Day: >= 14 and <= 19 } && start.Year == bikramSambat - 57;

    private static bool IsWebAddress(string? url, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Uri? address) =>
        Uri.TryCreate(url, UriKind.Absolute, out address) && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps);
}
