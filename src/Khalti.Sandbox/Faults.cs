using System.Collections.Immutable;
using System.Net;
using Microsoft.AspNetCore.WebUtilities;

namespace Khalti.Sandbox;

/// <summary>Makes calls go wrong as networks and gateways do, on request.</summary>
internal sealed class Faults(IHostApplicationLifetime lifetime)
{
    private ImmutableList<FaultRule> _rules = [];
    private TaskCompletionSource _mended = Unmended();

    internal IReadOnlyList<FaultRule> Rules => Volatile.Read(ref _rules);

    internal void Add(FaultRule rule) => ImmutableInterlocked.Update(ref _rules, rules => rules.Add(rule));

    /// <summary>Removes the rules. Calls that they hold up go on at once.</summary>
    internal void Clear()
    {
        Interlocked.Exchange(ref _rules, []);
        Interlocked.Exchange(ref _mended, Unmended()).SetResult();
    }

    /// <summary>Does the call, or not, with every fault that strikes it. Null: no answer at all, the connection is cut.</summary>
    internal async Task<Answer?> AroundAsync(string operation, Func<Task<Answer>> call)
    {
        FaultRule? fault = await WaitAndChooseAsync(operation);
        switch (fault?.Kind)
        {
            case FaultRule.Error:
                return Failure(fault);
            case FaultRule.NotFound:
                return StatusApi.NotFound(StatusCodes.Status200OK);
            case FaultRule.DropBefore:
                return null;
            case FaultRule.DropAfter:
                await call();
                return null;
            case FaultRule.Garbage:
                await call();
                return Answer.Garbage();
            default:
                return await call();
        }
    }

    /// <summary>Delays add up; of the others the first that strikes is the one.</summary>
    private async Task<FaultRule?> WaitAndChooseAsync(string operation)
    {
        // Before looking at the rules: who still finds one that is just being removed must not wait for it.
        Task mended = Volatile.Read(ref _mended).Task;
        foreach (FaultRule rule in Rules.Where(rule => rule.Strikes(operation)))
        {
            if (rule.DelayMs is { } wait and > 0)
            {
                // Real time, as this is trouble of the network and not of Khalti's clock. And a caller who hangs up does
                // not stop it: Khalti would do the thing all the same, which is the case worth testing.
                await mended.WaitAsync(TimeSpan.FromMilliseconds(wait), TimeProvider.System, lifetime.ApplicationStopping)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                lifetime.ApplicationStopping.ThrowIfCancellationRequested();
                if (mended.IsCompleted)
                {
                    return null;
                }
            }

            if (rule.Kind != FaultRule.Delay)
            {
                return rule;
            }
        }

        return null;
    }

    private static TaskCompletionSource Unmended() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static Answer Failure(FaultRule rule)
    {
        int status = rule.Status ?? (int)HttpStatusCode.InternalServerError;
        string reason = ReasonPhrases.GetReasonPhrase(status);
        switch (status)
        {
            case 401:
                return Errors.WrongKey();
            case 404:
                return Errors.Detail(status, "Not found.");
            case 429:
                Answer throttled = Errors.Detail(status, "Request was throttled.");
                throttled.Headers["Retry-After"] = $"{rule.RetryAfterSeconds ?? 1}";
                return throttled;
            case >= 500:
                // What stands before Khalti answers then, and it does not speak JSON.
                return Answer.Html(status, $"<html><head><title>{status} {reason}</title></head><body><h1>{status} {reason}</h1></body></html>");
            default:
                return Errors.Detail(status, $"{reason}.");
        }
    }
}
