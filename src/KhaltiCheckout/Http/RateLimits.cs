using System.Globalization;
using System.Threading.RateLimiting;
using KhaltiCheckout.Payments;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Http;

public sealed class RateLimitOptions
{
    public const string Section = "RateLimits";

    /// <summary>How many POSTs one address may send in a minute; 0 for no limit. Behind a proxy, set
    /// ASPNETCORE_FORWARDEDHEADERS_ENABLED, or all shoppers share one address.</summary>
    public int PostsPerMinute { get; set; }
}

/// <summary>Keeps one address from filling the database or guessing tokens.</summary>
internal static class RateLimits
{
    internal static void AddRateLimits(this IServiceCollection services)
    {
        services.AddOptions<RateLimitOptions>()
            .BindConfiguration(RateLimitOptions.Section)
            .Validate(options => options.PostsPerMinute >= 0, "RateLimits:PostsPerMinute must be 0 (no limit) or more.")
            .ValidateOnStart();
        services.AddRateLimiter(limiter =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.OnRejected = (context, _) =>
            {
                TimeSpan wait = context.Lease.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan told) ? told : TimeSpan.FromSeconds(1);
                context.HttpContext.Response.Headers.RetryAfter =
                    Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
                return ValueTask.CompletedTask;
            };
            limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(PartitionOf);
        });
    }

    private static RateLimitPartition<string> PartitionOf(HttpContext context)
    {
        int perMinute = context.RequestServices.GetRequiredService<IOptions<RateLimitOptions>>().Value.PostsPerMinute;
        // The return from Khalti's page is a GET that asks Khalti: it counts, too.
        bool counts = HttpMethods.IsPost(context.Request.Method)
            || context.Request.Path.Equals(EPaymentGateway.ReturnPath, StringComparison.OrdinalIgnoreCase);
        if (perMinute == 0 || !counts)
        {
            return RateLimitPartition.GetNoLimiter("");
        }

        // So many tokens, so often, that a minute brings exactly what the setting says.
        int tokens = (int)Math.Ceiling(perMinute / 60.0);
        return RateLimitPartition.GetTokenBucketLimiter(
            context.Connection.RemoteIpAddress?.ToString() ?? "",
            _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = perMinute,
                TokensPerPeriod = tokens,
                ReplenishmentPeriod = TimeSpan.FromMinutes(1) * tokens / perMinute,
                AutoReplenishment = true,
            });
    }
}
