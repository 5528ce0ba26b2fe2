using System.Text;
using FsCheck;
using FsCheck.Fluent;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Http;

/// <summary>Whatever comes in, the answer is a success or a problem document below 500.</summary>
public sealed class NoInputGives500Tests
{
    private const int Tries = 400;

    private static readonly string[] Nasty =
    [
        "null", "true", "\"\"", "\"1050\"", "10.5", "1e3", "1E400", "-1", "0", "9223372036854775807", "9223372036854775808", "{}", "[]",
        "[[[[",
        "\"\\ud800\"", "\"\\u0000\"", "\"\\u202e\"", "\u0000", "\u001b[31m", "नेपाल", "💸", "/*x*/", ",", ":", "\"", "\\", "{\"a\":",
        "\r\n", "%00", "../", "\ufeff",
        "' OR 1=1 --", "<script>", "${jndi:ldap://x}", "__proto__", "$ref",
    ];

    [Fact]
    public async Task Malformed_orders_and_payments_cause_no_500()
    {
        await using Shop shop = await Shop.OpenAsync();
        string id = (await shop.GivenOrderAsync()).Id();
        (string Path, string Body)[] good =
        [
            ("/api/v1/orders", """{"items":[{"productId":"ilam-tea","quantity":2},{"productId":"dhaka-topi","quantity":1}],"customer":"""
                + """{"name":"Sita Rai","email":"sita@example.com","phone":"9800000001"}}"""),
            ("/api/v1/payments/verify", $$"""{"orderId":"{{id}}","token":"QUao9cqFzxPgvWJNi9aKac","amount":1050}"""),
            ($"/api/v1/orders/{id}x/cancel", "{}"),
        ];
        Gen<(string Path, byte[] Body)> bent = Gen.Elements(good)
            .SelectMany(one => Bent(one.Body).Select(text => (one.Path, Encoding.UTF8.GetBytes(text))));

        foreach ((string path, byte[] body) in bent.Sample(50, Tries))
        {
            await ShouldBeAnsweredAsync(shop, path, body);
        }
    }

    [Fact]
    public async Task Random_bytes_cause_no_500()
    {
        await using Shop shop = await Shop.OpenAsync();
        Gen<byte[]> bytes = Gen.Choose(0, 255).Select(number => (byte)number).ArrayOf();
        Gen<(string, byte[])> posts = Gen.Elements("/api/v1/orders", "/api/v1/payments/verify", "/api/v1/orders/x/cancel")
            .SelectMany(path => bytes.Select(body => (path, body)));

        foreach ((string path, byte[] body) in posts.Sample(200, Tries))
        {
            await ShouldBeAnsweredAsync(shop, path, body);
        }
    }

    [Fact]
    public async Task Random_paths_cause_no_500()
    {
        await using Shop shop = await Shop.OpenAsync();
        Gen<string> piece = Gen.Frequency(
            (3,
                Gen.Elements(
                    "/api/v1/orders/", "/api/v1/products", "/api/v1/config", "/health/ready", "/swagger/", "/openapi/", "/order.html?id=",
                    "/index.html", "/img/", "/", "cancel", "?", "&", "=", "#", "..", "%2e", "%2f", ";")),
            (2, Gen.Choose(1, 255).Select(number => $"%{number:x2}")),
            (2, Gen.Choose('!', '~').Select(letter => ((char)letter).ToString())));
        Gen<string> paths = piece.ArrayOf().Select(pieces => "/" + string.Concat(pieces));

        foreach (string path in paths.Sample(20, Tries))
        {
            Answer answer = await shop.AskAsync(path.Split('#')[0]);
            if (answer.Status >= 400 && answer.Text.Length > 0)
            {
                answer.ShouldBeSomeProblem(path);
            }

            // Without a word, the server itself refused: not even HTTP.
            answer.Status.ShouldBeLessThan(500, path);
            (answer.Text.Length > 0 || answer.Status is 400 or 301).ShouldBeTrue(path);
        }
    }

    private static async Task ShouldBeAnsweredAsync(Shop shop, string path, byte[] body)
    {
        ByteArrayContent content = new(body);
        content.Headers.ContentType = new("application/json");
        Answer answer = await shop.AskAsync(HttpMethod.Post, path, content);
        string input = $"{path} {Convert.ToBase64String(body)} {Encoding.UTF8.GetString(body)}";
        answer.Status.ShouldBeLessThan(500, input);
        if (answer.Status >= 400)
        {
            answer.ShouldBeSomeProblem(input);
        }
    }

    // A good text with one to three pieces cut out, doubled, or replaced by something nasty.
    private static Gen<string> Bent(string good)
    {
        Gen<Func<string, string>> change =
            from at in Gen.Choose(0, 10_000)
            from length in Gen.Choose(0, 12)
            from nasty in Gen.Elements(Nasty)
            from kind in Gen.Choose(0, 3)
            select (Func<string, string>)(text => Change(text, at % (text.Length + 1), length, kind, nasty));
        return change.NonEmptyListOf().Select(changes => changes.Take(3).Aggregate(good, (text, bend) => bend(text)));
    }

    private static string Change(string text, int at, int length, int kind, string nasty)
    {
        int end = Math.Min(text.Length, at + length);
        return kind switch
        {
            0 => text[..at] + text[end..],
            1 => text[..end] + text[at..],
            2 => text[..at] + nasty + text[at..],
            _ => text[..at] + nasty + text[end..],
        };
    }
}
