using System.Text.Json.Nodes;
using KhaltiCheckout.Shared;

namespace KhaltiCheckout.Views;

/// <summary>Orders and refunds for the examples of the API's document, JSON.</summary>
internal static class ViewExamples
{
    internal const string PaidOrder = """
        {"id":"ord_01k9x4c7qmf3t8v5z2w6y1n0ah","number":"HZ9D-7DQV","status":"paid","amount":150000,"amountRefunded":0,"currency":"NPR",
         "lines":[{"productId":"dhaka-topi","name":"Dhaka topi","unitPrice":50000,"quantity":3,"amount":150000,"kind":"item"}],
         "customer":{"name":"Sita Rai"},"reference":null,"metadata":{},
         "createdAt":"2026-11-21T04:15:00.000Z","expiresAt":"2026-11-21T05:15:00.000Z","paidAt":"2026-11-21T04:16:10.000Z",
         "receipt":{"number":"2083/84-000042","issuedAt":"2026-11-21T04:16:10.000Z","sellerPan":null,"vat":null,"creditNotes":[]},
         "payments":[{"id":"pay_01k9x4e0s2b7d9f4g6h8j1k3mn","method":"widget","status":"completed","khaltiState":"Completed",
           "amount":150000,"transactionId":"8xmeJnNXfoVjCvGcZiiGe7","failure":null,
           "createdAt":"2026-11-21T04:16:09.000Z","completedAt":"2026-11-21T04:16:10.000Z"}]}
        """;

    internal const string AdminOrder = """
        {"id":"ord_01k9x4c7qmf3t8v5z2w6y1n0ah","number":"HZ9D-7DQV","status":"partially_refunded","attention":"refunded_at_khalti",
         "reasons":[{"id":"rsn_01k9x8q5t3c7w2m9d4h6k0v1rz","reason":"refunded_at_khalti","paymentId":"pay_01k9x4e0s2b7d9f4g6h8j1k3mn",
           "refundId":"ref_01k9x7m3vd0q2r6t8w4y5z1b9c","transactionId":null,"raisedAt":"2026-11-21T06:00:01.000Z"}],
         "amount":150000,"amountRefunded":50000,"currency":"NPR",
         "lines":[{"productId":"dhaka-topi","name":"Dhaka topi","unitPrice":50000,"quantity":3,"amount":150000,"kind":"item"}],
         "customer":{"name":"Sita Rai","email":"sita@example.com","phone":"9800000001"},"reference":null,"receiptNumber":null,"metadata":{},
         "createdAt":"2026-11-21T04:15:00.000Z","expiresAt":"2026-11-21T05:15:00.000Z","paidAt":"2026-11-21T04:16:10.000Z",
         "payments":[{"id":"pay_01k9x4e0s2b7d9f4g6h8j1k3mn","method":"widget","status":"partially_refunded",
           "khaltiState":"Partially refunded",
           "amount":150000,"amountPaid":150000,"amountRefunded":50000,"refundable":100000,"fee":4500,
             "transactionId":"8xmeJnNXfoVjCvGcZiiGe7",
           "pidx":null,"failure":null,"createdAt":"2026-11-21T04:16:09.000Z","completedAt":"2026-11-21T04:16:10.000Z","lastAskedAt":null,
             "nextCheckAt":null}],
         "refunds":[{"id":"ref_01k9x7m3vd0q2r6t8w4y5z1b9c","orderId":"ord_01k9x4c7qmf3t8v5z2w6y1n0ah",
           "paymentId":"pay_01k9x4e0s2b7d9f4g6h8j1k3mn",
           "amount":50000,"status":"completed","origin":"khalti","reason":"the list says refunded","mobile":null,"by":null,"failure":null,
           "creditNoteNumber":null,"createdAt":"2026-11-21T06:00:01.000Z","completedAt":"2026-11-21T06:00:01.000Z"}]}
        """;

    internal static string Refund(string status, bool found = false) => $$"""
        {"id":"{{ExampleIds.Refund}}","orderId":"{{ExampleIds.Order}}","paymentId":"{{ExampleIds.Payment}}","amount":50000,
          "status":"{{status}}",
         "origin":"{{(found ? "khalti" : "merchant")}}","reason":"one topi came back","mobile":null,"by":"Till 2","failure":null,
         "creditNoteNumber":{{(status == "completed" ? "\"2083/84-000007\"" : "null")}},"createdAt":"2026-11-21T05:15:00.000Z",
         "completedAt":{{(status == "completed" ? "\"2026-11-21T05:15:01.000Z\"" : "null")}}}
        """;

    internal static string AdminOrderWithTimeline()
    {
        JsonNode order = JsonNode.Parse(AdminOrder)!;
        order["timeline"] = JsonNode.Parse("""
            [{"at":"2026-11-21T04:15:00.000Z","what":"order_placed","by":"shopper","key":null,"note":"1 lines, 150000 paisa",
              "paymentId":null,
              "facts":{"amount":150000,"lines":1}},
             {"at":"2026-11-21T04:16:10.000Z","what":"payment_completed","by":"khalti","key":null,
              "note":"transaction 8xmeJnNXfoVjCvGcZiiGe7, 150000 paisa, verify answered Completed",
                "paymentId":"pay_01k9x4e0s2b7d9f4g6h8j1k3mn",
              "facts":{"rule":"completed_as_expected","state":"Completed","amount":150000,"fee":4500,
                "transactionId":"8xmeJnNXfoVjCvGcZiiGe7"}}]
            """);
        return order.ToJsonString();
    }

    internal static string Waiting(string status, bool payments)
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
}
