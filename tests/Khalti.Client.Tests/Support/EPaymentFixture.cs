namespace Khalti.Client.Tests.Support;

/// <summary>Sample requests and Khalti's documented answers of the ePayment product.</summary>
internal static class EPaymentFixture
{
    internal const string Pidx = "bZQLD9wRVWo4CdESSfuSsB";

    /// <summary>The documented answer of initiate.</summary>
    internal const string Link = """
        {
          "pidx": "bZQLD9wRVWo4CdESSfuSsB",
          "payment_url": "https://test-pay.khalti.com/?pidx=bZQLD9wRVWo4CdESSfuSsB",
          "expires_at": "2023-05-25T16:26:16.471649+05:45",
          "expires_in": 1800
        }
        """;

    /// <summary>The documented answer of lookup for a paid link.</summary>
    internal const string Paid = """
        {
          "pidx": "bZQLD9wRVWo4CdESSfuSsB",
          "total_amount": 1000,
          "status": "Completed",
          "transaction_id": "GFq9PFS7b2iYvL8Lir9oXe",
          "fee": 0,
          "refunded": false
        }
        """;

    internal static readonly EPaymentRequest Request = new()
    {
        ReturnUrl = new Uri("https://shop.example/khalti/return"),
        WebsiteUrl = new Uri("https://shop.example/"),
        Amount = ClientFixture.Thousand,
        PurchaseOrderId = "order-1042",
        PurchaseOrderName = "Two notebooks",
    };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>The reply of initiate to one answer.</summary>
    internal static async Task<Reply<EPaymentLink>> InitiateGivenAsync(Step step)
    {
        await using ScriptedServer server = new(step);
        return await ClientFixture.At(server.Address).InitiateAsync(Request, Stop);
    }

    /// <summary>The reply of lookup to one answer, without retries.</summary>
    internal static async Task<Reply<EPayment>> LookupGivenAsync(Step step)
    {
        await using ScriptedServer server = new(step);
        return await new KhaltiClient(ClientFixture.Http, ClientFixture.Options(server.Address) with { ReadRetries = 0 })
            .LookupAsync(Pidx, Stop);
    }
}
