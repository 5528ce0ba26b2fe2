using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;

namespace Khalti.Client;

/// <summary>
/// Retries and circuit breaker for reads. Calls that move money never use it.
/// </summary>
internal static class ReadResilience
{
    // A longer Retry-After is left to the caller's own retry schedule.
    private static readonly TimeSpan MaxRetryAfter = TimeSpan.FromSeconds(5);

    internal static ResiliencePipeline<Exchange> Build(KhaltiClientOptions options)
    {
        ResiliencePipelineBuilder<Exchange> builder = new() { TimeProvider = new ForwardClock(options.TimeProvider) };
        if (options.ReadRetries > 0)
        {
            builder.AddRetry(new RetryStrategyOptions<Exchange>
            {
                ShouldHandle = new PredicateBuilder<Exchange>().HandleResult(
                    static exchange => exchange.IsTransient && !(exchange.RetryAfter > MaxRetryAfter)),
                MaxRetryAttempts = options.ReadRetries,
                Delay = options.ReadRetryDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                DelayGenerator = static arguments => ValueTask.FromResult(arguments.Outcome.Result.RetryAfter),
            });
        }

        return builder
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<Exchange>
            {
                ShouldHandle = new PredicateBuilder<Exchange>().HandleResult(static exchange => exchange.IsTransient),
                FailureRatio = 0.9,
                MinimumThroughput = 20,
                SamplingDuration = TimeSpan.FromSeconds(10),
                BreakDuration = options.ReadBreak,
            })
            .Build();
    }
}
