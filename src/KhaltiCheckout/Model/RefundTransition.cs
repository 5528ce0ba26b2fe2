using Khalti.Client;

namespace KhaltiCheckout.Model;

/// <summary>What Khalti's records change of a refund whose answer was lost: decided by <see cref="RefundPolicy"/>,
/// carried out by the order.</summary>
internal abstract record RefundTransition
{
    private RefundTransition()
    {
    }

    /// <summary>The refund was made.</summary>
    internal sealed record Complete(RuleId RuleId, string Rule, string? KhaltiState) : RefundTransition;

    /// <summary>It was not made: the money can be refunded again.</summary>
    internal sealed record Fail(string Failure, RuleId RuleId, string Rule) : RefundTransition;

    /// <summary>Asked outside the worker's schedule, which goes on as it was.</summary>
    /// <param name="MarkUnknown">The process that sent it did not live to hear the answer.</param>
    internal sealed record RecordCheck(bool MarkUnknown) : RefundTransition;

    /// <summary>Nothing was settled: Khalti is asked again.</summary>
    /// <param name="RuleId">Which rule read Khalti's records.</param>
    /// <param name="Rule">What was read.</param>
    /// <param name="NextCheck">When Khalti is asked again.</param>
    /// <param name="MarkUnknown">The process that sent it did not live to hear the answer.</param>
    /// <param name="IsDenied">Khalti's records do not show it.</param>
    /// <param name="IsUnanswered">Khalti did not answer, nor say when to come again.</param>
    /// <param name="Escalate">Staff should look at Khalti's dashboard.</param>
    internal sealed record ScheduleRetry(
        RuleId RuleId, string Rule, DateTimeOffset NextCheck, bool MarkUnknown, bool IsDenied, bool IsUnanswered,
        bool Escalate) : RefundTransition;
}

/// <summary>What Khalti's records of a paid payment say that is not recorded here yet.</summary>
internal abstract record LedgerCorrection
{
    private LedgerCorrection()
    {
    }

    internal sealed record None : LedgerCorrection;

    /// <summary>Both agree, and Khalti words it otherwise.</summary>
    internal sealed record UpdateState(string KhaltiState) : LedgerCorrection;

    /// <summary>Khalti refunded that much without being asked from here.</summary>
    internal sealed record AddRefund(Paisa Amount) : LedgerCorrection;

    /// <summary>Khalti refunded a part without being asked from here, and does not say how much.</summary>
    internal sealed record AddPartRefund(string KhaltiState) : LedgerCorrection;

    /// <summary>The two cannot be brought together: staff should look.</summary>
    internal sealed record ReportDifference : LedgerCorrection;
}

/// <summary>What became of staff's word about a refund.</summary>
internal enum ManualSettlementResult
{
    Taken,

    /// <summary>The refund is settled already.</summary>
    TooLate,

    /// <summary>Khalti may still be carrying it out.</summary>
    TooEarly,

    /// <summary>Khalti's records say the opposite.</summary>
    Contradicted,
}

/// <summary>The words of a refund's <c>failure</c>, besides <see cref="Failures.RefusedByKhalti"/>.</summary>
internal static class RefundFailures
{
    /// <summary>Khalti's records, or staff who looked at them, say that it was not made.</summary>
    internal const string NotMade = "not_made";
}
