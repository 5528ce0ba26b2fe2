namespace KhaltiCheckout.Model;

/// <summary>Whether a transaction that Khalti knows, and no payment here has, pays an order. Pure.</summary>
internal static class MatchPolicy
{
    /// <param name="order">The one that the transaction was paid for.</param>
    /// <param name="finding">What the transaction means for a payment of the order's amount.</param>
    /// <param name="answers">What Khalti has just answered about the order's payments.</param>
    /// <param name="isManual">Whether a person says that the transaction is this order's.</param>
    /// <param name="now">When it is decided.</param>
    internal static MatchDecision Decide(Order order, Finding finding, PaymentAnswers answers, bool isManual, DateTimeOffset now)
    {
        if (finding.Kind != FindingKind.Completed)
        {
            return new MatchDecision.Report(finding.RuleId);
        }

        // The transaction may be the one of the payment in review.
        if (order.Payments.Any(payment => payment.Status == PaymentStatus.NeedsReview && (!isManual || payment.MayOwnUnknownTransaction)))
        {
            return new MatchDecision.Report(RuleId.PaymentInReview);
        }

        Payment[] others = [.. order.Payments.Where(payment => payment.MayOwnUnknownTransaction)];
        if (others.Any(payment => payment.IsLeased(now) || (MustBeExcluded(payment, isManual) && !answers.Exclude(payment))))
        {
            return new MatchDecision.Wait(RuleId.OtherPaymentOpen);
        }

        return order.Status.After(OrderEvent.PaymentCompleted) is null && !isManual
            ? new MatchDecision.Report(RuleId.OrderPaidAlready)
            : new MatchDecision.Pay();
    }

    // A person has looked at payments that are over; what is open may still turn out to be the same money.
    private static bool MustBeExcluded(Payment payment, bool isManual) =>
        !isManual || payment.Status == PaymentStatus.Verifying || payment.MayHaveSettled;
}

/// <summary>What becomes of a transaction.</summary>
internal abstract record MatchDecision
{
    /// <summary>It pays the order.</summary>
    internal sealed record Pay : MatchDecision;

    /// <summary>It may be a payment's that is still being asked about.</summary>
    internal sealed record Wait(RuleId RuleId) : MatchDecision;

    /// <summary>A person decides.</summary>
    internal sealed record Report(RuleId RuleId) : MatchDecision;
}
