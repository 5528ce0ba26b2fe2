using System.Globalization;
using System.Net;
using System.Security.Claims;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Http;

/// <summary>
/// What requests are counted as, which the feature with their routes says. Each has tokens of its own: placing orders never uses up
/// those for paying.
/// </summary>
internal sealed class RateLimitBudget
{
    internal static readonly RateLimitBudget Other = new();

    /// <summary>For a request that changes nothing, because no endpoint takes it.</summary>
    internal static readonly RateLimitBudget NoEndpoint = new();

    internal Func<RateLimitOptions, int?> OfOneNetwork { get; init; } = static limits => limits.PostsPerMinute;

    /// <summary>Null where all networks together have no limit.</summary>
    internal Func<RateLimitOptions, int?>? OfAllNetworks { get; init; } = static limits => limits.PostsPerMinuteInAll;
}

/// <summary>
/// Keeps one client, and all together, from filling the database or guessing tokens. Limits belong to endpoints, so another spelling
/// of a path is counted the same. First the client's own tokens are taken, then those of its IPv6 site, then those of all: as long as
/// the limit over all is more than <see cref="NetworksOfSite"/> times one network's, neither a client nor its site can use it up alone.
/// </summary>
internal static class RateLimits
{
    // One home line with a /56 has 256 networks of /64.
    private const int NetworksOfSite = 3;

    internal static void AddRateLimits(this IServiceCollection services)
    {
        services.AddOptions<RateLimitOptions>().BindConfiguration(RateLimitOptions.Section).ValidateOnStart();
        services.AddSingleton<IPostConfigureOptions<RateLimitOptions>, RateLimitDefaults>();
        services.AddSingleton<IValidateOptions<RateLimitOptions>, RateLimitRules>();
        services.AddRateLimiter(limiter =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.OnRejected = (context, _) =>
            {
                TimeSpan wait = context.Lease.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan told) ? told : TimeSpan.FromSeconds(1);
                context.HttpContext.Response.RetryAfter(wait);
                return ValueTask.CompletedTask;
            };
            limiter.GlobalLimiter = PartitionedRateLimiter.CreateChained(
                PartitionedRateLimiter.Create<HttpContext, Client>(OfOneClient),
                PartitionedRateLimiter.Create<HttpContext, Client>(OfOneSite),
                PartitionedRateLimiter.Create<HttpContext, Client>(OfAllClients));
        });
    }

    /// <summary>Counts this route's requests, whatever their method, as <paramref name="budget"/>.</summary>
    internal static TBuilder CountsAs<TBuilder>(this TBuilder route, RateLimitBudget budget)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new RateLimitMetadata(budget));

    /// <summary>Says in whole seconds, at least one, when to ask again.</summary>
    internal static void RetryAfter(this HttpResponse response, TimeSpan wait) =>
        response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);

    // A holder of an API key is counted by key: a shop's server or a till places all its orders from one address.
    private static RateLimitPartition<Client> OfOneClient(HttpContext http)
    {
        RateLimitOptions limits = LimitsOf(http);
        return BudgetOf(http) is not { } budget ? Unlimited()
            : KeyOf(http) is { } keyId ? TokenBucket(new Client(budget, default, keyId), limits.PostsPerMinute!.Value)
            : TokenBucket(new Client(budget, ClientNetwork.Of(http)), budget.OfOneNetwork(limits)!.Value);
    }

    private static RateLimitPartition<Client> OfOneSite(HttpContext http) =>
        BudgetOf(http) is not { } budget || KeyOf(http) is not null || ClientNetwork.SiteOf(http) is not { } site ? Unlimited()
            : TokenBucket(
                new Client(budget, site),
                (int)Math.Min(int.MaxValue, (long)budget.OfOneNetwork(LimitsOf(http))!.Value * NetworksOfSite));

    private static RateLimitPartition<Client> OfAllClients(HttpContext http) =>
        BudgetOf(http) is not { OfAllNetworks: { } limit } budget || KeyOf(http) is not null ? Unlimited()
            : TokenBucket(new Client(budget), limit(LimitsOf(http))!.Value);

    private static string? KeyOf(HttpContext http) => http.User.FindFirstValue(ClaimTypes.NameIdentifier);

    private static RateLimitOptions LimitsOf(HttpContext http) =>
        http.RequestServices.GetRequiredService<IOptions<RateLimitOptions>>().Value;

    // Null for a request that only reads. A request that no endpoint takes is counted when it is not a read; the framework answers a
    // wrong method or media type with an endpoint that has no route.
    private static RateLimitBudget? BudgetOf(HttpContext http) =>
        http.GetEndpoint()?.Metadata.GetMetadata<RateLimitMetadata>() is { } route ? route.Budget
            : HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method)
                || HttpMethods.IsOptions(http.Request.Method) ? null
            : http.GetEndpoint() is RouteEndpoint ? RateLimitBudget.Other
            : RateLimitBudget.NoEndpoint;

    private static RateLimitPartition<Client> Unlimited() =>
        RateLimitPartition.GetNoLimiter(default(Client));

    private static RateLimitPartition<Client> TokenBucket(Client client, int perMinute)
    {
        if (perMinute == 0)
        {
            return Unlimited();
        }

        // So many tokens, so often, that a minute brings exactly what the setting says. A full bucket that nobody uses is dropped, so
        // the number of networks that are remembered is bounded by the requests of the last minute.
        int tokens = (int)Math.Ceiling(perMinute / 60.0);
        return RateLimitPartition.GetTokenBucketLimiter(
            client,
            _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = perMinute,
                TokensPerPeriod = tokens,
                ReplenishmentPeriod = TimeSpan.FromMinutes(1) * tokens / perMinute,
                AutoReplenishment = true,
            });
    }

    /// <summary>Whose tokens are taken. Without network and key: everybody's. Without a budget: nobody's.</summary>
    private readonly record struct Client(RateLimitBudget? Budget, IPNetwork Network = default, string? KeyId = null);

    private sealed record RateLimitMetadata(RateLimitBudget Budget);
}
