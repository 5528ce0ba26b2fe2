namespace Khalti.Client.Tests.Support;

/// <summary>Clients, sample values and documented answers of the widget product.</summary>
internal static class ClientFixture
{
    internal const string Secret = "test_secret_key_0123456789abcdef0123456789abcdef";
    internal const string Token = "QUao9cqFzxPgvWJNi9aKac";
    internal static readonly Paisa Thousand = new(1000);

    /// <summary>The documented answer of verify.</summary>
    internal const string Record = """
        {
          "idx": "8xmeJnNXfoVjCvGcZiiGe7",
          "type": {"idx": "e476BL6jt9kgagEmsakyTL", "name": "Wallet payment"},
          "state": {"idx": "DhvMj9hdRufLqkP8ZY4d8g", "name": "Completed", "template": "is complete"},
          "amount": 1000,
          "fee_amount": 30,
          "refunded": false,
          "created_on": "2018-06-20T14:48:08.867125+05:45",
          "ebanker": null,
          "user": {"idx": "cCaPkRPQGn5D8StkiqqMJg", "name": "Test User", "mobile": "98XXXXXXX9"},
          "merchant": {"idx": "UM75Gm2gWmZvA4TPwkwZye", "name": "Test Merchant", "mobile": "testmerchant@khalti.com"}
        }
        """;

    internal const string Complete = """{"status": true, "detail": "Transaction complete.", "state": "Complete"}""";

    internal static readonly HttpClient Http = KhaltiClient.CreateHttpClient();

    internal static KhaltiClientOptions Options(Uri address) => new()
    {
        BaseUrl = address,
        SecretKey = Secret,
        Timeout = TimeSpan.FromMinutes(1),
        ReadRetryDelay = TimeSpan.Zero,
    };

    internal static KhaltiClient At(Uri address) => new(Http, Options(address));

    internal static Task<Reply<Transaction>> VerifyAsync(this KhaltiClient client) =>
        client.VerifyAsync(Token, Thousand, TestContext.Current.CancellationToken);

    internal static Task<Reply<TransactionStatus>> GetStatusAsync(this KhaltiClient client) =>
        client.GetStatusAsync(Token, Thousand, TestContext.Current.CancellationToken);

    /// <summary>The reply of verify to one answer.</summary>
    internal static async Task<Reply<Transaction>> VerifyGivenAsync(Step step)
    {
        await using ScriptedServer server = new(step);
        return await At(server.Address).VerifyAsync();
    }

    /// <summary>The reply of the status call to one answer, without retries.</summary>
    internal static async Task<Reply<TransactionStatus>> StatusGivenAsync(Step step)
    {
        await using ScriptedServer server = new(step);
        return await new KhaltiClient(Http, Options(server.Address) with { ReadRetries = 0 }).GetStatusAsync();
    }
}
