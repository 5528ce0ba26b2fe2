using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;

namespace Khalti.Client;

/// <summary>
/// Patience for reads: a few tries, and a rest for a Khalti that is down. Money calls never pass through here.
/// </summary>
internal static class ReadResilience
{
    // Khalti asks for patience in Retry-After; one call can wait only so long. The rest is the caller's schedule.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    internal static ResiliencePipeline<Exchange> Build(KhaltiClientOptions options)
    {
        ResiliencePipelineBuilder<Exchange> builder = new() { TimeProvider = new ForwardClock(options.TimeProvider) };
        if (options.ReadRetries > 0)
        {
            builder.AddRetry(new RetryStrategyOptions<Exchange>
            {
                ShouldHandle = new PredicateBuilder<Exchange>().HandleResult(
                    static exchange => exchange.IsTransient && !(exchange.RetryAfter > LongestWait)),
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
