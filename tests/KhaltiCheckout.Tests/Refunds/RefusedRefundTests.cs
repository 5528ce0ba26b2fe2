using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Refunds;

/// <summary>A refusal of a refund is no proof that the money is still there.</summary>
public sealed class RefusedRefundTests
{
    [Fact]
    public async Task A_refused_refund_that_was_made_is_found_at_once()
    {
        Wire wire = new();
        await using Shop shop = await Shop.OpenAsync(wire.LayUnder);
        (JsonNode order, _) = await shop.GivenPaidAsync();
        wire.InsteadOfRefund = (true, _ => Says("""{"detail": "Refund not possible.", "error_key": "validation_error"}"""));

        (int status, JsonNode problem) = await shop.RefundAsync(order);

        (status, problem.Code()).ShouldBe((409, "not_refundable"));
        (await shop.ReadAsync(order)).Status().ShouldBe("refunded");
        wire.InsteadOfRefund = null;
        (await shop.RefundAsync(order)).Body.Code().ShouldBe("not_refundable");
        (await shop.Sandbox.CountAsync("refund")).ShouldBe(1);
    }

    [Theory]
    [InlineData("""{"errors": ["Request blocked by policy"]}""")]
    [InlineData("""{"detail": "no", "status": 400}""")]
    public async Task A_refusal_by_a_proxy_leaves_a_refund_unknown(string body)
    {
        Wire wire = new();
        await using Shop shop = await Shop.OpenAsync(wire.LayUnder);
        shop.ExpectWarnings();
        (JsonNode order, _) = await shop.GivenPaidAsync();
        wire.InsteadOfRefund = (true, _ => Says(body));

        (int status, JsonNode refund) = await shop.RefundAsync(order);

        (status, (string?)refund["status"]).ShouldBe((202, "unknown"));
        await shop.PassAfterAsync(TimeSpan.FromSeconds(6));
        (await shop.ReadAsync(order)).Status().ShouldBe("refunded");
    }

    private static HttpResponseMessage Says(string body) =>
        new(HttpStatusCode.BadRequest) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
}
