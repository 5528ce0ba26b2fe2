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
    private static readonly TimeSpan EveryMinute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LateMoney = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>A shopper who is sent to Khalti's page needs a moment there.</summary>
    internal static readonly TimeSpan TimeToPay = TimeSpan.FromMinutes(1);

    /// <summary>How long a link may be paid when Khalti does not say.</summary>
    internal static readonly TimeSpan UsualLinkLife = TimeSpan.FromMinutes(60);

    /// <summary>The check after which a person is called. Khalti is asked on even then, once a day: money may not be forgotten.</summary>
    internal static int LastCheck => Delays.Length + HourlyChecks;

    /// <param name="checks">How often it was asked so far.</param>
    /// <param name="retryAfter">How long Khalti wants to be left alone, if it said.</param>
    /// <param name="chance">0 to 1, spread evenly: jitter of a tenth either way, so that a thousand payments do not ask at once.</param>
    internal static DateTimeOffset Next(int checks, TimeSpan? retryAfter, DateTimeOffset now, double chance)
    {
        TimeSpan delay = checks < Delays.Length ? Delays[checks] : checks < LastCheck ? Hourly : OnceStuck;
        TimeSpan jittered = delay * (0.9 + (0.2 * chance));
        TimeSpan asked = retryAfter is { } wait ? (wait < Hourly ? wait : Hourly) : TimeSpan.Zero;
        return now + (asked > jittered ? asked : jittered);
    }

    /// <summary>Whether it is too early to believe an answer that Khalti does not know the payment.</summary>
    internal static bool IsPatient(Payment payment, DateTimeOffset now) =>
        payment.Denials < DenialsBelieved || now - payment.CreatedAt < Patience;

    /// <summary>When to look at a payment link that the shopper has not paid yet: soon, then every minute while it can be
    /// paid, and once more when that time is over.</summary>
    internal static DateTimeOffset NextOfLink(Payment payment, DateTimeOffset now, double chance)
    {
        TimeSpan age = now - payment.CreatedAt;
        TimeSpan delay = age < Delays[0] ? Delays[0] : age < Delays[1] ? Delays[1] : EveryMinute;
        return now + (delay * (0.9 + (0.2 * chance)));
    }

    /// <summary>Whether a payment link should have been settled by now: past its expiry and the time that a last payment takes.</summary>
    /// <remarks>Khalti's clock and ours may differ: a link has its usual life in any case.</remarks>
    internal static bool IsOverdue(Payment payment, DateTimeOffset now) =>
        payment.LinkExpiresAt is { } end && (end > payment.CreatedAt + UsualLinkLife ? end : payment.CreatedAt + UsualLinkLife) + LateMoney < now;

    /// <summary>A payment link that was cancelled or has expired is looked at once more, when no money can be on its way any more.</summary>
    internal static DateTimeOffset LastLook(DateTimeOffset? linkExpiresAt, DateTimeOffset now) =>
        (linkExpiresAt is { } end && end > now ? end : now) + LateMoney;

    /// <summary>A payment that was given up, though its money may only be late, gets one more look.</summary>
    internal static DateTimeOffset? LastLook(string? failure, DateTimeOffset now) =>
        failure is Failures.FailedAtKhalti or Failures.NoLink ? null : now + Hourly;
}
