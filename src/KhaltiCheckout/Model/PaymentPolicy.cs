namespace KhaltiCheckout.Model;

/// <summary>What an answer of Khalti means for a payment in its present status. Pure: the table is the documentation.</summary>
internal static class PaymentPolicy
{
    /// <param name="payment">As it is now: another process may have changed it since Khalti was asked.</param>
    /// <param name="finding">What Khalti's answer says.</param>
    /// <param name="inquiry">Who asked, and about which version of the payment.</param>
    /// <param name="now">When it is decided.</param>
    /// <param name="chance">0 to 1, spread evenly: the jitter of the next check.</param>
    internal static PaymentTransition Decide(
        Payment payment, Finding finding, PaymentInquiry inquiry, DateTimeOffset now, double chance)
    {
        if (payment.Version == inquiry.Version)
        {
            return Decide(payment, finding, inquiry.By, inquiry.Returned, now, chance);
        }

        // Another check ran meanwhile, and its answer may be newer. A refusal of verify proves only that nothing happened
        // to the one who asked alone.
        if (finding.Failure == Failures.RefusedByKhalti)
        {
            finding = finding with
            {
                Kind = FindingKind.Undecided,
                RuleId = RuleId.AskedTwice,
                Rule = finding.Rule + "; but it was asked about twice",
            };
        }
        else if (payment.Method == PaymentMethod.Epayment && !IsFinalWheneverReceived(finding.Kind))
        {
            return new PaymentTransition.Ignore(finding);
        }

        return Decide(payment, finding, inquiry.By, inquiry.Returned, now, chance);
    }

    /// <summary>A transaction is one payment's: an answer that names another payment's is a contradiction.</summary>
    internal static Finding WithTransactionOfAnother(Finding finding) => finding with
    {
        Kind = FindingKind.Contradicted,
        Attention = AttentionReason.UnknownState,
        TransactionId = null,
        RuleId = RuleId.TransactionOfAnother,
        Rule = $"{finding.Rule}; transaction {finding.TransactionId} belongs to another payment",
    };

    // A pair that the lifecycle lacks is an answer that came after another one: it changes nothing any more.
    private static PaymentTransition Decide(
        Payment payment, Finding finding, Actor by, bool returned, DateTimeOffset now, double chance) => finding.Kind switch
        {
            FindingKind.Completed when payment.Can(PaymentEvent.Completed) => new PaymentTransition.Complete(finding),
            FindingKind.Declined when payment.Can(PaymentEvent.Declined) =>
                new PaymentTransition.Decline(finding, CheckSchedule.FirstLateCheck(payment, finding.Failure, now)),

            // Staff have closed it knowing just that.
            FindingKind.Contradicted when payment is { Status: PaymentStatus.Failed, Failure: Failures.ClosedByMerchant }
                && finding.KhaltiState == payment.KhaltiState => new PaymentTransition.RecordCheck(finding),
            FindingKind.Contradicted when payment.Can(PaymentEvent.Contradicted) =>
                new PaymentTransition.HoldForReview(finding, finding.AskOn ? Next(payment, finding, now, chance) : null),
            FindingKind.Cancelled when payment.Can(PaymentEvent.Cancelled) => CloseLink(payment, finding, PaymentEvent.Cancelled, now),
            FindingKind.Expired when payment.Can(PaymentEvent.Expired) => CloseLink(payment, finding, PaymentEvent.Expired, now),
            FindingKind.Pending when payment.Can(PaymentEvent.Pending) => MarkPending(finding, now, chance),
            FindingKind.Waiting when payment.Can(PaymentEvent.Waiting) =>
                new PaymentTransition.MarkWaiting(finding, CheckSchedule.NextOfLink(payment, now, chance)),

            // Also a link that had ended: Khalti takes that back, and it is looked at like any link that can be paid.
            FindingKind.Waiting when payment.Status == PaymentStatus.Initiated || payment.MayHaveSettled =>
                new PaymentTransition.ScheduleRetry(finding, CheckSchedule.NextOfLink(payment, now, chance)),
            FindingKind.Unanswered or FindingKind.Undecided when returned && payment.Can(PaymentEvent.Pending) =>
                MarkPending(finding, now, chance),
            FindingKind.Undecided or FindingKind.Unanswered or FindingKind.Pending
                when payment.Status is PaymentStatus.Verifying or PaymentStatus.Initiated => Retry(payment, finding, by, now, chance),
            not FindingKind.Completed when payment is { Status: PaymentStatus.NeedsReview, NextCheckAt: not null } =>
                new PaymentTransition.ScheduleRetry(
                    finding, payment.Checks < CheckSchedule.LastCheck ? Next(payment, finding, now, chance) : null),

            // A last look that brought no answer was none, and a payment that Khalti calls completed is not over.
            FindingKind.Undecided or FindingKind.Unanswered
                when !finding.IsNotFound && (payment.NextCheckAt is not null || IsCompletedAfterAll(payment, finding)) =>
                Retry(payment, finding, by, now, chance),
            FindingKind.Contradicted
                when payment.Status == PaymentStatus.Completed && finding.Attention == AttentionReason.RefundedAtKhalti =>
                new PaymentTransition.ReportRefund(finding),
            FindingKind.Unanswered => new PaymentTransition.EndLease(finding),
            _ => new PaymentTransition.RecordCheck(finding),
        };

    // Money that has moved counts whenever the answer arrives. Otherwise the newer answer decides a link's state.
    private static bool IsFinalWheneverReceived(FindingKind kind) =>
        kind is FindingKind.Completed or FindingKind.Contradicted or FindingKind.Pending;

    private static bool Can(this Payment payment, PaymentEvent happened) => payment.Status.After(happened) is not null;

    private static PaymentTransition.CloseLink CloseLink(Payment payment, Finding finding, PaymentEvent happened, DateTimeOffset now) =>
        new(finding, happened, CheckSchedule.FirstLateCheck(payment, failure: null, now));

    private static PaymentTransition.MarkPending MarkPending(Finding finding, DateTimeOffset now, double chance) =>
        new(finding, CheckSchedule.Next(0, finding.RetryAfter, now, chance));

    private static PaymentTransition.ScheduleRetry Retry(Payment payment, Finding finding, Actor by, DateTimeOffset now, double chance)
    {
        bool isOutOfSchedule = by != Actor.Worker && payment.Checks > 0;
        bool isLastCheck = !isOutOfSchedule && payment.Checks + 1 == CheckSchedule.LastCheck;
        return new(
            finding, Next(payment, finding, now, chance), isOutOfSchedule,
            RecordUnknown: payment is { Checks: 0, Status: PaymentStatus.Verifying },
            Escalate: isLastCheck || IsFirstAskedWhenOverdue(payment, now));
    }

    private static bool IsFirstAskedWhenOverdue(Payment payment, DateTimeOffset now) =>
        payment.Status is PaymentStatus.Verifying or PaymentStatus.Initiated
        && CheckSchedule.IsOverdue(payment, now) && !CheckSchedule.IsOverdue(payment, payment.LastAskedAt ?? payment.CreatedAt);

    private static bool IsCompletedAfterAll(Payment payment, Finding finding) =>
        payment.Status == PaymentStatus.Failed && GatewayMoneyWords.Read(finding.KhaltiState) == GatewayMoney.Paid;

    private static DateTimeOffset Next(Payment payment, Finding finding, DateTimeOffset now, double chance) =>
        CheckSchedule.Next(payment.Checks, finding.RetryAfter, now, chance);
}
