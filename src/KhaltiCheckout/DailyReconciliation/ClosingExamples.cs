using KhaltiCheckout.Http;
using KhaltiCheckout.Shared;

namespace KhaltiCheckout.DailyReconciliation;

/// <summary>What the API's document shows of the routes of <see cref="ClosingFeature"/>.</summary>
internal static class ClosingExamples
{
    internal static readonly RouteExample ListCloses = new()
    {
        Answers = { [
            200] = ("Some of the days, and where the next ones begin.", $$"""{"data":[{{Close(signedOff: true)}}],"nextCursor":null}""") },
    };

    internal static readonly RouteExample ShowClose =
        new() { Answers = { [200] = ("What the comparison found.", Close(signedOff: true)) } };

    internal static readonly RouteExample RunClose = new()
    {
        Request = """{"day":"2026-11-20"}""",
        Answers = { [200] = ("What the comparison found.", Close(signedOff: false)) },
        Codes = { [409] = ["signed_off", "check_in_progress"], [503] = ["khalti_unavailable", "busy"] },
    };

    internal static readonly RouteExample SignOffClose = new()
    {
        Request = """{"note":"The refund was agreed with the shopper by phone.","leftOut":[]}""",
        Answers = { [200] = ("The day, signed off.", Close(signedOff: true)) },
        Codes =
        {
            [409] = ["not_signable", "signed_off", "check_in_progress", "idempotency_in_progress"],
            [422] = ["idempotency_key_reused"],
        },
    };

    private static string Close(bool signedOff) => $$"""
        {"day":"2026-11-20","runAt":"2026-11-21T01:00:00.000Z","runBy":"Till 2","isSignedOff":{{(signedOff ? "true" : "false")}},
         "signedOffAt":{{(signedOff ? "\"2026-11-21T01:05:00.000Z\"" : "null")}},"signedOffBy":{{(signedOff ? "\"Till 2\"" : "null")}},
         "note":{{(signedOff ? "\"The refund was agreed with the shopper by phone.\"" : "null")}},"isWhole":true,
         "report":{"here":{"payments":1,"amount":150000,"fees":4500},"atKhalti":{"payments":1,"amount":150000,"fees":4500},
           "lookedBackTo":"2026-10-21","openPayments":0,"openRefunds":0,"leftOut":[],"leftOutRecords":[],"notLookedBackAt":[],
           "differences":[{"kind":"refund","orderId":"{{ExampleIds.Order}}","paymentId":"{{ExampleIds.Payment}}",
             "transactionId":"8xmeJnNXfoVjCvGcZiiGe7",
             "here":"completed, Rs 0.00 refunded","atKhalti":"Khalti said Refunded, 150000 paisa, refunded","amountHere":0,
               "amountAtKhalti":150000,
             "action":"check_payment"}] } }
        """;
}
