using System.Text.Json.Nodes;
using KhaltiCheckout.Model;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Tests.Payments;

public sealed class VerifyWidgetPaymentTests
{
    [Fact]
    public async Task A_confirmed_token_pays_its_order()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();

        (int status, JsonNode paid) = await shop.VerifyAsync(order, token);

        status.ShouldBe(200);
        paid.Status().ShouldBe("paid");
        paid["paidAt"].ShouldNotBeNull();
        paid.PaymentStatus().ShouldBe("completed");
        ((string?)paid.Payment()["khaltiState"]).ShouldBe("Completed");
        ((string?)paid.Payment()["transactionId"]).ShouldBe((string?)(await shop.Sandbox.TransactionAsync(token))["idx"]);
        (await shop.Sandbox.StateAsync(token)).ShouldBe("Completed");
        (await shop.ReadAsync(order)).ToJsonString().ShouldBe(paid.ToJsonString());
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(-17_500)]
    [InlineData(1_000_000)]
    public async Task A_changed_amount_is_refused_before_Khalti_is_called(long difference)
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();

        (int status, JsonNode problem) = await shop.VerifyAsync(order, token, (long)order["amount"]! + difference);

        status.ShouldBe(422);
        problem.Code().ShouldBe("amount_mismatch");
        (await shop.Sandbox.CountAsync("verify")).ShouldBe(0);
        (await shop.Sandbox.StateAsync(token)).ShouldBe("Confirmed");
        (await shop.ReadAsync(order)).Status().ShouldBe("pending");
        (await shop.InDatabaseAsync(db => db.Timeline.CountAsync(entry => entry.What == "amount_mismatch"))).ShouldBe(1);
    }

    [Fact]
    public async Task After_a_wrong_amount_the_correct_one_still_pays()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.VerifyAsync(order, token, 1000);

        (int status, JsonNode paid) = await shop.VerifyAsync(order, token);

        status.ShouldBe(200);
        paid.Status().ShouldBe("paid");
    }

    [Fact]
    public async Task Repeated_wrong_amounts_do_not_fill_the_timeline()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();

        for (int post = 0; post < 30; post++)
        {
            await shop.VerifyAsync(order, "any-token", 1000 + post);
        }

        (await shop.InDatabaseAsync(db => db.Timeline.CountAsync(entry => entry.What == "amount_mismatch"))).ShouldBe(10);
    }

    [Fact]
    public async Task A_payer_who_confirmed_a_smaller_amount_does_not_pay_the_order()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync("pashmina-shawl");
        string token = await shop.Sandbox.ConfirmedTokenAsync(1000, order.Id());

        (int status, JsonNode problem) = await shop.VerifyAsync(order, token);

        status.ShouldBe(402);
        problem.Code().ShouldBe("payment_declined");
        (await shop.Sandbox.StateAsync(token)).ShouldBe("Confirmed");
        (await shop.ReadAsync(order)).Status().ShouldBe("pending");
    }

    [Fact]
    public async Task The_token_of_another_order_is_refused()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode paid, string token) = await shop.GivenPaidAsync();
        JsonNode other = await shop.GivenOrderAsync();

        (int status, JsonNode problem) = await shop.VerifyAsync(other, token);

        status.ShouldBe(409);
        problem.Code().ShouldBe("token_already_used");
        problem.ToJsonString().ShouldNotContain(paid.Id());
        (await shop.ReadAsync(other)).Status().ShouldBe("pending");
        (await shop.Sandbox.CountAsync("verify")).ShouldBe(1);
    }

    [Fact]
    public async Task A_token_confirmed_for_another_order_goes_to_review()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode _, string token) = await shop.GivenConfirmedAsync();
        JsonNode thief = await shop.GivenOrderAsync();

        (int status, JsonNode held) = await shop.VerifyAsync(thief, token);

        status.ShouldBe(202);
        held.Status().ShouldBe("pending");
        held.PaymentStatus().ShouldBe("needs_review");
        (await shop.InDatabaseAsync(db => db.Orders.SingleAsync(order => order.Id == thief.Id())))
            .Attention.ShouldBe(AttentionReason.UnknownState);
    }

    [Fact]
    public async Task The_same_token_again_returns_the_stored_outcome()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode paid, string token) = await shop.GivenPaidAsync();

        (int status, JsonNode again) = await shop.VerifyAsync(paid, token);

        status.ShouldBe(200);
        again.ToJsonString().ShouldBe(paid.ToJsonString());
        (await shop.Sandbox.CountAsync("verify")).ShouldBe(1);
    }

    [Fact]
    public async Task Another_token_for_a_paid_order_is_refused_before_Khalti_is_called()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode paid, string _) = await shop.GivenPaidAsync();
        string second = await shop.Sandbox.ConfirmedTokenAsync((long)paid["amount"]!, paid.Id());

        (int status, JsonNode problem) = await shop.VerifyAsync(paid, second);

        status.ShouldBe(409);
        problem.Code().ShouldBe("order_not_payable");
        (await shop.Sandbox.StateAsync(second)).ShouldBe("Confirmed");
    }

    [Fact]
    public async Task An_unknown_token_is_declined_and_the_order_can_still_be_paid()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();

        (int status, JsonNode problem) = await shop.VerifyAsync(order, "JustMadeThisTokenUp222");

        status.ShouldBe(402);
        problem.Code().ShouldBe("payment_declined");
        JsonNode declined = await shop.ReadAsync(order);
        declined.PaymentStatus().ShouldBe("failed");
        ((string?)declined.Payment()["failure"]).ShouldBe("refused_by_khalti");
        (await shop.VerifyAsync(order, token)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_declined_token_posted_again_is_declined_without_a_call()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        await shop.VerifyAsync(order, "JustMadeThisTokenUp222");

        (int status, JsonNode problem) = await shop.VerifyAsync(order, "JustMadeThisTokenUp222");

        status.ShouldBe(402);
        problem.Code().ShouldBe("payment_declined");
        (await shop.Sandbox.CountAsync("verify")).ShouldBe(1);
    }

    [Fact]
    public async Task An_unconfirmed_token_is_declined()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        string token = await shop.Sandbox.InitiatedTokenAsync((long)order["amount"]!, order.Id());

        (int status, JsonNode problem) = await shop.VerifyAsync(order, token);

        status.ShouldBe(402);
        problem.Code().ShouldBe("payment_declined");
        (await shop.Sandbox.StateAsync(token)).ShouldBe("Initiated");
    }

    [Fact]
    public async Task A_forged_widget_success_does_not_pay()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();

        // What any script on the page can do: call onSuccess with a payload of its own making.
        (int status, JsonNode problem) = await shop.VerifyAsync(order, "QUao9cqFzxPgvWJNi9aKac");

        status.ShouldBe(402);
        problem.Code().ShouldBe("payment_declined");
        (await shop.ReadAsync(order)).Status().ShouldBe("pending");
    }

    [Fact]
    public async Task A_cancelled_order_refuses_payment()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        (await shop.CancelAsync(order)).Status.ShouldBe(200);

        (int status, JsonNode problem) = await shop.VerifyAsync(order, token);

        status.ShouldBe(409);
        problem.Code().ShouldBe("order_not_payable");
        (await shop.Sandbox.StateAsync(token)).ShouldBe("Confirmed");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_overdue_order_refuses_payment_also_before_the_worker_expires_it(bool workerHasBeen)
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        shop.Clock.Advance(TimeSpan.FromHours(1));
        if (workerHasBeen)
        {
            (await shop.PassAsync()).Expired.ShouldBe(1);
        }

        (int status, JsonNode problem) = await shop.VerifyAsync(order, token);

        status.ShouldBe(409);
        problem.Code().ShouldBe("order_not_payable");
        (await shop.Sandbox.CountAsync("verify")).ShouldBe(0);
        (await shop.ReadAsync(order)).Status().ShouldBe("expired");
    }

    [Fact]
    public async Task An_unknown_order_is_not_found()
    {
        await using Shop shop = await Shop.OpenAsync();

        (int status, JsonNode problem) = await shop.PostAsync(
            "/api/v1/payments/verify", new { orderId = "ord_01k9x4c7qmf3t8v5z2w6y1n0ah", token = "abc", amount = 1000 });

        status.ShouldBe(404);
        problem.Code().ShouldBe("not_found");
    }
}
