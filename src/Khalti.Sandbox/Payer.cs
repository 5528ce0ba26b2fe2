using System.Text.RegularExpressions;

namespace Khalti.Sandbox;

/// <summary>A mobile number with its failed PIN attempts. Unknown numbers are counted too, so that both look the same.</summary>
internal sealed partial record Payer(string Mobile, int PinFailures, DateTimeOffset? LockedUntil)
{
    internal const string Pin = "1111";
    internal const string Otp = "987654";
    internal const string NoMobile = "NA"; // for a bank payment
    internal const int PinAttempts = 3;
    internal static readonly TimeSpan LockTime = TimeSpan.FromMinutes(15);

    /// <summary>The test numbers that Khalti publishes: 9800000000 to 9800000005.</summary>
    internal bool IsKnown => TestNumber.IsMatch(Mobile);

    internal int TriesRemaining => PinAttempts - PinFailures;

    internal bool IsLocked(DateTimeOffset now) => LockedUntil > now;

    /// <summary>The payer after an attempt with this PIN. After a lock has expired, three attempts are allowed again.</summary>
    internal Payer AfterPinAttempt(string pin, DateTimeOffset now)
    {
        if (IsKnown && pin == Pin)
        {
            return this with { PinFailures = 0, LockedUntil = null };
        }

        int failures = LockedUntil is null ? PinFailures + 1 : 1;
        return this with { PinFailures = failures, LockedUntil = failures >= PinAttempts ? now + LockTime : null };
    }

    internal static string Mask(string mobile) => mobile.Length == 10 ? $"{mobile[..2]}XXXXX{mobile[^3..]}" : mobile;

    [GeneratedRegex("^980000000[0-5]\\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TestNumber { get; }

    [GeneratedRegex(@"^9[678][0-9]{8}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    internal static partial Regex MobileNumber { get; }
}
