namespace Khalti.Sandbox;

/// <summary>Names of the operations in fault rules and in the list of requests.</summary>
internal static class Operation
{
    internal const string Initiate = "initiate";
    internal const string Confirm = "confirm";
    internal const string Banks = "banks";
    internal const string Verify = "verify";
    internal const string Status = "status";
    internal const string List = "list";
    internal const string Detail = "detail";
    internal const string Refund = "refund";
    internal const string EPaymentInitiate = "epayment_initiate";
    internal const string EPaymentLookup = "epayment_lookup";
    internal const string EPaymentLookupSdk = "epayment_lookup_sdk";
    internal const string EPaymentDetail = "epayment_detail";

    /// <summary>A call that no endpoint took: 301, 404 or 405. Fault rules do not apply to it.</summary>
    internal const string None = "none";

    internal const string Any = "*";

    internal static readonly IReadOnlyList<string> All =
    [
        Initiate, Confirm, Banks, Verify, Status, List, Detail, Refund, EPaymentInitiate, EPaymentLookup, EPaymentLookupSdk,
        EPaymentDetail, Any,
    ];
}
