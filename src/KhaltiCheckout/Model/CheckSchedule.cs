namespace KhaltiCheckout.Model;

/// <summary>When to ask Khalti again about a payment whose outcome is not known. Pure.</summary>
internal static class CheckSchedule
{
    // Khalti may not know a payment for a moment that it knows well a minute later.
    private const int DenialsBelieved = 3;
    private const int HourlyChecks = 24;
    private const double MaxJitter = 1.1;

    private static readonly TimeSpan[] Delays =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5),
        TimeSpan.FromMinutes(15),
    ];

    private static readonly TimeSpan Hourly = TimeSpan.FromHours(1);
    private static readonly TimeSpan AfterEscalation = TimeSpan.FromDays(1);
    private static readonly TimeSpan EveryMinute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LateMoney = TimeSpan.FromMinutes(10);

    // Khalti may call a link paid that had ended: a bank answers late. After these looks nothing more is expected.
    private static readonly TimeSpan[] LateChecks =
    [
        LateMoney, TimeSpan.FromHours(1), TimeSpan.FromHours(6), TimeSpan.FromDays(1), TimeSpan.FromDays(3), TimeSpan.FromDays(7),
    ];

    private static readonly TimeSpan GracePeriod = TimeSpan.FromMinutes(5);

    /// <summary>The longest time limit of one call that the settings allow.</summary>
    internal const int MaxCallSeconds = 60;

    /// <summary>The longest lease that any process on this database may set: its time limit may be another than ours.</summary>
    internal static readonly TimeSpan MaxLease = LeaseFor(TimeSpan.FromSeconds(MaxCallSeconds));

    /// <summary>No check is put off for longer until staff are told, except the looks at a link that has ended. One that is later was
    /// put there by a clock that was ahead, and is made at once.</summary>
    internal static readonly TimeSpan MaxHourly = Hourly * MaxJitter;

    /// <summary>The same, once staff were told.</summary>
    internal static readonly TimeSpan MaxDaily = AfterEscalation * MaxJitter;

    /// <summary>A shopper who is sent to Khalti's page needs a moment there.</summary>
    internal static readonly TimeSpan TimeToPay = TimeSpan.FromMinutes(1);

    /// <summary>How long a link may be paid when Khalti does not say.</summary>
    internal static readonly TimeSpan UsualLinkLife = TimeSpan.FromMinutes(60);

    /// <summary>The check after which staff are told. Khalti is asked on even then, once a day: money may not be forgotten.</summary>
    internal static int LastCheck => Delays.Length + HourlyChecks;

    /// <summary>How long one process may ask about one payment before another may: a few calls, each up to its time limit.</summary>
    internal static TimeSpan LeaseFor(TimeSpan callTimeout) => (3 * callTimeout) + TimeSpan.FromSeconds(5);

    /// <param name="checks">How often it was asked so far.</param>
    /// <param name="retryAfter">How long Khalti wants to be left alone, if it said.</param>
    /// <param name="chance">0 to 1, spread evenly: jitter of a tenth either way, so that a thousand payments do not ask at once.</param>
    internal static DateTimeOffset Next(int checks, TimeSpan? retryAfter, DateTimeOffset now, double chance)
    {
        TimeSpan delay = checks < Delays.Length ? Delays[checks] : checks < LastCheck ? Hourly : AfterEscalation;
        TimeSpan jittered = delay * (0.9 + (0.2 * chance));
        TimeSpan asked = retryAfter is { } wait ? (wait < Hourly ? wait : Hourly) : TimeSpan.Zero;
        return now + (asked > jittered ? asked : jittered);
    }

    /// <summary>Whether it is too early to believe an answer that Khalti does not know the payment.</summary>
    internal static bool IsTooEarlyToFail(Payment payment, DateTimeOffset now) =>
        payment.Denials < DenialsBelieved || !IsKnownByNow(payment, now);

    /// <summary>Whether Khalti has had time to know the payment, if there is one.</summary>
    internal static bool IsKnownByNow(Payment payment, DateTimeOffset now) => now - payment.CreatedAt >= GracePeriod;

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
        payment.LinkExpiresAt is { } end
            && (end > payment.CreatedAt + UsualLinkLife ? end : payment.CreatedAt + UsualLinkLife) + LateMoney < now;

    /// <summary>When to look again at a link that has ended: several times within a week of its expiry. Null after the last look.</summary>
    internal static DateTimeOffset? NextLateCheck(DateTimeOffset? linkExpiresAt, DateTimeOffset now)
    {
        DateTimeOffset end = linkExpiresAt ?? now;
        return LateChecks.Select(delay => (DateTimeOffset?)(end + delay)).FirstOrDefault(look => look > now);
    }

    /// <summary>When to look again at a payment that ends now. Null when nobody could have paid by it, or Khalti's
    /// answer is final.</summary>
    internal static DateTimeOffset? FirstLateCheck(Payment payment, string? failure, DateTimeOffset now) => payment switch
    {
        { Pidx: not null } => NextLateCheck(payment.LinkExpiresAt, now) ?? now + LateMoney,
        { Token: not null } when failure != Failures.FailedAtKhalti => now + Hourly,
        _ => null,
    };
}
