using System.Globalization;
using System.IO.Compression;
using System.Text;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Attack;

/// <summary>Bodies that are too long, too deep, in another alphabet, or full of script.</summary>
public sealed class BodyAttackTests
{
    private const string Script = "<script>alert(1)</script>";

    [Theory]
    [InlineData(65_537)]
    [InlineData(1_000_000)]
    public async Task A_body_over_the_size_limit_is_refused_unread(int length)
    {
        await using Target shop = await Target.OpenAsync();

        Answered answer =
            await shop.PostTextAsync("/api/v1/orders", $$"""{"items":[{"productId":"{{new string('x', length)}}","quantity":1}]}""");

        (answer.Status, answer.Code).ShouldBe((413, "body_too_large"));
    }

    [Fact]
    public async Task A_chunked_body_over_the_size_limit_is_refused()
    {
        await using Target shop = await Target.OpenAsync();
        string chunk = new('x', 16_000);
        string size = chunk.Length.ToString("x", CultureInfo.InvariantCulture);
        string body = string.Concat(Enumerable.Repeat($"{size}\r\n{chunk}\r\n", 6)) + "0\r\n\r\n";

        string answer =
            await shop.RawAsync(["POST /api/v1/orders HTTP/1.1", "Content-Type: application/json", "Transfer-Encoding: chunked"], body);

        RawHttp.StatusOf(answer).ShouldBeOneOf(400, 413);
    }

    [Fact]
    public async Task A_compressed_body_is_refused_without_decompression()
    {
        await using Target shop = await Target.OpenAsync();
        using MemoryStream packed = new();
        await using (GZipStream zip = new(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            await zip.WriteAsync(new byte[10_000_000], TestContext.Current.CancellationToken);
        }

        HttpRequestMessage request = new(HttpMethod.Post, "/api/v1/orders") { Content = new ByteArrayContent(packed.ToArray()) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        request.Content.Headers.TryAddWithoutValidation("Content-Encoding", "gzip");

        (await shop.SendAsync(request)).Status.ShouldBeOneOf(400, 415);
    }

    [Theory]
    [InlineData("[", 20_000)]
    [InlineData("{\"items\":", 5_000)]
    [InlineData("{\"items\":[", 17)]
    public async Task A_deeply_nested_body_is_refused(string opening, int times)
    {
        await using Target shop = await Target.OpenAsync();

        Answered answer = await shop.PostTextAsync("/api/v1/orders", string.Concat(Enumerable.Repeat(opening, times)));

        (answer.Status, answer.Code).ShouldBe((400, "validation_failed"));
    }

    [Fact]
    public async Task Thousands_of_members_or_digits_are_refused()
    {
        await using Target shop = await Target.OpenAsync();
        string members = string.Join(',', Enumerable.Range(0, 4_000).Select(member => $"\"m{member}\":1"));
        string digits = new('9', 50_000);

        (await shop.PostTextAsync("/api/v1/payments/verify", $"{{{members}}}")).Code.ShouldBe("validation_failed");
        (await shop.PostTextAsync("/api/v1/payments/verify", $$"""{"orderId":"x","token":"y","amount":{{digits}}}"""))
            .Code.ShouldBe("validation_failed");
    }

    [Fact]
    public async Task A_body_in_another_encoding_is_refused()
    {
        await using Target shop = await Target.OpenAsync();
        byte[][] bodies =
        [
            Encoding.BigEndianUnicode.GetBytes("""{"items":[{"productId":"ilam-tea","quantity":1}]}"""),
            [.. "{\"items\":[{\"productId\":\""u8, 0xC0, 0xAF, 0xFF, .. "\",\"quantity\":1}]}"u8],
            [0, 0, 0, 0],
            [],
        ];
        foreach (byte[] body in bodies)
        {
            HttpRequestMessage request = new(HttpMethod.Post, "/api/v1/orders") { Content = new ByteArrayContent(body) };
            request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");

            (await shop.SendAsync(request)).Status.ShouldBe(400);
        }
    }

    [Theory]
    [InlineData(Script)]
    [InlineData("\" onload=\"alert(1)")]
    [InlineData("javascript:alert(1)")]
    [InlineData("'); DROP TABLE Orders;--")]
    [InlineData("{{constructor.constructor('alert(1)')()}}")]
    [InlineData("=cmd|' /C calc'!A0")]
    public async Task Script_in_a_name_is_stored_as_text_and_never_executed(string name)
    {
        await using Target shop = await Target.OpenAsync();

        Answered placed = await shop.PostAsync(
            "/api/v1/orders", new { items = new[] { new { productId = "ilam-tea", quantity = 1 } }, customer = new { name } });

        placed.Status.ShouldBe(201, placed.Text);
        placed.MediaType.ShouldBe("application/json");
        ((string?)(await shop.ReadAsync(placed.Json))["customer"]!["name"]).ShouldBe(name);
        Answered page = await shop.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"/order.html?id={placed.Json.Id()}"));
        page.Text.ShouldNotContain(name);
    }

    [Theory]
    [InlineData("Sita\r\nSet-Cookie: admin=1")]
    [InlineData("Sita\n12:00:00 INF Payment pay_1: Completed")]
    [InlineData("Sita\0")]
    [InlineData("\u001b[2J")]
    public async Task A_name_with_control_characters_is_refused(string name)
    {
        await using Target shop = await Target.OpenAsync();

        Answered answer = await shop.PostAsync(
            "/api/v1/orders", new { items = new[] { new { productId = "ilam-tea", quantity = 1 } }, customer = new { name } });

        (answer.Status, answer.Code).ShouldBe((400, "validation_failed"));
        answer.Text.ShouldNotContain("Sita");
    }

    [Theory]
    [InlineData($$"""{"items":[{"productId":"{{Script}}","quantity":1}]}""")]
    [InlineData($$"""{"{{Script}}":1}""")]
    [InlineData($$"""{"items":"{{Script}}"}""")]
    [InlineData(Script)]
    public async Task An_error_does_not_repeat_its_input(string body)
    {
        await using Target shop = await Target.OpenAsync();

        Answered answer = await shop.PostTextAsync("/api/v1/orders", body);

        answer.Status.ShouldBeOneOf(400, 404);
        answer.Text.ShouldNotContain("alert");
    }
}
