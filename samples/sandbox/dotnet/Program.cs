using Khalti.Client;
using Khalti.Sandbox;

// Start.
await using KhaltiSandbox khalti = await KhaltiSandbox.StartAsync();
using HttpClient http = KhaltiClient.CreateHttpClient();
KhaltiClient client = new(http, new KhaltiClientOptions
{
    BaseUrl = khalti.Address,
    SecretKey = SandboxKeys.EPaymentSecretKey,
    ReadRetries = 0, // the sample wants to see the lost answer
});

// The shop makes a link, the payer pays it.
Reply<EPaymentLink> made = await client.InitiateAsync(new EPaymentRequest
{
    ReturnUrl = new Uri("https://shop.example/khalti/return"),
    WebsiteUrl = new Uri("https://shop.example/"),
    Amount = new Paisa(1300),
    PurchaseOrderId = "order-1042",
    PurchaseOrderName = "Two notebooks",
});
string pidx = made is Reply<EPaymentLink>.Answered(var link) ? link.Pidx : throw new InvalidOperationException($"{made}");
Uri back = await khalti.Control.PayAsync(pidx);
Require(back.Query.Contains("status=Completed", StringComparison.Ordinal), "The payer comes back with what the shop must not believe.");

// The answer is lost: the outcome is unknown, not failed. The shop asks again.
await khalti.Control.LoseNextAnswerAsync("epayment_lookup");
Require(await client.LookupAsync(pidx) is Reply<EPayment>.Unknown, "A lost answer is unknown.");
Require(
    await client.LookupAsync(pidx) is Reply<EPayment>.Answered({ Status: EPaymentStatus.Completed } paid)
    && paid.TotalAmount == new Paisa(1300),
    "The second lookup says Completed and the amount.");

IReadOnlyList<SandboxCall> calls = await khalti.Control.GetCallsAsync();
Require(calls.Count(call => call.Operation == "epayment_lookup") == 2, "Khalti was asked twice.");
Console.WriteLine("ok");

static void Require(bool holds, string sentence)
{
    if (!holds)
    {
        throw new InvalidOperationException($"Not so: {sentence}");
    }
}
