using KhaltiCheckout.Model;

namespace KhaltiCheckout.Gateway;

internal enum KhaltiCondition
{
    Fine,

    /// <summary>Several askings in a row brought no answer.</summary>
    NotAnswering,

    /// <summary>HTTP 401 or 403: our key is wrong. Every payment waits until it is mended.</summary>
    KeyRefused,
}

/// <summary>How asking Khalti has gone lately. Its two products have keys, hosts and outages of their own.</summary>
internal sealed partial class KhaltiHealth(ILogger<KhaltiHealth> logger)
{
    private readonly GatewayHealth _widget = new();
    private readonly GatewayHealth _epayment = new();

    /// <summary>The worse of the two.</summary>
    internal (KhaltiCondition Condition, DateTimeOffset? Since) Now =>
        _widget.Now.Condition >= _epayment.Now.Condition ? _widget.Now : _epayment.Now;

    internal GatewayHealth Of(PaymentMethod method) => method == PaymentMethod.Widget ? _widget : _epayment;

    /// <summary>Records how one asking went, and logs a change of condition.</summary>
    internal void Record(PaymentMethod method, Finding finding, DateTimeOffset now)
    {
        if (Of(method).Record(finding, now) is { } condition)
        {
            Log.ConditionChanged(logger, LevelOf(condition), method, condition, finding.Rule);
        }
    }

    private static LogLevel LevelOf(KhaltiCondition condition) => condition switch
    {
        KhaltiCondition.KeyRefused => LogLevel.Critical,
        KhaltiCondition.NotAnswering => LogLevel.Warning,
        _ => LogLevel.Information,
    };

    private static partial class Log
    {
        [LoggerMessage(Message = "Khalti ({Method}) is now {Condition}: {Rule}")]
        internal static partial void ConditionChanged(
            ILogger logger, LogLevel level, PaymentMethod method, KhaltiCondition condition, string rule);
    }
}

/// <summary>
/// How asking one product of Khalti has gone lately, as this process saw it: for health, for the alarm, and so that a
/// While Khalti is unavailable it is asked about one payment at a time instead of all of them.
/// </summary>
internal sealed class GatewayHealth
{
    // One lost answer is the network; several in a row are Khalti.
    private const int LostInARow = 3;

    private static readonly TimeSpan ShortestRest = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MaxRestLength = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private KhaltiCondition _condition = KhaltiCondition.Fine;
    private DateTimeOffset? _since;
    private int _lost;
    private TimeSpan _rest = ShortestRest;
    private DateTimeOffset _nextProbe;

    // A process that starts does not know how long Khalti was unavailable before.
    private bool _recovered = true;

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

    /// <summary>Whether Khalti may be asked about everything that is due.</summary>
    internal bool IsFine => Now.Condition == KhaltiCondition.Fine;

    /// <summary>Records how one asking went. Returns the new condition when that is a change.</summary>
    internal KhaltiCondition? Record(Finding finding, DateTimeOffset now)
    {
        lock (_lock)
        {
            KhaltiCondition before = _condition;
            if (finding.Kind != FindingKind.Unanswered)
            {
                _condition = KhaltiCondition.Fine;
                _since = null;
                _lost = 0;
                _rest = ShortestRest;
                _recovered |= before != KhaltiCondition.Fine;
            }
            else
            {
                _lost++;
                _condition = finding.Unauthorized ? KhaltiCondition.KeyRefused
                    : _lost >= LostInARow ? KhaltiCondition.NotAnswering
                    : _condition;
                _since ??= _condition == KhaltiCondition.Fine ? null : now;
            }

            return _condition == before ? null : _condition;
        }
    }

    /// <summary>Whether to ask an unavailable Khalti about one payment now; the rest between two tries doubles up to a
    /// minute, so recovery is noticed within that.</summary>
    internal bool TakeProbe(DateTimeOffset now)
    {
        lock (_lock)
        {
            // A clock that was set back does not put off the next probe.
            if (now < _nextProbe && _nextProbe - now <= MaxRestLength)
            {
                return false;
            }

            _nextProbe = now + _rest;
            _rest = _rest * 2 < MaxRestLength ? _rest * 2 : MaxRestLength;
            return true;
        }
    }

    /// <summary>Whether Khalti has become available since this was last asked.</summary>
    internal bool TakeRecovery()
    {
        lock (_lock)
        {
            bool recovered = _recovered;
            _recovered = false;
            return recovered;
        }
    }
}
