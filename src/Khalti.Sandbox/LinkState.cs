namespace Khalti.Sandbox;

/// <summary>
/// The states of an ePayment link, as lookup spells them (the widget product spells some differently), and the allowed
/// transitions. Text rather than an enum: a test may force a state that Khalti never documented.
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

    internal static bool CanTransitionTo(string from, string to, bool payAfterCancel) => (from, to) switch
    {
        (Initiated, Pending or Completed or UserCanceled or Expired or Failed) => true,
        (Pending, Completed or Failed) => true, // the bank's result; a pending link does not expire, as money may be moving
        (UserCanceled, Pending or Completed or Failed) => payAfterCancel,
        (Completed, PartiallyRefunded or Refunded) => true,
        (PartiallyRefunded, PartiallyRefunded or Refunded) => true,
        _ => false,
    };

    internal static bool HasMovedMoney(string state) => state is Completed or PartiallyRefunded or Refunded;
}
