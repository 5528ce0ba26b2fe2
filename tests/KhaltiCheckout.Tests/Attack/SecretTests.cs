using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Attack;

/// <summary>What must be nowhere: keys, tokens, telephone numbers; and what no page may do.</summary>
public sealed partial class SecretTests
{
    // Every secret key of the sandbox, ours and the other merchant's.
    private static readonly string[] Secrets =
        [.. "2357ad9".Select(fill => new string(fill, 32)).Append("secret_key").Append("secretKey").Append("ConnectionString")
            .Append("Data Source=")];

    [Fact]
    public async Task No_secret_is_in_any_page_script_answer_or_header()
    {
        await using Target shop = await Target.OpenAsync();
        (JsonNode paid, string _) = await shop.PaidAsync();
        Queue<string> open =
            new([
                "/", $"/order.html?id={paid.Id()}", "/404.html", "/error.html", "/api/v1/config", "/api/v1/products",
                $"/api/v1/orders/{paid.Id()}",
            "/health/live", "/health/ready", "/openapi/v1.json", "/swagger/index.html", "/nowhere", "/api/v1/orders/nobody",
            "/api/v1/admin/orders", "/admin/"]);
        HashSet<string> seen = [.. open];
        while (open.TryDequeue(out string? path))
        {
            Answered answer = await shop.SendAsync(new HttpRequestMessage(HttpMethod.Get, path));
            foreach (string secret in Secrets)
            {
                (answer.Text + answer.Headers).ShouldNotContain(secret, Case.Insensitive, path);
            }

            foreach (string next in Local().Matches(answer.Text).Select(match => Resolve(path, match.Groups["to"].Value)).Where(seen.Add))
            {
                open.Enqueue(next);
            }
        }

        seen.Count.ShouldBeGreaterThan(30);
    }

    [Fact]
    public async Task No_page_has_inline_scripts_or_writes_HTML()
    {
        await using Target shop = await Target.OpenAsync();
        Answered page = await shop.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/order.html"));
        page.Headers.ShouldContain("script-src 'self'");
        page.Headers.ShouldNotContain("unsafe-inline");
        page.Headers.ShouldContain("frame-ancestors 'none'");

        foreach (string file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "wwwroot"), "*", SearchOption.AllDirectories))
        {
            string text = Path.GetExtension(file) is ".html" or ".js"
                ? await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken) : "";
            Inline().IsMatch(text).ShouldBeFalse($"{Path.GetFileName(file)} writes markup or runs text as script");
        }
    }

    [Fact]
    public async Task The_log_of_failing_payments_has_no_token_key_or_phone_number()
    {
        await using Target target = await Target.OpenAsync();
        Shop shop = target.Inside("it reads the log");
        shop.ExpectWarnings();
        string key = $"my-own-key-{Guid.NewGuid()}";
        Answered placed = await target.PostAsync("/api/v1/orders", new
        {
            items = new[] { new { productId = "ilam-tea", quantity = 1 } },
            customer = new { name = "Sita Rai", email = "sita.rai@example.com", phone = "9841234567" },
        }, key);
        string token = await shop.Sandbox.ConfirmedTokenAsync(18_500, placed.Json.Id());
        await target.VerifyAsync(placed.Json, token, 1000);
        foreach ((string kind, int? status) in ((string, int?)[])[("drop_after", null), ("garbage", null), ("error", 401)])
        {
            await shop.Sandbox.FaultAsync("*", kind, status, times: 2);
            await target.VerifyAsync(placed.Json, token);
            await shop.PassAfterAsync(TimeSpan.FromMinutes(3));
        }

        await target.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"/api/v1/orders/{placed.Json.Id()}?token={token}&phone=9841234567"));

        Written(shop).ShouldNotBeEmpty();
        foreach (string secret in (string[])[token, key, "9841234567", "sita.rai", "Sita Rai", "secret_key", "9800000001", "987654"])
        {
            Written(shop).ShouldNotContain(line => line.Contains(secret, StringComparison.OrdinalIgnoreCase), secret);
        }
    }

    [Fact]
    public async Task No_input_can_inject_log_lines()
    {
        await using Target target = await Target.OpenAsync();
        Shop shop = target.Inside("it reads the log");
        const string Forged = "12:00:00 INF forged payment completed";
        string escaped = Uri.EscapeDataString($"\r\n{Forged}");

        await target.RawAsync([$"GET /api/v1/orders/x{escaped} HTTP/1.1", $"User-Agent: {Forged}", "traceparent: 00-\u000bforged"]);
        await target.PostAsync("/api/v1/orders", new { items = new[] { new { productId = $"\r\n{Forged}", quantity = 1 } } });
        await target.PostTextAsync("/api/v1/payments/verify", $$"""{"orderId":"\r\n{{Forged}}","token":"\r\n{{Forged}}","amount":1}""");

        Written(shop).SelectMany(line => line.Split('\n', '\r'))
            .ShouldNotContain(line => line.TrimStart().StartsWith("12:00:00", StringComparison.Ordinal));
    }

    // The framework's own lines about each request hold its query; the shop does not write them (appsettings.json).
    private static IEnumerable<string> Written(Shop shop) =>
        shop.Log.Lines.Where(line => !line.StartsWith("Microsoft.", StringComparison.Ordinal)).Concat(shop.Log.Warnings);

    private static string Resolve(string from, string to) =>
        new Uri(new Uri("http://shop" + from), to).PathAndQuery;

    // Addresses of our own that a page, a style or a script names.
    [GeneratedRegex(
        """(?:src|href)="(?<to>[^"#:]+)"|(?:from|import)\s*\(?\s*["'](?<to>\.{0,2}/[^"']+)["']"""
        + """|url\(["']?(?<to>[^"':)]+)["']?\)|"imageUrl":"(?<to>[^"]+)""",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 2000)]
    private static partial Regex Local();

    [GeneratedRegex(
        """innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function\("""
        + """|<script(?![^>]*\bsrc=)|\son[a-z]+=["']|javascript:|\sstyle=["']""",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 2000)]
    private static partial Regex Inline();
}
