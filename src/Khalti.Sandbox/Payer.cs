using System.Text.RegularExpressions;

namespace Khalti.Sandbox;

/// <summary>A mobile number with its failed PIN attempts. Unknown numbers are counted too, so that both look the same.</summary>
internal sealed partial record Payer(string Mobile, int PinFailures, DateTimeOffset? LockedUntil)
{
    internal const int PinLength = 4;
    internal const int OtpLength = 6;
    internal const string NoMobile = "NA"; // for a bank payment
    internal const int PinAttempts = 3;
    internal static readonly TimeSpan LockTime = TimeSpan.FromMinutes(15);

    internal int TriesRemaining => PinAttempts - PinFailures;

    internal bool IsLocked(DateTimeOffset now) => LockedUntil > now;

    /// <summary>The payer after an attempt. After a lock has expired, three attempts are allowed again.</summary>
    internal Payer AfterPinAttempt(bool isCorrect, DateTimeOffset now)
    {
        if (isCorrect)
        {
            return this with { PinFailures = 0, LockedUntil = null };
        }

        int failures = LockedUntil is null ? PinFailures + 1 : 1;
        return this with { PinFailures = failures, LockedUntil = failures >= PinAttempts ? now + LockTime : null };
    }

    internal static string Mask(string mobile) => mobile.Length == 10 ? $"{mobile[..2]}XXXXX{mobile[^3..]}" : mobile;

    [GeneratedRegex(@"^9[678][0-9]{8}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    internal static partial Regex MobileNumber { get; }

    /// <summary>What a refund takes as its receiver: the number in Khalti's refund examples is 1234567890.</summary>
    [GeneratedRegex(@"^[0-9]{10}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    internal static partial Regex TenDigits { get; }
}
