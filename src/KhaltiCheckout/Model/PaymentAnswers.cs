namespace KhaltiCheckout.Model;

/// <summary>What Khalti has just answered about the payments of an order to which an unknown transaction might belong.</summary>
internal sealed class PaymentAnswers
{
    private readonly Dictionary<string, int> _excluded = new(StringComparer.Ordinal);

    /// <param name="payment">As the answer has left it.</param>
    /// <param name="finding">The answer.</param>
    internal void Add(Payment payment, Finding finding)
    {
        if (finding.SaysNoMoneyMoved)
        {
            _excluded[payment.Id] = payment.Version;
        }
    }

    /// <summary>Whether Khalti has said that this payment's money has not moved, and nobody has changed the payment since.</summary>
    internal bool Exclude(Payment payment) => _excluded.TryGetValue(payment.Id, out int version) && version == payment.Version;
}
