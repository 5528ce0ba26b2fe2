using KhaltiCheckout.Settings;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Gateway;

/// <summary>Khalti's limit for an order, where the shop's settings name none.</summary>
internal sealed class StoreDefaults(IOptions<KhaltiOptions> khalti) : IPostConfigureOptions<StoreOptions>
{
    private const long LimitBeforeKyc = 20_000;

    public void PostConfigure(string? name, StoreOptions options) =>
        options.MaxAmount ??= khalti.Value.Mode == KhaltiMode.Sandbox ? null : LimitBeforeKyc;
}

/// <summary>What the shop's public address has to be so that Khalti can send shoppers back, and nobody reads along.</summary>
internal sealed class PublicAddressRules(IOptions<KhaltiOptions> khalti, IConfiguration configuration) : IValidateOptions<StoreOptions>
{
    private const string ProxySetting = $"{TrustedProxyOptions.Section}:{nameof(TrustedProxyOptions.KnownNetworks)}";

    public ValidateOptionsResult Validate(string? name, StoreOptions options)
    {
        // One that is no address at all has a sentence of its own.
        if (options.PublicUrl is { Length: > 0 } url && !StoreOptionsRules.IsOrigin(url))
        {
            return ValidateOptionsResult.Skip;
        }

        string? reason = options switch
        {
            { PublicUrl: null or "" } when khalti.Value is { Mode: not KhaltiMode.Sandbox, EPayment.IsOn: true } =>
                "Store:PublicUrl is not set: Khalti must know where to send shoppers back to, such as https://shop.example.",
            { PublicUrl: { Length: > 0 } shop } when khalti.Value is { Mode: KhaltiMode.Live, EPayment.IsOn: true }
                && new Uri(shop) is var live && (live.Scheme != Uri.UriSchemeHttps || live.IsLoopback) =>
                "Store:PublicUrl must be https:// and reachable by shoppers in Mode Live, such as "
                    + "https://shop.example: Khalti sends them back to it.",
            _ when khalti.Value.Mode == KhaltiMode.Live && IsOpenHttp(options.PublicUrl)
                && !configuration.GetSection(ProxySetting).Exists() =>
                "Live payments would be taken over plain http: set Store:PublicUrl to the shop's https:// address, "
                + $"or name the proxy in front that speaks https in {ProxySetting}.",
            _ => null,
        };
        return reason is null ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(reason);
    }

    // Keys, sessions and scripts could be read and changed on the way. Without a public address shoppers come to where it listens.
    private bool IsOpenHttp(string? publicUrl) => string.IsNullOrEmpty(publicUrl)
        ? ListenAddresses.AreOpenHttp(configuration)
        : new Uri(publicUrl) is var address && address.Scheme == Uri.UriSchemeHttp && !address.IsLoopback;
}
