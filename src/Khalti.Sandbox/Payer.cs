using System.Text.RegularExpressions;

namespace Khalti.Sandbox;

/// <summary>A Khalti ID and how often its PIN was just given wrongly. Unknown numbers are counted as well, as they must look alike.</summary>
internal sealed partial record Payer(string Mobile, int PinFailures, DateTimeOffset? LockedUntil)
{
    internal const string Pin = "1111";
    internal const string Otp = "987654";
    internal const string NoMobile = "NA"; // of a payer at a bank
    internal const int PinAttempts = 3;
    internal static readonly TimeSpan LockTime = TimeSpan.FromMinutes(15);

    /// <summary>The test numbers that Khalti publishes: 9800000000 to 9800000005.</summary>
    internal bool IsKnown => TestNumber.IsMatch(Mobile);

    internal int TriesRemaining => PinAttempts - PinFailures;

    internal bool IsLocked(DateTimeOffset now) => LockedUntil > now;

    /// <summary>The payer after this PIN was tried. A lock that has run out gives three fresh tries.</summary>
    internal Payer Try(string pin, DateTimeOffset now)
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
