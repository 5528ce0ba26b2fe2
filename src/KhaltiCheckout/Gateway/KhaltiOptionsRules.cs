using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Gateway;

/// <summary>
/// Refuses settings that would lose money or trust. Each refusal is one sentence that says what to change, and never
/// shows a secret.
/// </summary>
internal sealed class KhaltiOptionsRules : IValidateOptions<KhaltiOptions>
{
    private static readonly string[] Preferences = ["KHALTI", "EBANKING", "MOBILE_BANKING", "CONNECT_IPS", "SCT"];

    // Keys that stand in Khalti's documents, or in ours: everybody knows them.
    private static readonly string[] PublishedKeys =
    [
        "dc74e0fd57cb46cd93832aee0a390234", "f59e8b7d18b4499ca40f68195a846e9b", "68791341fdd94846a146f0457ff7b455",
        "05bf95cc57244045b8df5fad06748dab",
    ];

    public ValidateOptionsResult Validate(string? name, KhaltiOptions options)
    {
        if (options.Mode is not { } mode)
        {
            return ValidateOptionsResult.Fail("Khalti:Mode is not set: choose Sandbox, Test or Live.");
        }

        if (!Enum.IsDefined(mode))
        {
            return ValidateOptionsResult.Fail("Khalti:Mode must be Sandbox, Test or Live.");
        }

        string? error = !options.Widget.Enabled && !options.EPayment.IsOn
            ? "Khalti:Widget:Enabled and Khalti:EPayment:Enabled are both off: no order could be paid. Switch one on."
            : (options.Widget.Enabled
            ? ErrorOf(options.Widget, mode)
            : ErrorWhenDisabled("Widget", options.Widget.BaseUrlSetting, options.Widget.BaseUrl, options.Widget.SecretKey, mode))
                ?? (options.EPayment.IsOn ? ErrorOf(options.EPayment, mode)
                    : ErrorWhenDisabled(
                        "EPayment", options.EPayment.BaseUrlSetting, options.EPayment.BaseUrl, options.EPayment.SecretKey, mode));
        return error is null ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(error);
    }

    private static string? ErrorOf(WidgetOptions widget, KhaltiMode mode)
    {
        string? address = ErrorOfOrigin(widget.BaseUrlSetting, widget.BaseUrl, mode);
        if (address is not null)
        {
            return address;
        }

        if (!IsSafe(widget.ScriptUrl, mode, out _))
        {
            return $"{widget.ScriptUrlSetting} must be a full https:// address ({PlainHttp(mode)}).";
        }

        if (!string.IsNullOrEmpty(widget.ScriptIntegrity) && !ScriptIntegrity.IsHash(widget.ScriptIntegrity))
        {
            return "Khalti:Widget:ScriptIntegrity must be sha256-, sha384- or sha512- and the hash in base64, as "
                + "the command widget-hash prints it.";
        }

        if (widget.PaymentPreference!.Length == 0 || widget.PaymentPreference.Except(Preferences, StringComparer.Ordinal).Any())
        {
            return $"Khalti:Widget:PaymentPreference may list {string.Join(", ", Preferences)}, at least one.";
        }

        return mode == KhaltiMode.Sandbox
            ? ErrorInSandbox("PublicKey", widget.PublicKey) ?? ErrorInSandbox("SecretKey", widget.SecretKey)
            : ErrorOfKey("PublicKey", widget.PublicKey, "public", mode)
                ?? ErrorOfKey("SecretKey", widget.SecretKey, "secret", mode);
    }

    // A product that is off still settles the payments that were made with it.
    private static string? ErrorWhenDisabled(string product, string setting, string? baseUrl, string? secretKey, KhaltiMode mode) =>
        ErrorOfOrigin(setting, baseUrl, mode)
        ?? (secretKey?.All(letter => letter is > ' ' and <= '~') == false
            ? $"Khalti:{product}:SecretKey is not a whole key: copy it again from Khalti's merchant dashboard, or take it out."
            : null);

    // Khalti calls the keys of its test host live_secret_key, too, so a key's beginning says nothing: the host does.
    private static string? ErrorOf(EPaymentOptions epayment, KhaltiMode mode)
    {
        if (ErrorOfOrigin(epayment.BaseUrlSetting, epayment.BaseUrl, mode) is { } address)
        {
            return address;
        }

        // A dot at the end names the same host.
        string host = new Uri(epayment.BaseUrl!).Host.TrimEnd('.').ToUpperInvariant();
        bool real = host is "KHALTI.COM" or "WWW.KHALTI.COM";
        bool trial = !real && host.EndsWith(".KHALTI.COM", StringComparison.Ordinal);
        if (real && mode != KhaltiMode.Live)
        {
            return $"{epayment.BaseUrlSetting} is where real money moves, but Khalti:Mode is {mode}: take the "
                + "address out, or set the mode to Live.";
        }

        if (trial && mode == KhaltiMode.Live)
        {
            return "Khalti:EPayment:BaseUrl is Khalti's test host, but Khalti:Mode is Live: take the address out.";
        }

        string? key = epayment.SecretKey;
        if (string.IsNullOrWhiteSpace(key))
        {
            return "Khalti:EPayment:SecretKey is missing: put the secret key from Khalti's merchant dashboard, or set "
                + "Khalti:EPayment:Enabled to false.";
        }

        if (!key.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_') || key.EndsWith("_key_", StringComparison.Ordinal))
        {
            return "Khalti:EPayment:SecretKey is not a whole key: copy it again from Khalti's merchant "
                + "dashboard, letters, digits and _ only.";
        }

        if (key.Contains("_public_", StringComparison.Ordinal))
        {
            return "Khalti:EPayment:SecretKey is a public key: put the secret one from Khalti's merchant dashboard.";
        }

        if (!Enum.IsDefined(epayment.LinkLifetimeUnit))
        {
            return "Khalti:EPayment:LinkLifetimeUnit must be None, Seconds or Minutes.";
        }

        return mode == KhaltiMode.Live && IsPublished(key)
            ? "Khalti:EPayment:SecretKey is a published sample key: put your own from Khalti's merchant dashboard."
            : null;
    }

    // Somebody who has set live keys believes to be taking money.
    private static string? ErrorInSandbox(string setting, string? key) =>
        key?.StartsWith("live_", StringComparison.Ordinal) == true
            ? $"Khalti:Widget:{setting} is a live key, but Khalti:Mode is Sandbox: set the mode to Live, or take the key out."
            : null;

    private static string? ErrorOfKey(string setting, string? key, string kind, KhaltiMode mode)
    {
        string prefix = mode == KhaltiMode.Live ? "live" : "test";
        if (string.IsNullOrWhiteSpace(key))
        {
            return $"Khalti:Widget:{setting} is missing: Mode {mode} wants the {prefix}_{kind}_key_ from Khalti's merchant dashboard.";
        }

        if (!key.StartsWith($"{prefix}_{kind}_key_", StringComparison.Ordinal))
        {
            return $"Khalti:Widget:{setting} must start with {prefix}_{kind}_key_ in Mode {mode}: both keys must be of the mode's kind.";
        }

        // A line break or a blank that came along when the key was copied would break every call to Khalti.
        if (key.EndsWith("_key_", StringComparison.Ordinal) || !key.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_'))
        {
            return $"Khalti:Widget:{setting} is not a whole key: copy it again from Khalti's merchant "
                + "dashboard, letters, digits and _ only.";
        }

        return mode == KhaltiMode.Live && IsPublished(key)
            ? $"Khalti:Widget:{setting} is a published sample key: put your own from Khalti's merchant dashboard."
            : null;
    }

    // Also every key made of one repeated digit, as the sandbox's are.
    private static bool IsPublished(string key)
    {
        string tail = key[(key.LastIndexOf('_') + 1)..];
        return tail.Length == 0 || tail.Distinct().Count() == 1
            || PublishedKeys.Contains(tail, StringComparer.OrdinalIgnoreCase);
    }

    private static string? ErrorOfOrigin(string setting, string? url, KhaltiMode mode) =>
        IsSafe(url, mode, out Uri? address) && address.AbsolutePath == "/" && address.Query.Length == 0 && address.UserInfo.Length == 0
            ? null
            : $"{setting} must be a full https:// address without a path, such as https://khalti.com ({PlainHttp(mode)}).";

    // A secret key must not cross a network in the clear, but for those of the sandbox, which everybody knows.
    private static bool IsSafe(string? url, KhaltiMode mode, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Uri? address) =>
        Uri.TryCreate(url, UriKind.Absolute, out address)
        && (address.Scheme == Uri.UriSchemeHttps
            || (address.Scheme == Uri.UriSchemeHttp && (address.IsLoopback || (mode == KhaltiMode.Sandbox && !IsKhaltis(address.Host)))));

    private static bool IsKhaltis(string host)
    {
        string name = "." + host.TrimEnd('.');
        return name.EndsWith(".khalti.com", StringComparison.OrdinalIgnoreCase)
            || name.EndsWith(".amazonaws.com", StringComparison.OrdinalIgnoreCase);
    }

    private static string PlainHttp(KhaltiMode mode) =>
        mode == KhaltiMode.Sandbox ? "http:// only for a sandbox" : "http:// only for this machine";
}

/// <summary>The address of the sandbox.</summary>
internal sealed class SandboxSettingsRules : IValidateOptions<SandboxSettings>
{
    public ValidateOptionsResult Validate(string? name, SandboxSettings options) =>
        !IsOrigin(options.Url, out Uri? address) || (address.Scheme != "http" && options.Embedded)
            ? ValidateOptionsResult.Fail("Sandbox:Url must be a full address without a path, such as http://localhost:5081.")
            : !string.IsNullOrWhiteSpace(options.PublicUrl) && !IsOrigin(options.PublicUrl, out _)
            ? ValidateOptionsResult.Fail("Sandbox:PublicUrl must be a full address without a path, such as http://localhost:5081.")
            : ValidateOptionsResult.Success;

    private static bool IsOrigin(string? url, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Uri? address) =>
        Uri.TryCreate(url, UriKind.Absolute, out address) && address is { Scheme: "http" or "https", AbsolutePath: "/" };
}
