using System.Text.Json.Nodes;
using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Desk;

public sealed class ListOrdersTests
{
    [Theory]
    [InlineData("GET", "/api/v1/admin/orders")]
    [InlineData("GET", "/api/v1/admin/orders.csv")]
    [InlineData("GET", "/api/v1/admin/orders/ord_01k9x4c7qmf3t8v5z2w6y1n0ah")]
    [InlineData("GET", "/api/v1/admin/summary")]
    [InlineData("POST", "/api/v1/admin/orders/ord_01k9x4c7qmf3t8v5z2w6y1n0ah/resolve")]
    [InlineData("POST", "/api/v1/admin/payments/pay_01k9x4c7qmf3t8v5z2w6y1n0ah/check")]
    public async Task Without_a_key_nothing_is_shown_or_done(string method, string path)
    {
        await using Shop shop = await Shop.OpenAsync();

        (await shop.AskAsync(new HttpMethod(method), path)).ShouldBeProblem(401, "unauthorized");
        (await shop.AsMerchantAsync(new HttpMethod(method), path, key: "wrong-key-0000000000000000")).ShouldBeProblem(401, "unauthorized");
    }

    [Theory]
    [InlineData("checkout", "GET", "/api/v1/admin/orders")]
    [InlineData("refund", "GET", "/api/v1/admin/orders.csv")]
    [InlineData("checkout", "GET", "/api/v1/admin/orders/ord_01k9x4c7qmf3t8v5z2w6y1n0ah")]
    [InlineData("refund", "GET", "/api/v1/admin/summary")]
    [InlineData("read", "POST", "/api/v1/admin/orders/ord_01k9x4c7qmf3t8v5z2w6y1n0ah/resolve")]
    [InlineData("refund", "POST", "/api/v1/admin/payments/pay_01k9x4c7qmf3t8v5z2w6y1n0ah/check")]
    public async Task A_key_of_another_scope_is_refused_before_validation(string scope, string method, string path)
    {
        await using Shop shop = await Shop.OpenAsync();
        (string _, string key) = await shop.GivenKeyAsync("Till 2", scope);

        (await shop.AsMerchantAsync(new HttpMethod(method), path + "?status=eaten", key: key)).ShouldBeProblem(403, "forbidden");
    }

    [Fact]
    public async Task The_admin_view_has_merchant_data_but_no_token()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderOfAsync("Sita Rai", "sita@example.com", "9800000001");
        string token = await shop.Sandbox.ConfirmedTokenAsync((long)order["amount"]!, order.Id());
        await shop.VerifyAsync(order, token);

        Answer answer = await shop.AsMerchantAsync("/api/v1/admin/orders");

        answer.Text.ShouldNotContain(token);
        JsonNode seen = answer.Json["data"]!.AsArray().Single()!;
        seen["customer"]!.ToJsonString().ShouldBe("""{"name":"Sita Rai","email":"sita@example.com","phone":"9800000001"}""");
        (seen.Status(), (string?)seen["attention"], (long)seen["amount"]!).ShouldBe(("paid", null, 18500));
        JsonNode payment = seen["payments"]![0]!;
        ((long)payment["fee"]!, (long)payment["amountPaid"]!, (long)payment["refundable"]!).ShouldBe((555, 18500, 18500));
        seen["refunds"]!.AsArray().ShouldBeEmpty();
        seen["timeline"].ShouldBeNull();
        answer.Json["nextCursor"].ShouldBeNull();
    }

    [Fact]
    public async Task An_order_has_its_timeline_oldest_first()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode paid, string token) = await shop.GivenPaidAsync();

        Answer answer = await shop.AsMerchantAsync("/api/v1/admin/orders/" + paid.Id());

        answer.Json["timeline"]!.AsArray().Select(line => (string)line!["what"]!)
            .ShouldBe(["order_placed", "payment_verifying", "payment_completed"]);
        JsonNode last = answer.Json["timeline"]![2]!;
        ((string?)last["by"], (string?)last["paymentId"]).ShouldBe(("khalti", (string?)paid.Payment()["id"]));
        answer.Text.ShouldNotContain(token);
        (await shop.AsMerchantAsync("/api/v1/admin/orders/ord_01k9x4c7qmf3t8v5z2w6y1n0ah")).ShouldBeProblem(404, "not_found");
    }

    [Fact]
    public async Task The_public_view_is_unchanged()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderOfAsync("Sita Rai", "sita@example.com", "9800000001");

        string text = (await shop.AskAsync("/api/v1/orders/" + order.Id())).Text;

        (text.Contains("sita@"), text.Contains("9800000001"), text.Contains("attention"), text.Contains("fee"))
            .ShouldBe((false, false, false, false));
    }

    [Fact]
    public async Task Paging_has_no_gaps_or_duplicates_also_for_orders_of_one_instant()
    {
        // The clock of tests stands still: all ids have the same time in them.
        await using Shop shop = await Shop.OpenAsync();
        HashSet<string> placed = [];
        for (int i = 0; i < 7; i++)
        {
            placed.Add((await shop.GivenOrderAsync()).Id());
        }

        List<string> seen = [];
        string? cursor = null;
        do
        {
            JsonNode page = (await shop.AsMerchantAsync($"/api/v1/admin/orders?limit=3&cursor={cursor}")).Json;
            seen.AddRange(page["data"]!.AsArray().Select(order => order!.Id()));
            cursor = (string?)page["nextCursor"];

            // What comes in meanwhile is newer, and moves nothing.
            shop.Clock.Advance(TimeSpan.FromSeconds(1));
            await shop.GivenOrderAsync();
        }
        while (cursor is not null);

        seen.ShouldBe(placed.OrderDescending(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_full_last_page_has_no_next_cursor()
    {
        await using Shop shop = await Shop.OpenAsync();
        await shop.GivenOrderAsync();
        await shop.GivenOrderAsync();

        JsonNode page = (await shop.AsMerchantAsync("/api/v1/admin/orders?limit=2")).Json;

        (page["data"]!.AsArray().Count, (string?)page["nextCursor"]).ShouldBe((2, null));
    }

    [Fact]
    public async Task Orders_are_found_by_status_and_attention()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode pending = await shop.GivenOrderAsync();
        (JsonNode paid, string _) = await shop.GivenPaidAsync();
        await shop.GivenAttentionAsync(paid, AttentionReason.PaidLate);

        (await shop.ListAsync("?status=paid")).ShouldBe([paid.Id()]);
        (await shop.ListAsync("?status=pending")).ShouldBe([pending.Id()]);
        (await shop.ListAsync("?status=refunded")).ShouldBeEmpty();
        (await shop.ListAsync("?attention=any")).ShouldBe([paid.Id()]);
        (await shop.ListAsync("?attention=paid_late&status=paid")).ShouldBe([paid.Id()]);
        (await shop.ListAsync("?attention=stuck")).ShouldBeEmpty();
        (await shop.ListAsync("?status=&attention=&q=&from=&to=&limit=&cursor=")).Length.ShouldBe(2);
    }

    [Theory]
    [InlineData("status", "eaten")]
    [InlineData("status", "Paid")]
    [InlineData("status", "0")]
    [InlineData("attention", "all")]
    [InlineData("from", "yesterday")]
    [InlineData("from", "2026-13-01")]
    [InlineData("to", "2026-11-20T10:00:00")]
    [InlineData("to", "0001-01-01")]
    [InlineData("to", "9999-12-31")]
    [InlineData("limit", "0")]
    [InlineData("limit", "101")]
    [InlineData("limit", "-1")]
    [InlineData("limit", "1e1")]
    [InlineData("cursor", "nonsense")]
    [InlineData("cursor", "b3JkXw")]
    [InlineData("cursor", "!")]
    [InlineData("q", "a\nb")]
    [InlineData("q", "one two three four five six seven eight nine")]
    public async Task An_invalid_filter_is_refused_by_name(string field, string value)
    {
        await using Shop shop = await Shop.OpenAsync();

        Answer answer = await shop.AsMerchantAsync($"/api/v1/admin/orders?{field}={Uri.EscapeDataString(value)}");

        answer.ShouldBeProblem(400, "validation_failed")["errors"]!.AsObject().Select(error => error.Key).ShouldBe([field]);
    }

    [Fact]
    public async Task An_invalid_cursor_is_refused()
    {
        await using Shop shop = await Shop.OpenAsync();
        foreach (string text in (string[])[new('A', 5000), "pay_01k9x4c7qmf3t8v5z2w6y1n0ah", "ord_01k9x4c7qmf3t8v5z2w6y1n0aU"])
        {
            string cursor = System.Buffers.Text.Base64Url.EncodeToString(System.Text.Encoding.ASCII.GetBytes(text));

            (await shop.AsMerchantAsync("/api/v1/admin/orders?cursor=" + cursor)).ShouldBeProblem(400, "validation_failed", text);
        }
    }

    [Fact]
    public async Task A_day_starts_at_midnight_in_Nepal_which_is_18_15_UTC()
    {
        // The clock begins at 2026-11-21 06:00 UTC.
        await using Shop shop = await Shop.OpenAsync();
        shop.Clock.Advance(new TimeSpan(12, 14, 59));
        string before = (await shop.GivenOrderAsync()).Id();
        shop.Clock.Advance(TimeSpan.FromSeconds(1));
        string after = (await shop.GivenOrderAsync()).Id();

        (await shop.ListAsync("?from=2026-11-21&to=2026-11-21")).ShouldBe([before]);
        (await shop.ListAsync("?from=2026-11-22&to=2026-11-22")).ShouldBe([after]);
        (await shop.ListAsync("?from=2026-11-21&to=2026-11-22")).ShouldBe([after, before]);
        (await shop.ListAsync("?from=2026-11-21T18:15:00Z")).ShouldBe([after]);
        (await shop.ListAsync("?to=2026-11-21T18:15:00Z")).ShouldBe([after, before]);
        (await shop.ListAsync("?to=2026-11-21T18:14:59Z")).ShouldBe([before]);
        (await shop.ListAsync("?from=" + Uri.EscapeDataString("2026-11-22T00:00:00+05:45"))).ShouldBe([after]);
        (await shop.ListAsync("?from=2026-11-23")).ShouldBeEmpty();
    }

    [Fact]
    public void The_first_id_of_an_instant_sorts_between_earlier_and_later_ids()
    {
        DateTimeOffset instant = new(2026, 11, 21, 6, 0, 0, 123, TimeSpan.Zero);
        string first = TypeId.First("ord", instant);
        for (int i = 0; i < 100; i++)
        {
            string.CompareOrdinal(TypeId.New("ord", instant), first).ShouldBePositive();
            string.CompareOrdinal(TypeId.New("ord", instant.AddMilliseconds(-1)), first).ShouldBeNegative();
        }

        TypeId.IsOne("ord", first).ShouldBeTrue();
    }
}
