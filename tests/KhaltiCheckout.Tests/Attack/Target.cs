using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Attack;

/// <summary>
/// The shop under attack. By default one of its own for each test, in this process. With ATTACK_SHOP and ATTACK_SANDBOX, a
/// server that runs already, such as ATTACK_SHOP=http://localhost:5080 ATTACK_SANDBOX=http://localhost:5081; then everything
/// goes over HTTP, and attacks that need a look inside, another clock or a Khalti that lies are skipped and say so.
/// </summary>
internal sealed class Target : IAsyncDisposable
{
    private readonly Shop? _inside;

    private Target(Uri address, SandboxDriver sandbox, Shop? inside)
    {
        Address = address;
        Sandbox = sandbox;
        _inside = inside;
        Http = new HttpClient(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8
            })
        {
            BaseAddress = address,
        };
    }

    internal Uri Address { get; }

    internal HttpClient Http { get; }

    internal SandboxDriver Sandbox { get; }

    internal void ExpectWarnings() => _inside?.ExpectWarnings();

    internal static async Task<Target> OpenAsync()
    {
        if (Environment.GetEnvironmentVariable("ATTACK_SHOP") is { Length: > 0 } shop)
        {
            string sandbox = Environment.GetEnvironmentVariable("ATTACK_SANDBOX") ?? "http://localhost:5081";
            return new Target(new Uri(shop), new SandboxDriver(new Uri(sandbox)), inside: null);
        }

        Shop inside = await Shop.OpenAsync();
        return new Target(inside.Http.BaseAddress!, inside.Sandbox, inside);
    }

    /// <summary>The shop in this process. There is none behind a running server: then the test ends here.</summary>
    internal Shop Inside(string why)
    {
        Assert.SkipWhen(_inside is null, $"Only in this process: {why}.");
        return _inside!;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await (_inside?.DisposeAsync() ?? Sandbox.DisposeAsync());
    }

    internal async Task<JsonNode> OrderAsync(string productId = "ilam-tea")
    {
        Answered answer = await PostAsync("/api/v1/orders", new { items = new[] { new { productId, quantity = 1 } } });
        answer.Status.ShouldBe(201, answer.Text);
        return answer.Json;
    }

    /// <summary>The shopper has confirmed in the widget; the page has not posted the token.</summary>
    internal async Task<(JsonNode Order, string Token)> ConfirmedAsync(string productId = "ilam-tea")
    {
        JsonNode order = await OrderAsync(productId);
        return (order, await TokenAsync((long)order["amount"]!, order.Id()));
    }

    internal async Task<(JsonNode Order, string Token)> PaidAsync()
    {
        (JsonNode order, string token) = await ConfirmedAsync();
        Answered answer = await VerifyAsync(order, token);
        answer.Status.ShouldBe(200, answer.Text);
        return (answer.Json, token);
    }

    internal async Task<string> TokenAsync(long amount, string product, string publicKey = SandboxDriver.PublicKey, bool confirm = true) =>
        (string)(await Sandbox.PostAsync("/_sandbox/payments", new { amount, productIdentity = product, publicKey, confirm }))["token"]!;

    internal Task<Answered> VerifyAsync(JsonNode order, string token, long? amount = null) =>
        PostAsync("/api/v1/payments/verify", new { orderId = order.Id(), token, amount = amount ?? (long)order["amount"]! });

    internal Task<Answered> InitiateAsync(JsonNode order) => PostAsync("/api/v1/payments/initiate", new { orderId = order.Id() });

    /// <summary>An order whose shopper has been sent to Khalti's page.</summary>
    internal async Task<(JsonNode Order, string Pidx)> LinkAsync(string productId = "ilam-tea")
    {
        JsonNode order = await OrderAsync(productId);
        Answered answer = await InitiateAsync(order);
        answer.Status.ShouldBe(201, answer.Text);
        return (order, (string)answer.Json["pidx"]!);
    }

    /// <summary>A browser comes to the return address, with this behind it.</summary>
    internal Task<Answered> ReturnAsync(string query, string? cookie = null)
    {
        HttpRequestMessage request = new(HttpMethod.Get, "/payments/khalti/return" + query);
        if (cookie is not null)
        {
            request.Headers.TryAddWithoutValidation("Cookie", cookie);
        }

        return SendAsync(request);
    }

    /// <summary>How often Khalti was asked about a link.</summary>
    internal async Task<int> LookupsAsync(string pidx) =>
        (await Sandbox.ListAsync("/_sandbox/requests"))
            .Count(request => (string?)request["operation"] == "epayment_lookup" && (string?)request["fields"]!["pidx"] == pidx);

    /// <summary>What Khalti was told when a link was made for the order.</summary>
    internal async Task<JsonNode> AskedForAsync(JsonNode order) =>
        (await Sandbox.ListAsync("/_sandbox/requests"))
            .Single(request => (string?)request["operation"] == "epayment_initiate"
                && (string?)request["fields"]!["purchase_order_id"] == order.Id())["fields"]!;

    internal async Task<JsonNode> ReadAsync(JsonNode order)
    {
        Answered answer = await SendAsync(new HttpRequestMessage(HttpMethod.Get, $"/api/v1/orders/{order.Id()}"));
        answer.Status.ShouldBe(200);
        return answer.Json;
    }

    /// <summary>Whatever was tried: the order waits as before, and the shopper's money is where it was.</summary>
    internal async Task NothingMovedAsync(JsonNode order, string? token = null, bool asked = false)
    {
        (await ReadAsync(order)).Status().ShouldBe("pending");
        if (token is not null)
        {
            (await Sandbox.StateAsync(token)).ShouldNotBe("Completed");
            (await Sandbox.CountAsync("verify", token)).ShouldBe(asked ? 1 : 0);
        }
    }

    /// <summary>A request as no client would send it: the head line by line, then the body; and the whole answer.</summary>
    internal Task<string> RawAsync(string[] head, string body = "") => RawHttp.SendAsync(
        Address, Encoding.Latin1.GetBytes(
            string.Join("\r\n", [head[0], $"Host: {Address.Authority}", "Connection: close", .. head.Skip(1), "", body])));

    internal Task<Answered> PostAsync(string path, object body, string? key = null) => PostAsync(path, JsonContent.Create(body), key);

    internal Task<Answered> PostTextAsync(string path, string body, string mediaType = "application/json") =>
        PostAsync(path, new StringContent(body, Encoding.UTF8, mediaType), key: null);

    internal async Task<Answered> SendAsync(HttpRequestMessage request)
    {
        using (request)
        {
            using HttpResponseMessage response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
            string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            string headers = $"{response.Headers}{response.Content.Headers}";
            Answered answer =
                new(
                    (int)response.StatusCode, text, headers, response.Headers.Location?.OriginalString,
                    response.Content.Headers.ContentType?.MediaType);

            // True of every answer to every attack. An empty 400 is the web server's: that was no request at all.
            answer.Status.ShouldBeLessThan(500, text);
            headers.ShouldNotContain("Access-Control-Allow", Case.Insensitive);
            if (answer is { Status: 400, Text: "" })
            {
                return answer;
            }

            response.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
            if (answer.Status >= 400 && request.Method != HttpMethod.Head)
            {
                answer.MediaType.ShouldBe("application/problem+json", text);
            }

            return answer;
        }
    }

    private Task<Answered> PostAsync(string path, HttpContent body, string? key)
    {
        HttpRequestMessage request = new(HttpMethod.Post, path) { Content = body };
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        }

        return SendAsync(request);
    }
}

/// <summary>An answer of the shop, with all that could give something away.</summary>
internal sealed record Answered(int Status, string Text, string Headers, string? Location, string? MediaType)
{
    internal JsonNode Json => JsonNode.Parse(Text)!;

    internal string Code => Json.Code();
}
