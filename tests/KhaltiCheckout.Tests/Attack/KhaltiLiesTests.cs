using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Tests.Attack;

/// <summary>
/// A Khalti, or somebody on the line to it, that answers other than it should. Always in this process: the answer is changed
/// on its way back.
/// </summary>
public sealed class KhaltiLiesTests
{
    [Theory]
    [InlineData(18_499)]
    [InlineData(18_501)]
    [InlineData(0)]
    [InlineData(9_223_372_036_854_775_807)]
    public async Task Another_completed_amount_goes_to_review(long amount)
    {
        (JsonNode order, string attention) = await AnsweredAsync(record => record["amount"] = amount);

        (order.Status(), order.PaymentStatus(), attention).ShouldBe(("pending", "needs_review", "AmountConflict"));
    }

    [Fact]
    public async Task An_amount_reduced_by_the_fee_goes_to_review()
    {
        (JsonNode order, string attention) = await AnsweredAsync(record =>
            record["amount"] = (long)record["amount"]! - (long)record["fee_amount"]!);

        (order.Status(), attention).ShouldBe(("pending", "AmountConflict"));
    }

    [Fact]
    public async Task Completed_and_refunded_in_one_answer_goes_to_review()
    {
        (JsonNode order, string attention) = await AnsweredAsync(record => record["refunded"] = true);

        (order.Status(), order.PaymentStatus(), attention).ShouldBe(("pending", "needs_review", "RefundedAtKhalti"));
    }

    [Theory]
    [InlineData("Refunded")]
    [InlineData("Partially refunded")]
    [InlineData("Frozen")]
    [InlineData("Completedd")]
    [InlineData("Not Completed")]
    [InlineData("status: Completed")]
    [InlineData("<b>Completed</b>")]
    public async Task A_verify_answer_with_another_state_goes_to_review(string state)
    {
        (JsonNode order, string attention) = await AnsweredAsync(record => record["state"]!["name"] = state);

        (order.Status(), order.PaymentStatus()).ShouldBe(("pending", "needs_review"));
        attention.ShouldBeOneOf("UnknownState", "RefundedAtKhalti");
    }

    [Theory]
    [InlineData("Initiated")]
    [InlineData("Confirmed")]
    public async Task A_state_before_Completed_does_not_pay(string state)
    {
        (JsonNode order, string _) = await AnsweredAsync(record => record["state"]!["name"] = state);

        (order.Status(), order.PaymentStatus()).ShouldBe(("pending", "verifying"));
    }

    [Theory]
    [InlineData("{\"status\":true}")]
    [InlineData("{\"state\":\"Completed\",\"amount\":18500}")]
    [InlineData("{\"state\":{\"name\":\"Completed\"},\"amount\":18500}")]
    [InlineData("{\"idx\":\"x\",\"state\":{\"name\":\"Completed\"}}")]
    [InlineData("{\"idx\":\"x\",\"state\":{\"name\":\"Completed\"},\"amount\":\"18500.00\"}")]
    [InlineData("{\"idx\":\"x\",\"state\":{\"name\":\"Completed\"},\"amount\":-18500}")]
    [InlineData("{\"idx\":\"x\",\"state\":{\"name\":[\"Completed\"]},\"amount\":18500}")]
    [InlineData("[{\"idx\":\"x\",\"state\":{\"name\":\"Completed\"},\"amount\":18500}]")]
    [InlineData("\"Completed\"")]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("<html>Completed</html>")]
    public async Task An_incomplete_payment_answer_is_unknown(string answer)
    {
        (JsonNode order, string _) = await AnsweredAsync(_ => answer);

        (order.Status(), order.PaymentStatus()).ShouldBe(("pending", "verifying"));
    }

    [Fact]
    public async Task A_transaction_cannot_pay_a_second_order_with_a_new_token()
    {
        Wire wire = new();
        await using Shop shop = await Shop.OpenAsync(wire.LayUnder);
        (JsonNode paid, string _) = await shop.GivenPaidAsync();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        wire.Rewrite = text => Change(text, record =>
        {
            record["idx"] = (string?)paid.Payment()["transactionId"];
            record["product_identity"] = order.Id();
        });

        (int status, JsonNode held) = await shop.VerifyAsync(order, token);

        (status, held.Status(), held.PaymentStatus()).ShouldBe((202, "pending", "needs_review"));
        (await shop.ReadAsync(paid)).Status().ShouldBe("paid");
    }

    [Theory]
    [InlineData("Initiated")]
    [InlineData("Confirmed")]
    public async Task Status_true_with_a_state_before_Completed_does_not_pay(string state)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.Sandbox.ForceStateAsync(token, state);
        await shop.Sandbox.FaultAsync("verify", "drop_before", times: 2);
        await shop.VerifyAsync(order, token);

        await shop.PassAfterAsync(TimeSpan.FromSeconds(6));

        (await shop.Sandbox.CountAsync("status", token)).ShouldBe(1);
        (await shop.ReadAsync(order)).Status().ShouldBe("pending");
    }

    private static Task<(JsonNode Order, string Attention)> AnsweredAsync(Action<JsonNode> change) =>
        AnsweredAsync(text => Change(text, change));

    private static async Task<(JsonNode Order, string Attention)> AnsweredAsync(Func<string, string> rewrite)
    {
        Wire wire = new() { Rewrite = rewrite };
        await using Shop shop = await Shop.OpenAsync(wire.LayUnder);
        shop.ExpectWarnings();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();

        (int status, JsonNode body) = await shop.VerifyAsync(order, token);

        status.ShouldBe(202, body.ToJsonString());
        string attention = await shop.InDatabaseAsync(async db => $"{(await db.Orders.SingleAsync()).Attention}");
        return (await shop.ReadAsync(order), attention);
    }

    private static string Change(string text, Action<JsonNode> change)
    {
        JsonNode record = JsonNode.Parse(text)!;
        change(record);
        return record.ToJsonString();
    }
}
