using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Polling;

/// <summary>An order whose own record can't be read keeps nobody else waiting, and a person is told once.</summary>
public sealed class UnreadableOrderTests
{
    [Fact]
    public async Task An_unreadable_order_does_not_block_the_expiry_of_others()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        JsonNode broken = await shop.GivenOrderAsync();
        shop.Clock.Advance(TimeSpan.FromSeconds(1));
        JsonNode later = await shop.GivenOrderAsync();
        await shop.SqlAsync($"""UPDATE "Orders" SET "Amount" = -1 WHERE "Id" = {broken.Id()}""");

        int expired = (await shop.PassAfterAsync(TimeSpan.FromHours(2))).Expired;

        expired.ShouldBe(1);
        (await shop.ReadAsync(later)).Status().ShouldBe("expired");
        shop.Log.Warnings.ShouldContain(line => line.Contains(broken.Id(), StringComparison.Ordinal));
        await ShouldBeToldOnceAsync(shop, broken);
        (await shop.ListAsync()).ShouldBe([later.Id()], "the list shows what can be read");
        Answer table = await shop.AsMerchantAsync("/api/v1/admin/orders.csv");
        table.Text.ShouldContain(later.Id());
        table.Text.ShouldContain($"\"{broken.Id()}\",\"\",\"\",\"\",\"unreadable\",");
    }

    [Fact]
    public async Task An_unreadable_order_does_not_block_the_checks_of_others()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        JsonNode broken = await GivenLostAsync(shop);
        JsonNode other = await GivenLostAsync(shop);
        await shop.SqlAsync($"""UPDATE "OrderLines" SET "Quantity" = -1, "UnitPrice" = -1 WHERE "OrderId" = {broken.Id()}""");

        await shop.PassAfterAsync(TimeSpan.FromSeconds(10));

        (await shop.ReadAsync(other)).Status().ShouldBe("paid");
        await ShouldBeToldOnceAsync(shop, broken);
    }

    [Fact]
    public async Task An_unreadable_order_is_answered_with_a_code_at_the_desk_and_the_list_still_works()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        JsonNode broken = await shop.GivenOrderAsync();
        JsonNode other = await shop.GivenOrderAsync();
        await shop.SqlAsync($"""UPDATE "Orders" SET "Amount" = -1 WHERE "Id" = {broken.Id()}""");

        Answer shown = await shop.AsMerchantAsync($"/api/v1/admin/orders/{broken.Id()}");

        shown.ShouldBeProblem(409, "order_unreadable");
        (await shop.AsMerchantAsync($"/api/v1/admin/orders/{other.Id()}")).Status.ShouldBe(200);
        (await shop.ListAsync()).ShouldBe([other.Id()]);
        await ShouldBeToldOnceAsync(shop, broken);
    }

    [Fact]
    public async Task A_repaired_and_resolved_order_is_processed_again()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        JsonNode order = await shop.GivenOrderAsync();
        await shop.SqlAsync($"""UPDATE "Orders" SET "Amount" = -1 WHERE "Id" = {order.Id()}""");
        await shop.PassAfterAsync(TimeSpan.FromHours(2));
        await shop.SqlAsync($"""UPDATE "Orders" SET "Amount" = 18500 WHERE "Id" = {order.Id()}""");

        JsonNode reason = (await shop.ReasonsAsync(order)).ShouldHaveSingleItem();
        ((string)reason["reason"]!).ShouldBe("unreadable");
        (await shop.AsMerchantAsync(
            HttpMethod.Post, $"/api/v1/admin/orders/{order.Id()}/resolve",
            new { note = "row mended", reasonId = reason.Id() })).Status.ShouldBe(200);
        await shop.PassAfterAsync(TimeSpan.FromSeconds(1));

        (await shop.ReadAsync(order)).Status().ShouldBe("expired");
    }

    private static async Task ShouldBeToldOnceAsync(Shop shop, JsonNode broken)
    {
        await shop.PassAfterAsync(TimeSpan.FromMinutes(2));
        await shop.PassAfterAsync(TimeSpan.FromMinutes(2));
        Answer page = await shop.AsMerchantAsync("/api/v1/admin/orders?attention=unreadable");
        page.Status.ShouldBe(200, page.Text);
        page.Json["data"]!.AsArray().ShouldBeEmpty();
        ((string?)page.Json["unreadable"]!.AsArray().ShouldHaveSingleItem()).ShouldBe(broken.Id());
        (await shop.TimelineAsync(broken)).Count(what => what == "attention").ShouldBe(1);
        shop.Log.Warnings.Count(
            line => line.Contains("until a person resolves its reason unreadable", StringComparison.Ordinal)).ShouldBe(1);
    }

    private static async Task<JsonNode> GivenLostAsync(Shop shop)
    {
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.Sandbox.FaultAsync("verify", "drop_after", times: 1);
        (await shop.VerifyAsync(order, token)).Status.ShouldBe(202);
        return order;
    }
}
