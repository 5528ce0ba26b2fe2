namespace Khalti.Sandbox;

/// <summary>
/// The states of an ePayment link in lookup's own words, which are not those of the widget's transactions, and the table
/// of what may follow what. Text rather than an enum: a test may force a state that Khalti never documented.
/// </summary>
internal static class LinkState
{
    internal const string Initiated = "Initiated";
    internal const string Pending = "Pending";
    internal const string Completed = "Completed";
    internal const string Expired = "Expired";
    internal const string UserCanceled = "User canceled"; // capital U, one l
    internal const string Refunded = "Refunded";
    internal const string PartiallyRefunded = "Partially Refunded";
    internal const string Failed = "Failed";

    internal static readonly IReadOnlyList<string> All =
        [Initiated, Pending, Completed, Expired, UserCanceled, Refunded, PartiallyRefunded, Failed];

    internal static bool MayBecome(string from, string to, bool payAfterCancel) => (from, to) switch
    {
        (Initiated, Pending or Completed or UserCanceled or Expired or Failed) => true,
        (Pending, Completed or Failed) => true, // the bank has made up its mind; no expiry while money may be on its way
        (UserCanceled, Pending or Completed or Failed) => payAfterCancel,
        (Completed, PartiallyRefunded or Refunded) => true,
        (PartiallyRefunded, PartiallyRefunded or Refunded) => true,
        _ => false,
    };

    internal static bool MoneyMoved(string state) => state is Completed or PartiallyRefunded or Refunded;
}
