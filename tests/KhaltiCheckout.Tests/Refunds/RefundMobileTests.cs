using System.Text.Json.Nodes;
using KhaltiCheckout.Access;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Refunds;

/// <summary>To which number the money of a refund may go, and who may name one.</summary>
public sealed class RefundMobileTests
{
    private const string Mobile = "9800000003";

    [Theory]
    [InlineData("widget")]
    [InlineData("epayment")]
    public async Task A_wallet_payment_is_never_refunded_to_a_mobile_number(string method)
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = method == "widget" ? (await shop.GivenPaidAsync()).Order : (await shop.GivenPaidByLinkAsync()).Order;
        (string _, string key) = await shop.GivenKeyAsync("Till", Scopes.Refund);

        foreach (string one in (string[])[key, KeyHolding.SettingsKey])
        {
            Answer answer = await RefundAsync(shop, one, order);
            answer.ShouldBeProblem(400, "validation_failed")["errors"]!["mobile"].ShouldNotBeNull();
        }

        (await shop.Sandbox.CountAsync("refund")).ShouldBe(0);
        ((long)(await shop.ReadAsync(order))["amountRefunded"]!).ShouldBe(0);
    }

    [Fact]
    public async Task A_bank_payment_is_refunded_to_the_given_mobile_number()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await GivenPaidFromBankAsync(shop);
        (string _, string key) = await shop.GivenKeyAsync("Till", Scopes.Refund);

        (await RefundAsync(shop, key, order)).Status.ShouldBe(201);

        SecurityEvents(shop).ShouldHaveSingleItem().ShouldContain("Bank");
    }

    [Fact]
    public async Task With_an_unknown_payment_type_only_scope_admin_may_give_a_mobile_number()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        JsonNode order = await GivenPaidFromBankAsync(shop);
        (string _, string key) = await shop.GivenKeyAsync("Till", Scopes.Refund);
        await shop.Sandbox.FaultAsync("detail", "error", status: 404);

        Answer refused = await RefundAsync(shop, key, order);
        SecurityEvents(shop).ShouldBeEmpty();
        Answer made = await RefundAsync(shop, KeyHolding.SettingsKey, order);

        refused.ShouldBeProblem(403, "forbidden");
        made.Status.ShouldBe(201, made.Text);
        string told = SecurityEvents(shop).ShouldHaveSingleItem();
        told.ShouldContain("Unknown");
        told.ShouldContain("98XXXXX003");
        told.ShouldContain(made.Json.Id());
        shop.Log.Lines.ShouldNotContain(line => line.Contains(Mobile, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Ebanking payment", 201)]
    [InlineData("Mobile Banking payment", 201)]
    [InlineData("connectIPS", 201)]
    [InlineData("SCT card", 201)]
    [InlineData("Khalti points", 403)]
    [InlineData("Sewa", 403)]
    public async Task Scope_refund_may_give_a_mobile_number_only_for_a_bank_type(string type, int status)
    {
        Wire wire = new() { RewriteDetail = answer => answer.Replace("Wallet payment", type, StringComparison.Ordinal) };
        await using Shop shop = await Shop.OpenAsync(wire.LayUnder);
        JsonNode order = (await shop.GivenPaidAsync()).Order;
        (string _, string key) = await shop.GivenKeyAsync("Till", Scopes.Refund);

        Answer answer = await RefundAsync(shop, key, order);

        answer.Status.ShouldBe(status, answer.Text);
        (await shop.Sandbox.CountAsync("refund")).ShouldBe(status == 201 ? 1 : 0);
    }

    private static async Task<JsonNode> GivenPaidFromBankAsync(Shop shop)
    {
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        await shop.PayFromBankAsync(pidx);
        await shop.PassAfterAsync(TimeSpan.FromMinutes(1));
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
        return order;
    }

    private static Task<Answer> RefundAsync(Shop shop, string key, JsonNode order) =>
        shop.SendAsync(key, HttpMethod.Post, $"/api/v1/admin/orders/{order.Id()}/refunds", new { mobile = Mobile });

    private static string[] SecurityEvents(Shop shop) =>
        [.. shop.Log.Lines.Where(line => line.Contains(" to 98XXXXX003 (paid from: ", StringComparison.Ordinal))];
}
