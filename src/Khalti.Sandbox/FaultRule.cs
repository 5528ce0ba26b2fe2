using System.Text.Json.Serialization;

namespace Khalti.Sandbox;

/// <summary>A fault rule: which operation fails, how, and how often.</summary>
internal sealed record FaultRule
{
    internal const string Delay = "delay";
    internal const string Error = "error";
    internal const string DropBefore = "drop_before";
    internal const string DropAfter = "drop_after";
    internal const string Garbage = "garbage";
    internal const string NotFound = "not_found";

    private const int MaxDelayMs = 600_000;

    private static readonly string[] Kinds = [Delay, Error, DropBefore, DropAfter, Garbage, NotFound];

    private int _used;

    public string? Operation { get; init; }
    public string? Kind { get; init; }

    /// <summary>The HTTP status that kind <c>error</c> answers.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Status { get; init; }

    /// <summary>Delay before the fault, in milliseconds; allowed with every kind.</summary>
    public int? DelayMs { get; init; }

    /// <summary>From 0 to 1; 1 when it is null.</summary>
    public double? Probability { get; init; }

    /// <summary>How many calls it applies to; null is unlimited.</summary>
    public int? Times { get; init; }

    /// <summary>The <c>Retry-After</c> header of status 429 (1 by default) and 5xx (none by default), in seconds.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? RetryAfterSeconds { get; init; }

    internal bool IsUsedUp => Volatile.Read(ref _used) >= Times;

    /// <summary>The same rule, not used yet.</summary>
    internal FaultRule Fresh() => this with { _used = 0 };

    /// <summary>The validation error of the rule, or null.</summary>
    internal string? Problem()
    {
        if (Operation is null || !Sandbox.Operation.All.Contains(Operation))
        {
            return $"operation must be one of {string.Join(", ", Sandbox.Operation.All)}.";
        }

        if (Kind is null || !Kinds.Contains(Kind))
        {
            return $"kind must be one of {string.Join(", ", Kinds)}.";
        }

        return (Kind, Status) switch
        {
            _ when DelayMs is < 0 or > MaxDelayMs => $"delayMs must be between 0 and {MaxDelayMs}.",
            (Delay, _) when DelayMs is null or 0 => "kind delay needs delayMs.",
            (Error, not null and (< 300 or > 599)) => "status must be between 300 and 599.",
            (not Error, not null) => "status goes with kind error only.",
            (NotFound, _) when Operation is not (Sandbox.Operation.Status or Sandbox.Operation.Any) =>
                "kind not_found goes with operation status only.",
            _ when Probability is < 0 or > 1 or double.NaN => "probability must be between 0 and 1.",
            _ when Times < 1 => "times must be 1 or more; leave it out for ever.",
            _ when RetryAfterSeconds < 0 => "retryAfterSeconds must be 0 or more.",
            _ => null,
        };
    }

    /// <summary>Whether the rule applies to this call. Counts the use: of parallel calls, <c>times: 1</c> applies to one.</summary>
    internal bool TryMatch(string operation)
    {
        // The widget fetches bank lists at unpredictable times: they must not use up a fault that is meant for a payment.
        bool any = Operation == Sandbox.Operation.Any && operation != Sandbox.Operation.Banks;
        bool meant = any || Operation == operation;
        bool possible = Kind != NotFound || operation == Sandbox.Operation.Status;
        return meant && possible && (Probability is null or >= 1 || Random.Shared.NextDouble() < Probability)
            && (Times is not { } times || Interlocked.Increment(ref _used) <= times);
    }
}
