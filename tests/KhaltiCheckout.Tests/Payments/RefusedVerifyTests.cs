using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using KhaltiCheckout.Model;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Tests.Payments;

/// <summary>Khalti refuses the first verify of a token: what that means is read from the token's status.</summary>
public sealed class RefusedVerifyTests
{
    private const string InvalidToken = """{"token": ["Invalid token."], "error_key": "validation_error"}""";

    [Fact]
    public async Task A_refused_token_that_Khalti_completed_before_pays_its_order()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string token) = await GivenCompletedElsewhereAsync(shop);

        (int status, JsonNode paid) = await shop.VerifyAsync(order, token);

        status.ShouldBe(200, paid.ToJsonString());
        (paid.Status(), (string?)paid.Payment()["transactionId"])
            .ShouldBe(("paid", (string?)(await shop.Sandbox.TransactionAsync(token))["idx"]));
    }

    [Fact]
    public async Task A_refused_verify_without_a_status_is_202_and_resolved_by_the_worker()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, string token) = await GivenCompletedElsewhereAsync(shop);
        await shop.Sandbox.FaultAsync("status", "drop_before");

        (int status, JsonNode waiting) = await shop.VerifyAsync(order, token);

        (status, waiting.PaymentStatus()).ShouldBe((202, "verifying"));
        string second = await shop.Sandbox.ConfirmedTokenAsync((long)order["amount"]!, order.Id());
        (await shop.VerifyAsync(order, second)).Body.Code().ShouldBe("payment_in_progress");
        await shop.Sandbox.MendAsync();
        await shop.PassAfterAsync(TimeSpan.FromSeconds(6));
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
        (await shop.Sandbox.StateAsync(second)).ShouldBe("Confirmed");
    }

    [Fact]
    public async Task A_refused_token_that_Khalti_calls_confirmed_is_followed_up()
    {
        Wire wire = new();
        await using Shop shop = await Shop.OpenAsync(wire.LayUnder);
        shop.ExpectWarnings();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        wire.InsteadOfVerify = _ => Says(HttpStatusCode.BadRequest, InvalidToken);

        (int status, JsonNode waiting) = await shop.VerifyAsync(order, token);

        (status, waiting.PaymentStatus()).ShouldBe((202, "verifying"));
        wire.InsteadOfVerify = null;
        await shop.PassAfterAsync(TimeSpan.FromSeconds(6));
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Theory]
    [InlineData("Initiated", "refused_by_khalti")]
    [InlineData("Failed", "failed_at_khalti")]
    [InlineData("Disabled", "failed_at_khalti")]
    public async Task A_refused_token_without_moved_money_is_402_at_once(string state, string failure)
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.Sandbox.ForceStateAsync(token, state);

        (int status, JsonNode problem) = await shop.VerifyAsync(order, token);

        (status, problem.Code()).ShouldBe((402, "payment_declined"));
        ((string?)(await shop.ReadAsync(order)).Payment()["failure"]).ShouldBe(failure);
        string second = await shop.Sandbox.ConfirmedTokenAsync((long)order["amount"]!, order.Id());
        (await shop.VerifyAsync(order, second)).Status.ShouldBe(200, "the shopper may pay at once");
    }

    [Fact]
    public async Task A_refused_token_that_is_refunded_at_Khalti_goes_to_review()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string token) = await GivenCompletedElsewhereAsync(shop);
        await shop.Sandbox.ForceStateAsync(token, "Refunded");

        (int status, JsonNode held) = await shop.VerifyAsync(order, token);

        (status, held.PaymentStatus()).ShouldBe((202, "needs_review"));
        string id = order.Id();
        (await shop.InDatabaseAsync(db => db.Orders.SingleAsync(one => one.Id == id))).Attention.ShouldBe(AttentionReason.RefundedAtKhalti);
    }

    [Theory]
    [InlineData(HttpStatusCode.BadRequest, """{"errors": ["Request blocked by policy"]}""")]
    [InlineData(HttpStatusCode.BadRequest, """{"detail": "Bad Request"}""")]
    [InlineData(HttpStatusCode.Conflict, InvalidToken)]
    [InlineData(HttpStatusCode.UnprocessableEntity, """{"detail": "no", "error_key": "validation_error"}""")]
    public async Task A_refusal_by_a_proxy_is_202_and_resolved_by_the_worker(HttpStatusCode code, string body)
    {
        Wire wire = new();
        await using Shop shop = await Shop.OpenAsync(wire.LayUnder);
        shop.ExpectWarnings();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        wire.InsteadOfVerify = _ => Says(code, body);

        (int status, JsonNode waiting) = await shop.VerifyAsync(order, token);

        (status, waiting.PaymentStatus()).ShouldBe((202, "verifying"));
        wire.InsteadOfVerify = null;
        await shop.PassAfterAsync(TimeSpan.FromSeconds(6));
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    // As after a restored copy: Khalti has completed the token, and refuses to verify it again.
    private static async Task<(JsonNode Order, string Token)> GivenCompletedElsewhereAsync(Shop shop)
    {
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.Sandbox.ForceStateAsync(token, "Completed");
        await shop.Sandbox.SwitchAsync(new { verifyAgain = "invalidToken" });
        return (order, token);
    }

    private static HttpResponseMessage Says(HttpStatusCode code, string body) =>
        new(code) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
}
