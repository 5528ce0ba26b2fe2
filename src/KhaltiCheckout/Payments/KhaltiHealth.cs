namespace KhaltiCheckout.Payments;

/// <summary>How asking Khalti has gone lately, as this process saw it: for health, for the alarm, and for the worker.</summary>
internal sealed class KhaltiHealth
{
    private readonly Lock _lock = new();
    private KhaltiCondition _condition = KhaltiCondition.Fine;
    private DateTimeOffset? _since;

    internal (KhaltiCondition Condition, DateTimeOffset? Since) Now
    {
        get
        {
            lock (_lock)
            {
                return (_condition, _since);
            }
        }
    }

    /// <summary>Takes note of how one asking went. Gives back whether that is a change.</summary>
    internal bool Note(Finding finding, DateTimeOffset now)
    {
        KhaltiCondition condition = finding switch
        {
            { Unauthorized: true } => KhaltiCondition.KeyRefused,
            { Kind: FindingKind.Unanswered } => KhaltiCondition.NotAnswering,
            _ => KhaltiCondition.Fine,
        };
        lock (_lock)
        {
            if (condition == _condition)
            {
                return false;
            }

            _condition = condition;
            _since = condition == KhaltiCondition.Fine ? null : now;
            return true;
        }
    }
}

internal enum KhaltiCondition
{
    Fine,
    NotAnswering,

    /// <summary>HTTP 401 or 403: our key is wrong. Every payment waits until it is mended.</summary>
    KeyRefused,
}
