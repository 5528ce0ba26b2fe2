using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using KhaltiCheckout.Desk;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Desk;

public sealed class ExportOrdersTests
{
    private const string Path = "/api/v1/admin/orders.csv";

    [Fact]
    public async Task The_CSV_export_has_a_row_for_each_order_with_amounts_and_Nepal_time()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderOfAsync("सीता \"Queen\" Rai, Esq.", "sita@example.com", "+977 9800000001", quantity: 2);
        await shop.VerifyAsync(order, await shop.Sandbox.ConfirmedTokenAsync((long)order["amount"]!, order.Id()));
        string transaction = (string)(await shop.ReadAsync(order)).Payment()["transactionId"]!;

        Answer answer = await shop.AsMerchantAsync(Path);

        answer.Status.ShouldBe(200);
        answer.Headers["Content-Type"].ShouldBe("text/csv; charset=utf-8");
        answer.Headers["Content-Disposition"].ShouldContain("orders-2026-11-21.csv");
        answer.Headers["Content-Disposition"].ShouldStartWith("attachment");
        string[] rows = answer.Text.Split("\r\n");
        rows[0].TrimStart('\uFEFF').Split(',').Length.ShouldBe(23);
        rows[1].ShouldBe(
            $"\"{order.Id()}\",\"\",\"2083/84-000001\",\"paid\",\"\",\"2026-11-21 11:45:00\",\"2026-11-21 11:45:00\",\"सीता "
            + "\"\"Queen\"\" Rai, Esq.\","
            + "\"sita@example.com\",\"'+9779800000001\",\"2 x Ilam "
            + $"tea\",\"widget\",\"{transaction}\",370.00,370.00,0.00,11.10,358.90,37000,37000,0,1110,35890");
        rows[2..].ShouldBe([""]);
    }

    [Fact]
    public async Task The_net_of_a_refunded_order_is_negative_when_Khalti_keeps_its_fee()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, _) = await shop.GivenPaidAsync();
        (await shop.RefundAsync(order)).Status.ShouldBe(201);

        string row = (await shop.AsMerchantAsync(Path)).Text.Split("\r\n")[1];

        row.ShouldEndWith(",185.00,185.00,185.00,5.55,-5.55,18500,18500,18500,555,-555");
    }

    [Fact]
    public async Task The_CSV_export_begins_with_a_byte_order_mark()
    {
        await using Shop shop = await Shop.OpenAsync();
        using HttpRequestMessage request = new(HttpMethod.Get, Path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", MerchantApi.Key);

        using HttpResponseMessage response = await shop.Http.SendAsync(request, TestContext.Current.CancellationToken);

        (await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken))[..4].ShouldBe([0xEF, 0xBB, 0xBF, (byte)'"']);
    }

    [Fact]
    public async Task The_CSV_export_has_the_filters_of_the_list()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode sita = await shop.GivenOrderOfAsync("Sita");
        await shop.GivenOrderOfAsync("Ram");

        string text = (await shop.AsMerchantAsync(Path + "?q=sita&status=pending")).Text;

        text.Split("\r\n").Length.ShouldBe(3);
        text.ShouldContain(sita.Id());
        (await shop.AsMerchantAsync(Path + "?status=eaten")).ShouldBeProblem(400, "validation_failed");
    }

    [Fact]
    public async Task Twenty_thousand_orders_are_exported_in_order_during_writes()
    {
        await using Shop shop = await Shop.OpenAsync();
        await shop.GivenOldOrdersAsync(20_000);
        using HttpRequestMessage request = new(HttpMethod.Get, Path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", MerchantApi.Key);
        using HttpResponseMessage response =
            await shop.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        response.Headers.TransferEncodingChunked.ShouldBe(true);
        using StreamReader reader = new(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken), Encoding.UTF8);
        await reader.ReadLineAsync(TestContext.Current.CancellationToken);

        // The client dawdles: nobody waits for it.
        string newest = (await shop.GivenOrderAsync()).Id();
        long expected = 20_000;
        while (await reader.ReadLineAsync(TestContext.Current.CancellationToken) is { } row)
        {
            row.ShouldNotContain(newest);
            row.ShouldStartWith($"\"ord_{expected:00000000000000000000000000}\"");
            expected--;
        }

        expected.ShouldBe(0);
    }

    // A shopper chooses their name; whoever opens the table should not run it.
    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+1", "'+1")]
    [InlineData("-1", "'-1")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("\t=1", "'\t=1")]
    [InlineData("\r=1", "'\r=1")]
    [InlineData("\ttext", "'\ttext")]
    [InlineData("  =1", "'  =1")]
    [InlineData("\u00A0=1", "'\u00A0=1")]
    [InlineData("\u200B=1", "'\u200B=1")]
    [InlineData("＝1", "'＝1")]
    [InlineData("＠x", "'＠x")]
    [InlineData("=HYPERLINK(\"http://evil\",\"x\")", "'=HYPERLINK(\"http://evil\",\"x\")")]
    [InlineData("Sita = Ram", "Sita = Ram")]
    [InlineData("a;=1", "a;=1")]
    [InlineData("", "")]
    public void Text_that_looks_like_a_formula_gets_an_apostrophe(string text, string cell) =>
        SpreadsheetText.Of(text).ShouldBe(cell);

    [Fact]
    public async Task A_name_that_is_a_formula_is_exported_as_text()
    {
        await using Shop shop = await Shop.OpenAsync();
        await shop.GivenOrderOfAsync("=cmd|' /C calc'!A0");

        (await shop.AsMerchantAsync(Path)).Text.ShouldContain(",\"'=cmd|' /C calc'!A0\",");
    }
}
