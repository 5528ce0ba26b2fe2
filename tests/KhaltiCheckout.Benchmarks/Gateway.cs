using System.Globalization;
using System.Text;

namespace KhaltiCheckout.Benchmarks;

/// <summary>
/// A gateway stub: answers the widget's verify after a configured delay and completes every payment. Not the sandbox, which has
/// its own database. The answer has the product identity, as Khalti's did in 2023, so a checkout is one call.
/// </summary>
internal static class Gateway
{
    internal const string DelayPath = "/delay/";

    // The order's id is part of the token.
    private const string TokenPrefix = "token-of-";

    private static int _delay;
    private static long _transactions;

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

        if (path != "/api/v2/payment/verify/")
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        IFormCollection form = await context.Request.ReadFormAsync(context.RequestAborted);
        if (_delay > 0)
        {
            await Task.Delay(_delay, context.RequestAborted);
        }

        byte[] body = Encoding.UTF8.GetBytes(Record(run, form["token"]!, long.Parse(form["amount"]!, CultureInfo.InvariantCulture)));
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
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
