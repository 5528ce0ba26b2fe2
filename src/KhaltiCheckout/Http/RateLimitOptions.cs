using KhaltiCheckout.Settings;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Http;

/// <summary>Requests a minute that change something; 0 for no limit. Default: none in Mode Sandbox on this machine, otherwise the
/// defaults of <see cref="RateLimitDefaults"/>.</summary>
public sealed class RateLimitOptions
{
    public const string Section = "RateLimits";

    /// <summary>For one network, or for one API key: payments, signing in, and everything else that is not placing an order, each. An
    /// IPv6 site (/48) has three times as many.</summary>
    public int? PostsPerMinute { get; set; }

    /// <summary>For all networks together; signing in has no such limit.</summary>
    public int? PostsPerMinuteInAll { get; set; }

    /// <summary>Orders that one network may place.</summary>
    public int? OrdersPerMinute { get; set; }

    /// <summary>For all networks together.</summary>
    public int? OrdersPerMinuteInAll { get; set; }

    internal IEnumerable<(string Name, int? Value)> All =>
    [
        (nameof(PostsPerMinute), PostsPerMinute), (nameof(PostsPerMinuteInAll), PostsPerMinuteInAll),
        (nameof(OrdersPerMinute), OrdersPerMinute), (nameof(OrdersPerMinuteInAll), OrdersPerMinuteInAll),
    ];
}

internal sealed class RateLimitDefaults(LocalSandbox local) : IPostConfigureOptions<RateLimitOptions>
{
    private const int Posts = 600;
    private const int Orders = 60;
    private const int NetworksAtOnce = 10;

    public void PostConfigure(string? name, RateLimitOptions options)
    {
        options.PostsPerMinute ??= local.IsActive ? 0 : Posts;
        options.OrdersPerMinute ??= Math.Min(Orders, options.PostsPerMinute.Value);
        options.PostsPerMinuteInAll ??= InAll(options.PostsPerMinute.Value);
        options.OrdersPerMinuteInAll ??= InAll(options.OrdersPerMinute.Value);
    }

    private static int InAll(int one) => (int)Math.Min(int.MaxValue, (long)one * NetworksAtOnce);
}

internal sealed class RateLimitRules(LocalSandbox local) : IValidateOptions<RateLimitOptions>
{
    public ValidateOptionsResult Validate(string? name, RateLimitOptions options)
    {
        if (options.All.FirstOrDefault(limit => limit.Value < 0) is { Name: { } negative })
        {
            return ValidateOptionsResult.Fail($"RateLimits:{negative} must be 0 (no limit) or more.");
        }

        return options.All.FirstOrDefault(limit => limit.Value == 0) is { Name: { } unlimited } && !local.IsActive
            ? ValidateOptionsResult.Fail(
                $"RateLimits:{unlimited} is 0 (no limit), which is for Mode Sandbox on this machine only: set a number.")
            : ValidateOptionsResult.Success;
    }
}
