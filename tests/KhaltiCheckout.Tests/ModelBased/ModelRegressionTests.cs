using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.ModelBased;

/// <summary>Regression tests of failures that the model-based test has found.</summary>
public sealed class ModelRegressionTests
{
    [Theory]
    [InlineData("cancelled")]
    [InlineData("expired")]
    [InlineData("paid")]
    public async Task The_last_check_never_charges_for_an_order_that_takes_no_payment(string became)
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        string late = await shop.Sandbox.InitiatedTokenAsync((long)order["amount"]!, order.Id());
        (await shop.VerifyAsync(order, late)).Status.ShouldBe(402, "the payer has not given the code yet");
        switch (became)
        {
            case "cancelled":
                (await shop.CancelAsync(order)).Status.ShouldBe(200);
                break;
            case "paid":
                string second = await shop.Sandbox.ConfirmedTokenAsync((long)order["amount"]!, order.Id());
                (await shop.VerifyAsync(order, second)).Status.ShouldBe(200);
                break;
        }

        await shop.Sandbox.ForceStateAsync(late, "Confirmed");
        await shop.PassAfterAsync(TimeSpan.FromMinutes(61));
        await shop.PassAfterAsync(TimeSpan.FromMinutes(61));

        (await shop.ReadAsync(order)).Status().ShouldBe(became);
        (await shop.Sandbox.StateAsync(late)).ShouldBe("Confirmed", "the shopper was told that no money was taken");
    }

    [Fact]
    public async Task A_token_of_another_product_goes_to_review_after_a_lost_single_verify()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode _, string token) = await shop.GivenConfirmedAsync();
        JsonNode other = await shop.GivenOrderAsync();
        await shop.Sandbox.SwitchAsync(new { verifyAgain = "invalidToken" });
        await shop.Sandbox.FaultAsync("verify", "drop_after", times: 1);
        (await shop.VerifyAsync(other, token)).Status.ShouldBe(202);

        await shop.PassAfterAsync(TimeSpan.FromSeconds(6));

        JsonNode held = await shop.ReadAsync(other);
        (held.Status(), held.PaymentStatus()).ShouldBe(("pending", "needs_review"));
    }

    [Fact]
    public async Task A_late_refused_verify_does_not_fail_a_payment_whose_money_has_moved()
    {
        Wire wire = new();
        await using Shop shop = await Shop.OpenAsync(wire.LayUnder);
        shop.ExpectWarnings();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.Sandbox.SwitchAsync(new { verifyAgain = "invalidToken" });
        Stop asleep = wire.StopNextVerify(onTheWayBack: false);
        Task<(int Status, JsonNode Body)> post = shop.VerifyAsync(order, token);
        await asleep.Reached;
        await shop.Sandbox.FaultAsync("verify", "drop_after", times: 1);
        (await shop.PassAfterAsync(TimeSpan.FromMinutes(2))).Asked.ShouldBe(1, "the lease of the process that sleeps is over");

        asleep.LetGo();
        (int status, JsonNode paid) = await post;

        (await shop.Sandbox.StateAsync(token)).ShouldBe("Completed");
        (status, paid.Status(), paid.PaymentStatus()).ShouldBe((200, "paid", "completed"));
    }

    [Fact]
    public async Task A_lost_answer_is_found_despite_another_payment_spent_on_another_order()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        string second = await shop.Sandbox.ConfirmedTokenAsync((long)order["amount"]!, order.Id());
        JsonNode other = await shop.GivenOrderAsync();
        await shop.Sandbox.SwitchAsync(new { verifyAgain = "invalidToken" });
        await shop.Sandbox.FaultAsync("verify", "drop_after", times: 1);
        (await shop.VerifyAsync(order, token)).Status.ShouldBe(202);
        (await shop.VerifyAsync(other, second)).Status.ShouldBe(202, "held: confirmed for something else");

        await shop.PassAfterAsync(TimeSpan.FromSeconds(6));

        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
        (await shop.ReadAsync(other)).PaymentStatus().ShouldBe("needs_review");
    }

    [Fact]
    public async Task Two_indistinguishable_lost_answers_go_to_review()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        string second = await shop.Sandbox.ConfirmedTokenAsync((long)order["amount"]!, order.Id());
        JsonNode other = await shop.GivenOrderAsync();
        await shop.Sandbox.SwitchAsync(new { verifyAgain = "invalidToken" });
        await shop.Sandbox.FaultAsync("verify", "drop_after", times: 2);
        (await shop.VerifyAsync(order, token)).Status.ShouldBe(202);
        (await shop.VerifyAsync(other, second)).Status.ShouldBe(202);

        await shop.PassAfterAsync(TimeSpan.FromSeconds(6));

        (await shop.ReadAsync(order)).PaymentStatus().ShouldBe("needs_review");
        (await shop.ReadAsync(other)).PaymentStatus().ShouldBe("needs_review");
    }

    [Fact]
    public async Task A_token_beside_money_that_pays_nothing_is_verified_only_when_a_person_has_looked()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.Sandbox.FaultAsync("verify", "drop_before", times: 1);
        (await shop.VerifyAsync(order, token)).Status.ShouldBe(202);
        await shop.Sandbox.CompletedTransactionAsync((long)order["amount"]! + 100, order.Id());
        await shop.MatchForAsync(TimeSpan.FromMinutes(2));
        for (int hour = 0; hour < 30; hour++)
        {
            await shop.PassAfterAsync(TimeSpan.FromMinutes(67));
        }

        JsonNode[] reasons = await shop.ReasonsAsync(order);
        reasons.Select(reason => (string?)reason["reason"]).ShouldBe(["unmatched_transaction", "stuck"], ignoreOrder: true);
        (await shop.Sandbox.StateAsync(token)).ShouldBe("Confirmed");
        (await shop.AsMerchantAsync(
            HttpMethod.Post, $"/api/v1/admin/orders/{order.Id()}/resolve",
            new { note = "refunded at Khalti", reasonId = reasons.Single(one => (string?)one["reason"] == "unmatched_transaction").Id() }))
            .Status.ShouldBe(200);
        await shop.PassAfterAsync(TimeSpan.FromHours(27));

        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Fact]
    public async Task A_link_refunded_at_Khalti_and_a_lost_token_of_one_order_are_two_open_reasons()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        await shop.Sandbox.OutcomeAsync(pidx, "completed");
        JsonNode paid = (await shop.Sandbox.ListAsync("/_sandbox/transactions")).ShouldHaveSingleItem();
        await shop.Sandbox.SetStateAsync((string)paid["idx"]!, "Refunded");
        string idx = await shop.Sandbox.CompletedTransactionAsync((long)order["amount"]!, order.Id());

        await shop.MatchForAsync(TimeSpan.FromMinutes(2));

        JsonNode[] reasons = await shop.ReasonsAsync(order);
        reasons.Select(reason => ((string?)reason["reason"], (string?)reason["transactionId"]))
            .ShouldBe([("refunded_at_khalti", null), ("unmatched_transaction", idx)], ignoreOrder: true);
        (await shop.ReadAsync(order)).PaymentStatus().ShouldBe("needs_review");
    }
}
