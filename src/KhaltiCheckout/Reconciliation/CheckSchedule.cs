using KhaltiCheckout.Payments;

namespace KhaltiCheckout.Reconciliation;

/// <summary>When to ask Khalti again about a payment whose outcome is not known. Pure.</summary>
internal static class CheckSchedule
{
    // Khalti may not know a payment for a moment that it knows well a minute later.
    private const int DenialsBelieved = 3;
    private const int HourlyChecks = 24;

    private static readonly TimeSpan[] Delays =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5),
        TimeSpan.FromMinutes(15),
    ];

    private static readonly TimeSpan Hourly = TimeSpan.FromHours(1);
    private static readonly TimeSpan OnceStuck = TimeSpan.FromDays(1);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>The check after which a person is called. Khalti is asked on even then, once a day: money may not be forgotten.</summary>
    internal static int LastCheck => Delays.Length + HourlyChecks;

    /// <param name="checks">How often it was asked so far.</param>
    /// <param name="retryAfter">How long Khalti wants to be left alone, if it said.</param>
    /// <param name="chance">0 to 1, spread evenly: jitter of a tenth either way, so that a thousand payments do not ask at once.</param>
    internal static DateTimeOffset Next(int checks, TimeSpan? retryAfter, DateTimeOffset now, double chance)
    {
        TimeSpan delay = checks < Delays.Length ? Delays[checks] : checks < LastCheck ? Hourly : OnceStuck;
        TimeSpan jittered = delay * (0.9 + (0.2 * chance));
        return now + (retryAfter is { } wait && wait > jittered && wait <= Hourly ? wait : jittered);
    }

    /// <summary>Whether it is too early to believe an answer that Khalti does not know the payment.</summary>
    internal static bool IsPatient(Payment payment, DateTimeOffset now) =>
        payment.Denials < DenialsBelieved || now - payment.CreatedAt < Patience;

    /// <summary>A payment that was given up, though its money may only be late, gets one more look.</summary>
    internal static DateTimeOffset? LastLook(string? failure, DateTimeOffset now) =>
        failure == Failures.FailedAtKhalti ? null : now + Hourly;
}
