namespace KhaltiCheckout.Model;

/// <summary>What Khalti has just answered about the payments of an order to which an unknown transaction might belong.</summary>
internal sealed class PaymentAnswers
{
    private readonly Dictionary<string, int> _excluded = new(StringComparer.Ordinal);

    /// <param name="payment">As the answer has left it.</param>
    /// <param name="finding">The answer.</param>
    internal void Add(Payment payment, Finding finding)
    {
        if (finding.SaysNoMoneyMoved || IsOver(payment, finding))
        {
            _excluded[payment.Id] = payment.Version;
        }
    }

    // A failed token, such as one that verify refused, is never verified again. Verify also refuses one that it has completed before, but
    // then the status says so, and the transaction becomes that payment's. "Not found" and "not confirmed" count once Khalti has had time
    // to know the payment.
    private static bool IsOver(Payment payment, Finding finding) =>
        payment is { Token: not null, Status: PaymentStatus.Failed } && finding is { IsNotFound: true, AskedAt: { } asked }
        && CheckSchedule.IsKnownByNow(payment, asked);

    /// <summary>Whether Khalti has said that this payment's money has not moved, and nobody has changed the payment since.</summary>
    internal bool Exclude(Payment payment) => _excluded.TryGetValue(payment.Id, out int version) && version == payment.Version;
}
