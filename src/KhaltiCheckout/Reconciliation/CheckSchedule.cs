using KhaltiCheckout.Payments;

namespace KhaltiCheckout.Reconciliation;

/// <summary>When to ask Khalti again about a payment whose outcome is not known. Pure.</summary>
internal static class CheckSchedule
{
    // Khalti may not know a payment for a moment that it knows well a minute later.
    private const int FewestDenials = 3;

    private static readonly TimeSpan[] Delays =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5),
        TimeSpan.FromMinutes(15), TimeSpan.FromHours(1),
    ];

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <param name="chance">0 to 1, spread evenly: jitter, so that a thousand payments do not ask at once.</param>
    internal static DateTimeOffset Next(Payment payment, Finding finding, DateTimeOffset now, double chance)
    {
        TimeSpan delay = Delays[Math.Min(payment.Checks, Delays.Length - 1)];
        TimeSpan jittered = delay * (0.9 + (0.2 * chance));
        return now + (finding.RetryAfter is { } wait && wait > jittered && wait <= Delays[^1] ? wait : jittered);
    }

    /// <summary>Whether it is too early to believe an answer that Khalti does not know the payment.</summary>
    internal static bool IsPatient(Payment payment, DateTimeOffset now) =>
        payment.Checks < FewestDenials || now - payment.CreatedAt < Patience;
}
