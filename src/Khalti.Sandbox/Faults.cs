using System.Collections.Immutable;
using System.Net;
using Microsoft.AspNetCore.WebUtilities;

namespace Khalti.Sandbox;

/// <summary>Fault injection: applies the rules that tests have added to the calls.</summary>
internal sealed class Faults(IHostApplicationLifetime lifetime, SeedFile seed)
{
    private ImmutableList<FaultRule> _rules = FreshRules(seed);
    private TaskCompletionSource _cleared = NewSignal();

    /// <summary>Those that still apply.</summary>
    internal IReadOnlyList<FaultRule> Rules => Volatile.Read(ref _rules).RemoveAll(rule => rule.IsUsedUp);

    internal void Add(FaultRule rule) => ImmutableInterlocked.Update(ref _rules, rules => rules.RemoveAll(old => old.IsUsedUp).Add(rule));

    /// <summary>Removes all rules. Calls that are being delayed continue at once.</summary>
    internal void Clear()
    {
        Interlocked.Exchange(ref _rules, []);
        Interlocked.Exchange(ref _cleared, NewSignal()).SetResult();
    }

    /// <summary>Runs the call with the faults that apply to it. Null means that the connection must be cut without an answer.</summary>
    internal async Task<Answer?> ApplyAsync(string operation, Func<Task<Answer>> call)
    {
        FaultRule? fault = await DelayAndSelectAsync(operation);
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

    /// <summary>Waits for all delays that apply and returns the first other fault that applies.</summary>
    private async Task<FaultRule?> DelayAndSelectAsync(string operation)
    {
        // Read before the rules, so that a rule that is removed at this moment causes no wait.
        Task cleared = Volatile.Read(ref _cleared).Task;
        foreach (FaultRule rule in Rules.Where(rule => rule.TryMatch(operation)))
        {
            if (rule.DelayMs is { } wait and > 0)
            {
                // Real time, because it simulates the network and not Khalti's clock. A client that disconnects does not
                // cancel the call, as at Khalti.
                await cleared.WaitAsync(TimeSpan.FromMilliseconds(wait), TimeProvider.System, lifetime.ApplicationStopping)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                lifetime.ApplicationStopping.ThrowIfCancellationRequested();
                if (cleared.IsCompleted)
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

    /// <summary>Back to the rules of the seed file, none by default.</summary>
    internal void Reset()
    {
        Clear();
        Interlocked.Exchange(ref _rules, FreshRules(seed));
    }

    // Copies, because a rule counts its uses.
    private static ImmutableList<FaultRule> FreshRules(SeedFile seed) => [.. seed.Faults.Select(rule => rule.Fresh())];

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

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
                // 5xx come from the proxy in front of Khalti, which answers HTML.
                Answer down = Answer.Html(
                    status, $"<html><head><title>{status} {reason}</title></head><body><h1>{status} {reason}</h1></body></html>");
                if (rule.RetryAfterSeconds is { } seconds)
                {
                    down.Headers["Retry-After"] = $"{seconds}";
                }

                return down;
            default:
                return Errors.Detail(status, $"{reason}.");
        }
    }
}
