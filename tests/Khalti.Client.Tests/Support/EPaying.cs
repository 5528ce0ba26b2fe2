namespace Khalti.Client.Tests.Support;

/// <summary>The words that ePayment is asked about with, and Khalti's documented answers.</summary>
internal static class EPaying
{
    internal const string Pidx = "bZQLD9wRVWo4CdESSfuSsB";

    /// <summary>Initiate's documented answer.</summary>
    internal const string Link = """
        {
          "pidx": "bZQLD9wRVWo4CdESSfuSsB",
          "payment_url": "https://test-pay.khalti.com/?pidx=bZQLD9wRVWo4CdESSfuSsB",
          "expires_at": "2023-05-25T16:26:16.471649+05:45",
          "expires_in": 1800
        }
        """;

    /// <summary>Lookup's documented answer about a paid link.</summary>
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
        Amount = Asking.Thousand,
        PurchaseOrderId = "order-1042",
        PurchaseOrderName = "Two notebooks",
    };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>What initiate makes of one answer.</summary>
    internal static async Task<Reply<EPaymentLink>> InitiateGivenAsync(Step step)
    {
        await using ScriptedServer server = new(step);
        return await Asking.At(server.Address).InitiateAsync(Request, Stop);
    }

    /// <summary>What a single lookup makes of one answer.</summary>
    internal static async Task<Reply<EPayment>> LookupGivenAsync(Step step)
    {
        await using ScriptedServer server = new(step);
        return await new KhaltiClient(Asking.Http, Asking.Options(server.Address) with { ReadRetries = 0 }).LookupAsync(Pidx, Stop);
    }
}
