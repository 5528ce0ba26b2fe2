using System.Reflection;
using System.Text.Json.Nodes;
using KhaltiCheckout.Access;
using KhaltiCheckout.Tests.Support;
using Microsoft.Extensions.Logging;

namespace KhaltiCheckout.Tests.Access;

/// <summary>Events for the person who watches over the shop: each names the client's address, and none a secret.</summary>
public sealed class SecurityLogTests
{
    private const string Client = "192.0.2.9";

    [Fact]
    public async Task Every_security_event_names_the_client_and_no_secret()
    {
        await using Shop shop = await Shop.OpenAsync(("Admin:ApiKeys:0", Starting.MerchantKey));
        shop.ExpectWarnings();
        (JsonNode order, _) = await shop.GivenPaidAsync();
        (string, string) from = ("X-Forwarded-For", Client);
        (string, string) bearer = KeyHolding.Bearer(Starting.MerchantKey);
        Task<Answer> SendAsync(HttpMethod method, string path, object? body, params (string, string)[] headers) =>
            shop.SendAsync(method, "/api/v1/admin" + path, body, [from, .. headers]);

        Answer made = await SendAsync(HttpMethod.Post, "/keys", new { name = "Till 2", scopes = new[] { "read" } }, bearer);
        string key = (string)made.Json["key"]!;
        string cookie = (await SendAsync(HttpMethod.Post, "/session", new { key })).Headers["Set-Cookie"].Split(';')[0];
        await SendAsync(HttpMethod.Delete, "/session", null, KeyHolding.Cookie(cookie), KeyHolding.Meant);
        await SendAsync(HttpMethod.Post, "/session", new { key });
        string id = (string)(await SendAsync(HttpMethod.Get, "/sessions", null, bearer)).Json["data"]![0]!["id"]!;
        await SendAsync(HttpMethod.Delete, $"/sessions/{id}", null, bearer);
        await SendAsync(HttpMethod.Post, $"/keys/{(string?)made.Json["id"]}/revoke", null, bearer);
        Answer refund = await SendAsync(HttpMethod.Post, $"/orders/{order.Id()}/refunds", new { amount = 1000 }, bearer);
        await SendAsync(HttpMethod.Get, "/keys", null, KeyHolding.Bearer("wrong-key-1"));
        for (int wrong = 0; wrong < 10; wrong++)
        {
            await SendAsync(HttpMethod.Post, "/session", new { key = "wrong-key-2" });
        }

        refund.Status.ShouldBe(201, refund.Text);
        string[] lines = [.. shop.Log.Lines.Where(line => line.StartsWith(SecurityLog.Category, StringComparison.Ordinal))
            .Select(line => line[(SecurityLog.Category.Length + 2)..].Trim())];
        lines.ShouldAllBe(line => line.StartsWith(Client));
        foreach (string says in (string[])[
            "(settings key 1) made key", "signed in with Till 2", "signed out Till 2", $"(settings key 1) ended sign-in {id}",
            "revoked key",
            $"refunded 1000 paisa of order {order.Id()}",
            "sent a request with a wrong key", "tried to sign in with a wrong key", "can't sign in for a while"])
        {
            lines.ShouldContain(line => line.Contains(says, StringComparison.Ordinal), says);
        }

        foreach (string secret in (string[])[key[17..], "wrong-key", Starting.MerchantKey, cookie.Split('=')[1]])
        {
            lines.ShouldAllBe(line => !line.Contains(secret));
        }
    }

    [Fact]
    public async Task A_refused_start_is_a_security_event()
    {
        (int exitCode, string[] output, _) = await ShopProgram.RunAsync("Production", "--Khalti:Mode=Sandbox", "--urls=http://*:0");

        exitCode.ShouldBe(1);
        output.ShouldContain(
            line => line.Contains("The start was refused: Admin:ApiKeys has no key", StringComparison.Ordinal), string.Join('\n', output));
    }

    [Fact]
    public void The_documentation_lists_every_security_event_with_its_number()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "security-events.md"));
        LoggerMessageAttribute[] events = [.. typeof(SecurityLog).GetMethods(BindingFlags.Instance | BindingFlags.NonPublic)
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>()).OfType<LoggerMessageAttribute>()];

        events.Length.ShouldBeGreaterThan(8);
        events.Select(one => one.EventId).ShouldBeUnique();
        events.ShouldAllBe(one => page.Contains($"| {one.EventId} | `{one.EventName}` |"));
    }
}
