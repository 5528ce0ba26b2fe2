using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace KhaltiCheckout.Benchmarks;

/// <summary>
/// A gateway stub: answers the widget's verify, and ePayment's initiate and lookup, after a configured delay, and completes every
/// payment of the widget and each link that was paid by <see cref="PayPath"/>. Not the sandbox, which has its own database. The
/// verify answer has the product identity, as Khalti's did in 2023, so a checkout is one call.
/// </summary>
internal static class Gateway
{
    internal const string DelayPath = "/delay/";

    /// <summary>Followed by a pidx: the payer pays by that link.</summary>
    internal const string PayPath = "/pay/";

    /// <summary>How many lookups there were.</summary>
    internal const string LookupsPath = "/lookups";

    // The order's id is part of the token.
    private const string TokenPrefix = "token-of-";

    private static int _delay;
    private static readonly ConcurrentDictionary<string, bool> Paid = new(StringComparer.Ordinal);

    private static long _transactions;
    private static long _lookups;

    internal static string PidxOf(string orderId) => "link-of-" + orderId;

    internal static string TokenOf(string orderId) => TokenPrefix + orderId;

    internal static Task RunAsync(string url)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls(url);
        WebApplication app = builder.Build();

        // Different ids in every run, because the database may hold those of the last one.
        string run = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(6));
        app.Run(context => AnswerAsync(context, run));
        return app.RunAsync();
    }

    private static async Task AnswerAsync(HttpContext context, string run)
    {
        string path = context.Request.Path;
        if (path.StartsWith(DelayPath, StringComparison.Ordinal))
        {
            _delay = int.Parse(path.AsSpan(DelayPath.Length), CultureInfo.InvariantCulture);
            return;
        }

        if (path.StartsWith(PayPath, StringComparison.Ordinal))
        {
            Paid[path[PayPath.Length..]] = true;
            return;
        }

        string? answer = path switch
        {
            LookupsPath => Interlocked.Read(ref _lookups).ToString(CultureInfo.InvariantCulture),
            "/api/v2/payment/verify/" => await VerifyAsync(context, run),
            "/api/v2/epayment/initiate/" => await InitiateAsync(context),
            "/api/v2/epayment/lookup/" => await LookUpAsync(context, run),
            _ => null,
        };
        if (answer is null)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        if (_delay > 0 && path != LookupsPath)
        {
            await Task.Delay(_delay, context.RequestAborted);
        }

        byte[] body = Encoding.UTF8.GetBytes(answer);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    private static async Task<string> VerifyAsync(HttpContext context, string run)
    {
        IFormCollection form = await context.Request.ReadFormAsync(context.RequestAborted);
        return Record(run, form["token"]!, long.Parse(form["amount"]!, CultureInfo.InvariantCulture));
    }

    private static async Task<string> InitiateAsync(HttpContext context)
    {
        JsonNode asked = (await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted))!;
        string pidx = PidxOf((string)asked["purchase_order_id"]!);
        return new JsonObject
        {
            ["pidx"] = pidx,
            ["payment_url"] = "https://pay.example/?pidx=" + pidx,
            ["expires_at"] = TimeProvider.System.GetUtcNow().AddHours(1).ToString("O", CultureInfo.InvariantCulture),
            ["expires_in"] = 3600,
        }.ToJsonString();
    }

    private static async Task<string> LookUpAsync(HttpContext context, string run)
    {
        Interlocked.Increment(ref _lookups);
        JsonNode asked = (await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted))!;
        string pidx = (string)asked["pidx"]!;
        bool isPaid = Paid.ContainsKey(pidx);
        return new JsonObject
        {
            ["pidx"] = pidx,
            ["total_amount"] = SampleOrder.Amount,
            ["status"] = isPaid ? "Completed" : "Initiated",
            ["transaction_id"] = isPaid ? $"{run}-{pidx}" : null,
            ["fee"] = 0,
            ["refunded"] = false,
        }.ToJsonString();
    }

    private static string Record(string run, string token, long amount) => string.Create(CultureInfo.InvariantCulture, $$"""
        {"idx":"{{run}}{{Interlocked.Increment(ref _transactions):d10}}",
        "type":{"idx":"LdaqkvqGnV3N9yDCUGnD8e","name":"Wallet payment"},
        "state":{"idx":"DhvMj9hdRufLqkP8ZY4d8g","name":"Completed","template":"is complete"},
        "amount":{{amount}},"fee_amount":{{amount * 3 / 100}},"refunded":false,
        "created_on":"2026-11-20T10:00:00.000000+05:45","ebanker":null,
        "user":{"idx":"cCaPkRPQGn5D8StkiqqMJg","name":"Test User","mobile":"9800000000"},
        "merchant":{"idx":"UM75Gm2gWmZvA4TPwkwZye","name":"Test Merchant","mobile":"test@example.com"},
        "token":"{{token}}","cashback":0,"reference":null,"remarks":null,"product_identity":"{{token[TokenPrefix.Length..]}}"}
        """);
}
