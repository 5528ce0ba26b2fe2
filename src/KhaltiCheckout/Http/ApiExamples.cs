using System.Text.Json.Nodes;
using Khalti.Client;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace KhaltiCheckout.Http;

/// <summary>Examples for every operation: requests and answers a reader can copy.</summary>
internal sealed class ApiExamples : IOpenApiOperationTransformer
{
    internal const string OrderId = "ord_01k9x4c7qmf3t8v5z2w6y1n0ah";
    internal const string PaymentId = "pay_01k9x4e0s2b7d9f4g6h8j1k3mn";
    internal const string RefundId = "ref_01k9x7m3vd0q2r6t8w4y5z1b9c";

    internal const string KeyId = "key_01k9x4c7qmf3t8v5z2w6y1n0ah";
    internal const string SessionId = "ses_3f9a1c07d25e84b6a0c1d2e3";

    private const string PaidOrder = """
        {"id":"ord_01k9x4c7qmf3t8v5z2w6y1n0ah","status":"paid","amount":150000,"amountRefunded":0,"currency":"NPR",
         "lines":[{"productId":"dhaka-topi","name":"Dhaka topi","unitPrice":50000,"quantity":3,"amount":150000,"kind":"item"}],
         "customer":{"name":"Sita Rai"},"reference":null,"metadata":{},
         "createdAt":"2026-11-21T04:15:00.000Z","expiresAt":"2026-11-21T05:15:00.000Z","paidAt":"2026-11-21T04:16:10.000Z",
         "receipt":{"number":"2083/84-000042","issuedAt":"2026-11-21T04:16:10.000Z","sellerPan":null,"vat":null,"creditNotes":[]},
         "payments":[{"id":"pay_01k9x4e0s2b7d9f4g6h8j1k3mn","method":"widget","status":"completed","khaltiState":"Completed",
           "amount":150000,"transactionId":"8xmeJnNXfoVjCvGcZiiGe7","failure":null,
           "createdAt":"2026-11-21T04:16:09.000Z","completedAt":"2026-11-21T04:16:10.000Z"}]}
        """;

    private const string Config = """
        {"store":{"name":"Khalti Checkout"},"currency":"NPR","mode":"sandbox","minAmount":1000,"maxAmount":null,
         "widget":{"enabled":true,"publicKey":"test_public_key_11111111111111111111111111111111",
           "scriptUrl":"http://localhost:5081/khalti-checkout.js","paymentPreference":["KHALTI"],"scriptIntegrity":null},"epayment":{"enabled":true}}
        """;

    private const string AdminOrder = """
        {"id":"ord_01k9x4c7qmf3t8v5z2w6y1n0ah","status":"partially_refunded","attention":"refunded_at_khalti",
         "reasons":[{"id":"rsn_01k9x8q5t3c7w2m9d4h6k0v1rz","reason":"refunded_at_khalti","paymentId":"pay_01k9x4e0s2b7d9f4g6h8j1k3mn",
           "refundId":"ref_01k9x7m3vd0q2r6t8w4y5z1b9c","raisedAt":"2026-11-21T06:00:01.000Z"}],
         "amount":150000,"amountRefunded":50000,"currency":"NPR",
         "lines":[{"productId":"dhaka-topi","name":"Dhaka topi","unitPrice":50000,"quantity":3,"amount":150000,"kind":"item"}],
         "customer":{"name":"Sita Rai","email":"sita@example.com","phone":"9800000001"},"reference":null,"receiptNumber":null,"metadata":{},
         "createdAt":"2026-11-21T04:15:00.000Z","expiresAt":"2026-11-21T05:15:00.000Z","paidAt":"2026-11-21T04:16:10.000Z",
         "payments":[{"id":"pay_01k9x4e0s2b7d9f4g6h8j1k3mn","method":"widget","status":"partially_refunded","khaltiState":"Partially refunded",
           "amount":150000,"amountPaid":150000,"amountRefunded":50000,"refundable":100000,"fee":4500,"transactionId":"8xmeJnNXfoVjCvGcZiiGe7",
           "pidx":null,"failure":null,"createdAt":"2026-11-21T04:16:09.000Z","completedAt":"2026-11-21T04:16:10.000Z","lastAskedAt":null,"nextCheckAt":null}],
         "refunds":[{"id":"ref_01k9x7m3vd0q2r6t8w4y5z1b9c","orderId":"ord_01k9x4c7qmf3t8v5z2w6y1n0ah","paymentId":"pay_01k9x4e0s2b7d9f4g6h8j1k3mn",
           "amount":50000,"status":"completed","origin":"khalti","reason":"the list says refunded","mobile":null,"by":null,"failure":null,
           "creditNoteNumber":null,"createdAt":"2026-11-21T06:00:01.000Z","completedAt":"2026-11-21T06:00:01.000Z"}]}
        """;

    private const string Summary = """
        {"days":[{"day":"2026-11-21","orders":12,"paidCount":9,"paid":1350000,"refundedCount":1,"refunded":50000,"fees":40500,"net":1259500}],
         "totals":{"orders":12,"paidCount":9,"paid":1350000,"refundedCount":1,"refunded":50000,"fees":40500,"net":1259500},
         "open":{"unknown":1,"oldestAgeSeconds":75,"oldestSince":"2026-11-21T06:00:00.000Z"},"attention":{"paid_late":1},"attentionOrders":1,"notices":[]}
        """;

    private const string Session = """{"name":"Till 2","scopes":["read","refund"],"expiresAt":"2026-11-21T16:15:00.000Z"}""";

    private const string Products = """
        [{"id":"ilam-tea","name":"Ilam tea","nameNe":"इलाम चिया","description":"100 g of black tea.",
          "descriptionNe":"१०० ग्राम कालो चिया।","price":18500,"imageUrl":"/img/products/ilam-tea.svg"}]
        """;

    private static readonly Dictionary<string, string> Requests = new(StringComparer.Ordinal)
    {
        ["PlaceOrder"] = """{"items":[{"productId":"dhaka-topi","quantity":3}],"customer":{"name":"Sita Rai","email":"sita@example.com","phone":"9800000001"}}""",
        ["ResolveOrder"] = """{"note":"Maya gave it back in the dashboard, agreed by phone.","reasonId":"rsn_01k9x8q5t3c7w2m9d4h6k0v1rz"}""",
        ["SignIn"] = """{"key":"kck_4q7mzt2v9x0c_…"}""",
        ["CreateKey"] = """{"name":"Till 2","scopes":["read","refund"]}""",
        ["RefundOrder"] = """{"amount":50000,"reason":"one topi came back"}""",
        ["RunClose"] = """{"day":"2026-11-20"}""",
        ["SignOffClose"] = """{"note":"The refund was agreed with the shopper by phone."}""",
        ["SettleRefund"] = """{"outcome":"completed","note":"The dashboard shows it at 14:05."}""",
        ["RecordFoundRefund"] = """{"amount":50000,"note":"Given back in the dashboard by Maya, agreed by phone."}""",
        ["InitiatePayment"] = $$"""{"orderId":"{{OrderId}}"}""",
        ["VerifyPayment"] = $$"""{"orderId":"{{OrderId}}","token":"QUao9cqFzxPgvWJNi9aKac","amount":150000}""",
    };

    private static readonly Dictionary<(string Operation, string Status), string> Answers = new()
    {
        [("ListProducts", "200")] = Products,
        [("ShowConfig", "200")] = Config,
        [("PlaceOrder", "201")] = Waiting("pending", payments: false),
        [("GetOrder", "200")] = PaidOrder,
        [("WatchOrder", "200")] = JsonValue.Create($"event: order\ndata: {JsonNode.Parse(PaidOrder)!.ToJsonString()}\n\n")!.ToJsonString(),
        [("DrawOrderAddress", "200")] = JsonValue.Create("<svg viewBox=\"0 0 45 45\" xmlns=\"http://www.w3.org/2000/svg\">…</svg>")!.ToJsonString(),
        [("CancelOrder", "200")] = Waiting("cancelled", payments: false),
        [("InitiatePayment", "201")] = """
            {"paymentId":"pay_01k9x4e0s2b7d9f4g6h8j1k3mn","pidx":"bZQLD9wRVWo4CdESSfuSsB",
             "paymentUrl":"https://test-pay.khalti.com/?pidx=bZQLD9wRVWo4CdESSfuSsB","expiresAt":"2026-11-21T05:16:09.000Z"}
            """,
        [("ListCloses", "200")] = $$"""{"data":[{{Close(signedOff: true)}}],"nextCursor":null}""",
        [("ShowClose", "200")] = Close(signedOff: true),
        [("RunClose", "200")] = Close(signedOff: false),
        [("SignOffClose", "200")] = Close(signedOff: true),
        [("RefundOrder", "201")] = Refund("completed"),
        [("RefundOrder", "202")] = Refund("unknown"),
        [("ShowRefund", "200")] = Refund("completed"),
        [("CheckRefund", "200")] = Refund("completed"),
        [("SettleRefund", "200")] = Refund("completed"),
        [("RecordFoundRefund", "201")] = Refund("completed", found: true),
        [("VerifyPayment", "200")] = PaidOrder,
        [("VerifyPayment", "202")] = Waiting("pending", payments: true),
        [("ListOrders", "200")] = $$"""{"data":[{{AdminOrder}}],"nextCursor":null,"unreadable":[]}""",
        [("ShowOrder", "200")] = WithTimeline(),
        [("ExportOrders", "200")] = JsonValue.Create("\uFEFF\"Order\",\"Reference\",\"Receipt\",…\r\n\"ord_01k9x4c7qmf3t8v5z2w6y1n0ah\",\"\",\"\",…\r\n")!.ToJsonString(),
        [("ShowSummary", "200")] = Summary,
        [("ResolveOrder", "200")] = WithTimeline(),
        [("CheckPayment", "200")] = WithTimeline(),
        [("SignIn", "200")] = Session,
        [("ShowSession", "200")] = Session,
        [("ListKeys", "200")] = $$"""{"data":[{{Key(revoked: false)}}]}""",
        [("ListSessions", "200")] = $$"""
            {"data":[{"id":"{{SessionId}}","keyName":"Till 2","address":"192.0.2.7","createdAt":"2026-11-21T04:15:00.000Z",
              "expiresAt":"2026-11-21T16:15:00.000Z","isCurrent":true}]}
            """,
        [("CreateKey", "201")] = Key(revoked: false)[..^1] + ",\"key\":\"kck_4q7mzt2v9x0c_…\"}",
        [("RevokeKey", "200")] = Key(revoked: true),
        [("Live", "200")] = """{"status":"alive"}""",
        [("Ready", "200")] = """{"status":"ready","database":"fine","khalti":"fine","khaltiSince":null}""",
    };

    // Which codes stand behind a status of an operation; the rest is the same everywhere.
    private static readonly Dictionary<(string Operation, string Status), string[]> Codes = new()
    {
        [("InitiatePayment", "409")] = ["order_not_payable", "payment_in_progress", "too_many_links", "idempotency_in_progress"],
        [("InitiatePayment", "422")] = ["idempotency_key_reused"],
        [("InitiatePayment", "503")] = ["khalti_unavailable", "busy"],
        [("VerifyPayment", "409")] = ["token_already_used", "order_not_payable", "payment_in_progress", "idempotency_in_progress"],
        [("VerifyPayment", "422")] = ["amount_mismatch", "idempotency_key_reused"],
        [("PlaceOrder", "409")] = ["reference_taken", "idempotency_in_progress"],
        [("PlaceOrder", "422")] = ["amount_out_of_range", "idempotency_key_reused"],
        [("CancelOrder", "409")] = ["not_cancellable", "idempotency_in_progress"],
        [("CancelOrder", "422")] = ["idempotency_key_reused"],
        [("ResolveOrder", "409")] = ["nothing_to_resolve", "attention_changed", "payment_still_held", "idempotency_in_progress"],
        [("ResolveOrder", "422")] = ["idempotency_key_reused"],
        [("CheckPayment", "409")] = ["check_in_progress"],
        [("CreateKey", "409")] = ["name_taken"],
        [("RunClose", "409")] = ["signed_off", "check_in_progress"],
        [("RunClose", "503")] = ["khalti_unavailable", "busy"],
        [("SignOffClose", "409")] = ["not_signable", "signed_off", "check_in_progress", "idempotency_in_progress"],
        [("SignOffClose", "422")] = ["idempotency_key_reused"],
        [("RefundOrder", "409")] = ["not_refundable", "idempotency_in_progress"],
        [("RefundOrder", "422")] = ["refund_too_large", "idempotency_key_reused"],
        [("RefundOrder", "503")] = ["khalti_unavailable", "busy"],
        [("CheckRefund", "409")] = ["check_in_progress"],
        [("SettleRefund", "409")] = ["not_unknown", "not_settleable", "idempotency_in_progress"],
        [("SettleRefund", "422")] = ["idempotency_key_reused"],
        [("RecordFoundRefund", "409")] = ["not_refundable", "idempotency_in_progress"],
        [("RecordFoundRefund", "422")] = ["refund_too_large", "idempotency_key_reused"],
        [("RecordFoundRefund", "503")] = ["khalti_unavailable", "busy"],
        [("Ready", "503")] = ["not_ready"],
    };

    // What a success means, where the status alone does not say it.
    private static readonly Dictionary<(string Operation, string Status), string> Meanings = new()
    {
        [("PlaceOrder", "201")] = "The order, waiting to be paid.",
        [("GetOrder", "200")] = "The order as it stands.",
        [("WatchOrder", "200")] = "A stream of server-sent events, each the order as it stands.",
        [("DrawOrderAddress", "200")] = "The picture, an SVG.",
        [("CancelOrder", "200")] = "The order, now cancelled.",
        [("InitiatePayment", "201")] = "Where to send the browser.",
        [("VerifyPayment", "200")] = "The order, now paid.",
        [("VerifyPayment", "202")] = "The order; the outcome of the payment is not known yet. Do not pay again.",
        [("ListCloses", "200")] = "Some of the days, and where the next ones begin.",
        [("ShowClose", "200")] = "What the comparison found.",
        [("RunClose", "200")] = "What the comparison found.",
        [("SignOffClose", "200")] = "The day, signed off.",
        [("RefundOrder", "201")] = "The refund, made.",
        [("RefundOrder", "202")] = "The refund; its outcome is not known yet. Do not send another.",
        [("ShowRefund", "200")] = "The refund as it stands.",
        [("CheckRefund", "200")] = "The refund as it stands now.",
        [("SettleRefund", "200")] = "The refund, settled.",
        [("RecordFoundRefund", "201")] = "The refund, recorded.",
        [("ListProducts", "200")] = "Every product.",
        [("ShowConfig", "200")] = "How to pay here.",
        [("ListOrders", "200")] = "Some of the orders, and where the next ones begin.",
        [("ShowOrder", "200")] = "The order with its timeline, oldest line first.",
        [("ExportOrders", "200")] = "The table.",
        [("ShowSummary", "200")] = "The days, their totals, and what is open.",
        [("ResolveOrder", "200")] = "The order, without that reason.",
        [("CheckPayment", "200")] = "The order as Khalti's answer left it; a payment may still be open.",
        [("SignIn", "200")] = "Signed in; the cookie is in the answer's headers.",
        [("ShowSession", "200")] = "Whose key it is, and what it may do.",
        [("SignOut", "204")] = "Signed out.",
        [("ListKeys", "200")] = "Every key.",
        [("ListSessions", "200")] = "The sign-ins that last.",
        [("EndSession", "204")] = "The sign-in is over.",
        [("CreateKey", "201")] = "The key. It is not shown again.",
        [("RevokeKey", "200")] = "The key, now revoked.",
        [("Live", "200")] = "Alive.",
        [("Ready", "200")] = "Ready, with Khalti's condition as this process saw it last.",
    };

    private static readonly Dictionary<string, string> CodeOfStatus = new(StringComparer.Ordinal)
    {
        ["400"] = "validation_failed",
        ["401"] = "unauthorized",
        ["402"] = "payment_declined",
        ["403"] = "forbidden",
        ["404"] = "not_found",
        ["413"] = "body_too_large",
        ["415"] = "unsupported_media_type",
        ["429"] = "rate_limited",
        ["503"] = "busy",
    };

    // The words of the refusals themselves, so that an example never says what no answer does.
    private static readonly Dictionary<string, (string Title, string Detail)> Texts = new[]
    {
        Problems.PaymentDeclined(), Problems.NotFound("order"), Problems.TokenAlreadyUsed(), Problems.AmountMismatch(),
        Problems.AmountOutOfRange(new Paisa(50_000), new Paisa(1000), new Paisa(20_000)),
        Problems.NotCancellable("The order is paid; only a pending order can be cancelled."),
        Problems.NameTaken(), Problems.ReferenceTaken(OrderId),
        Problems.KhaltiUnavailable(), Problems.NotRefundable("The payment is refunded: there is nothing to give back. Nothing was done."),
        Problems.RefundTooLarge(new Paisa(100_000)), Problems.NotUnknown(), Problems.AttentionChanged("double_payment", "paid_late"),
        Problems.NotSettleable("Khalti's own books say the opposite just now. Nothing was changed; the refund is asked about on."), Problems.DaySignedOff(),
        Problems.NotSignable("Not everything could be compared with Khalti's books. Compare the day again, then sign it off."), Problems.CheckInProgress(),
        Problems.NothingToResolve(),
        Problems.NotReady("not_reachable", "fine", null),
    }.Select(refusal => refusal.ProblemDetails).Append(Problems.Busy())
        .ToDictionary(problem => (string)problem.Extensions["code"]!, problem => (problem.Title!, problem.Detail!), StringComparer.Ordinal);

    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        string name = operation.OperationId ?? "";
        if (operation.RequestBody?.Content is { } body && Requests.TryGetValue(name, out string? request))
        {
            foreach (OpenApiMediaType media in body.Values.OfType<OpenApiMediaType>())
            {
                media.Example = JsonNode.Parse(request);
            }
        }

        foreach ((string status, IOpenApiResponse response) in operation.Responses ?? [])
        {
            string[]? codes = CodesOf(name, status);
            JsonNode? example = codes is not null ? ProblemExample(status, codes[0], isRead: context.Description.HttpMethod == "GET")
                : Answers.TryGetValue((name, status), out string? answer) ? JsonNode.Parse(answer) : null;
            response.Description = codes is not null ? string.Join(", ", codes.Select(code => $"`{code}`"))
                : Meanings.GetValueOrDefault((name, status), response.Description ?? "");
            foreach (OpenApiMediaType media in response.Content?.Values.OfType<OpenApiMediaType>() ?? [])
            {
                media.Example = example?.DeepClone();
            }
        }

        return Task.CompletedTask;
    }

    private static string[]? CodesOf(string operation, string status) =>
        Codes.TryGetValue((operation, status), out string[]? several) ? several
            : CodeOfStatus.TryGetValue(status, out string? one) ? [one]
            : null;

    private static string Close(bool signedOff) => $$"""
        {"day":"2026-11-20","runAt":"2026-11-21T01:00:00.000Z","runBy":"Till 2","isSignedOff":{{(signedOff ? "true" : "false")}},
         "signedOffAt":{{(signedOff ? "\"2026-11-21T01:05:00.000Z\"" : "null")}},"signedOffBy":{{(signedOff ? "\"Till 2\"" : "null")}},
         "note":{{(signedOff ? "\"The refund was agreed with the shopper by phone.\"" : "null")}},"isWhole":true,
         "report":{"here":{"payments":1,"amount":150000,"fees":4500},"atKhalti":{"payments":1,"amount":150000,"fees":4500},
           "lookedBackTo":"2026-10-21","openPayments":0,"openRefunds":0,"leftOut":[],"notLookedBackAt":[],
           "differences":[{"kind":"refund","orderId":"{{OrderId}}","paymentId":"{{PaymentId}}","transactionId":"8xmeJnNXfoVjCvGcZiiGe7",
             "here":"completed, Rs 0.00 given back","atKhalti":"Khalti said Refunded, 150000 paisa, refunded","amountHere":0,"amountAtKhalti":150000,
             "action":"check_payment"}] } }
        """;

    private static string Refund(string status, bool found = false) => $$"""
        {"id":"{{RefundId}}","orderId":"{{OrderId}}","paymentId":"{{PaymentId}}","amount":50000,"status":"{{status}}",
         "origin":"{{(found ? "khalti" : "merchant")}}","reason":"one topi came back","mobile":null,"by":"Till 2","failure":null,
         "creditNoteNumber":{{(status == "completed" ? "\"2083/84-000007\"" : "null")}},"createdAt":"2026-11-21T05:15:00.000Z",
         "completedAt":{{(status == "completed" ? "\"2026-11-21T05:15:01.000Z\"" : "null")}}}
        """;

    private static string WithTimeline()
    {
        JsonNode order = JsonNode.Parse(AdminOrder)!;
        order["timeline"] = JsonNode.Parse("""
            [{"at":"2026-11-21T04:15:00.000Z","what":"order_placed","by":"shopper","key":null,"note":"1 lines, 150000 paisa","paymentId":null},
             {"at":"2026-11-21T04:16:10.000Z","what":"payment_completed","by":"khalti","key":null,
              "note":"transaction 8xmeJnNXfoVjCvGcZiiGe7, 150000 paisa, verify answered Completed","paymentId":"pay_01k9x4e0s2b7d9f4g6h8j1k3mn"}]
            """);
        return order.ToJsonString();
    }

    private static string Key(bool revoked) => $$"""
        {"id":"{{KeyId}}","name":"Till 2","scopes":["read","refund"],"hint":"kck_4q7mzt2v9x0c",
         "createdAt":"2026-11-21T04:15:00.000Z","createdBy":"settings key 1","lastUsedAt":null,
         "revokedAt":{{(revoked ? "\"2026-11-21T05:15:00.000Z\"" : "null")}},"revokedBy":{{(revoked ? "\"settings key 1\"" : "null")}}}
        """;

    private static string Waiting(string status, bool payments)
    {
        JsonNode order = JsonNode.Parse(PaidOrder)!;
        order["status"] = status;
        order["paidAt"] = null;
        order["receipt"] = null;
        JsonNode payment = order["payments"]![0]!;
        payment["status"] = "verifying";
        payment["khaltiState"] = null;
        payment["transactionId"] = null;
        payment["completedAt"] = null;
        if (!payments)
        {
            order["payments"] = new JsonArray();
        }

        return order.ToJsonString();
    }

    private static JsonObject ProblemExample(string status, string code, bool isRead)
    {
        int number = int.Parse(status, System.Globalization.CultureInfo.InvariantCulture);

        // A read waits for no write: of the two it is the database that does not answer.
        (string title, string detail) = code == "busy" && isRead ? (Problems.DatabaseAway().Title!, Problems.DatabaseAway().Detail!)
            : Texts.TryGetValue(code, out (string, string) own) ? own : (Problems.Fallback(number).Title, Problems.Fallback(number).Detail);
        JsonObject problem = new()
        {
            ["type"] = Problems.TypeOf(code),
            ["title"] = title,
            ["status"] = number,
            ["detail"] = detail,
            ["code"] = code,
            ["traceId"] = "4bf92f3577b34da6a3ce929d0e0e4736",
        };
        if (code == "validation_failed")
        {
            problem["errors"] = new JsonObject { ["amount"] = new JsonArray("Paisa, more than 0.") };
        }

        return problem;
    }
}
