namespace KhaltiCheckout.Model;

/// <summary>What an answer of Khalti changes of a payment and its order: decided by <see cref="PaymentPolicy"/>,
/// carried out by the order.</summary>
/// <param name="Finding">The answer, as far as it counts.</param>
internal abstract record PaymentTransition(Finding Finding)
{
    /// <summary>The money has moved: the payment completes, and with it the order.</summary>
    internal sealed record Complete(Finding Finding) : PaymentTransition(Finding);

    /// <summary>No money has moved.</summary>
    internal sealed record Decline(Finding Finding, DateTimeOffset? FirstLateCheck) : PaymentTransition(Finding);

    /// <summary>Khalti contradicts what is known: staff decide.</summary>
    /// <param name="Finding">The contradiction.</param>
    /// <param name="NextCheck">When Khalti is asked on meanwhile; null when only staff can tell.</param>
    internal sealed record HoldForReview(Finding Finding, DateTimeOffset? NextCheck) : PaymentTransition(Finding);

    /// <summary>The payer turned back at Khalti's page, or the link's time is over.</summary>
    internal sealed record CloseLink(Finding Finding, PaymentEvent Happened, DateTimeOffset? FirstLateCheck) : PaymentTransition(Finding);

    /// <summary>Something is or may be under way at Khalti's page.</summary>
    internal sealed record MarkPending(Finding Finding, DateTimeOffset NextCheck) : PaymentTransition(Finding);

    /// <summary>Nothing is under way after all: the link can be paid.</summary>
    internal sealed record MarkWaiting(Finding Finding, DateTimeOffset NextCheck) : PaymentTransition(Finding);

    /// <summary>Nothing was settled.</summary>
    /// <param name="Finding">What was learned.</param>
    /// <param name="NextCheck">When Khalti is asked again; null after the last check of a payment that staff look at.</param>
    /// <param name="IsOutOfSchedule">Asked besides the worker's schedule, which goes on as it was.</param>
    /// <param name="RecordUnknown">The timeline tells once that the outcome is not known.</param>
    /// <param name="Escalate">Staff should look: it has stayed open for too long.</param>
    internal sealed record ScheduleRetry(
        Finding Finding, DateTimeOffset? NextCheck, bool IsOutOfSchedule = false, bool RecordUnknown = false, bool Escalate = false)
        : PaymentTransition(Finding);

    /// <summary>Khalti says that money of a completed payment went back, which was not asked for here.</summary>
    internal sealed record ReportRefund(Finding Finding) : PaymentTransition(Finding);

    /// <summary>The payment is over and stays as it is.</summary>
    internal sealed record RecordCheck(Finding Finding) : PaymentTransition(Finding);

    /// <summary>Nothing was learned and nothing is owed.</summary>
    internal sealed record EndLease(Finding Finding) : PaymentTransition(Finding);

    /// <summary>Another check ran meanwhile, and its answer is newer.</summary>
    internal sealed record Ignore(Finding Finding) : PaymentTransition(Finding);
}

/// <summary>How Khalti came to be asked about a payment.</summary>
/// <param name="Version">The payment's version, as Khalti was asked about it.</param>
/// <param name="By">Who asked.</param>
/// <param name="Returned">Whether the shopper just came back from Khalti's page: then they may have paid, whatever keeps Khalti from
/// saying so.</param>
internal readonly record struct PaymentInquiry(int Version, Actor By, bool Returned = false);
