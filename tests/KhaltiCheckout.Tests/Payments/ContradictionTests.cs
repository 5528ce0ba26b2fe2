using System.Text.Json.Nodes;
using KhaltiCheckout.Model;
using KhaltiCheckout.Tests.Polling;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Tests.Payments;

/// <summary>Khalti says what can't be: held, never paid, never dropped, and the evidence kept.</summary>
public sealed class ContradictionTests
{
    [Theory]
    [InlineData("Refunded", AttentionReason.RefundedAtKhalti)]
    [InlineData("Partially refunded", AttentionReason.RefundedAtKhalti)]
    [InlineData("Frozen", AttentionReason.UnknownState)]
    public async Task An_unknown_state_goes_to_review(string state, AttentionReason attention)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, string token) = await GivenLostAnswerAsync(shop);
        await shop.Sandbox.ForceStateAsync(token, state);

        await shop.PassAfterAsync(TimeSpan.FromSeconds(6));

        await ExpectHeldAsync(shop, order, attention, evidence: state);
    }

    [Theory]
    [InlineData("Failed")]
    [InlineData("Disabled")]
    public async Task A_payment_that_failed_at_Khalti_fails_here_and_the_order_can_be_paid_again(string state)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.Sandbox.FaultAsync("verify", "drop_before", times: 1);
        await shop.VerifyAsync(order, token);
        await shop.Sandbox.ForceStateAsync(token, state);

        await shop.PassAfterAsync(TimeSpan.FromSeconds(6));

        JsonNode failed = await shop.ReadAsync(order);
        (failed.Status(), failed.PaymentStatus()).ShouldBe(("pending", "failed"));
        ((string?)failed.Payment()["failure"]).ShouldBe("failed_at_khalti");
        string again = await shop.Sandbox.ConfirmedTokenAsync((long)order["amount"]!, order.Id());
        (await shop.VerifyAsync(order, again)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Another_product_identity_in_the_verify_answer_goes_to_review()
    {
        await using Shop shop = await Shop.OpenAsync();
        await shop.Sandbox.SwitchAsync(new { extraVerifyFields = true });
        JsonNode order = await shop.GivenOrderAsync();
        string token = await shop.Sandbox.ConfirmedTokenAsync((long)order["amount"]!, "somebody-elses-order");

        (int status, JsonNode held) = await shop.VerifyAsync(order, token);

        (status, held.PaymentStatus()).ShouldBe((202, "needs_review"));
        await ExpectHeldAsync(shop, order, AttentionReason.UnknownState, evidence: "another product identity");
        (await shop.Sandbox.CountAsync("detail")).ShouldBe(0);
    }

    [Fact]
    public async Task A_payment_stays_verifying_until_its_product_identity_is_read()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.Sandbox.FaultAsync("detail", "error", 500);

        (await shop.VerifyAsync(order, token)).Status.ShouldBe(202);
        await shop.Sandbox.MendAsync();
        await shop.PassAfterAsync(TimeSpan.FromSeconds(6));

        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Fact]
    public async Task An_order_in_review_refuses_payment_and_cancel_and_does_not_expire()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        await shop.VerifyAsync(order, await shop.Sandbox.ConfirmedTokenAsync((long)order["amount"]!, "somebody-elses-order"));
        string second = await shop.Sandbox.ConfirmedTokenAsync((long)order["amount"]!, order.Id());

        (await shop.VerifyAsync(order, second)).Body.Code().ShouldBe("payment_in_progress");
        (await shop.CancelAsync(order)).Body.Code().ShouldBe("not_cancellable");
        (await shop.PassAfterAsync(TimeSpan.FromHours(3))).Expired.ShouldBe(0);
        (await shop.Sandbox.StateAsync(second)).ShouldBe("Confirmed");
    }

    [Fact]
    public async Task A_payment_completed_after_cancellation_is_paid_late()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, string token) = await GivenLostAnswerAsync(shop);
        await shop.Sandbox.FaultAsync("status", "not_found");
        foreach (double minutes in (double[])[0.1, 0.5, 2, 6])
        {
            await shop.PassAfterAsync(TimeSpan.FromMinutes(minutes));
        }

        (await shop.ReadAsync(order)).PaymentStatus().ShouldBe("failed");
        (await shop.CancelAsync(order)).Status.ShouldBe(200);
        await shop.Sandbox.MendAsync();
        await shop.PassAfterAsync(TimeSpan.FromMinutes(70));

        JsonNode late = await shop.ReadAsync(order);
        (late.Status(), late.PaymentStatus()).ShouldBe(("paid", "completed"));
        (await OutageTests.AttentionAsync(shop, order)).ShouldBe(AttentionReason.PaidLate);
        (await shop.Sandbox.StateAsync(token)).ShouldBe("Completed");
    }

    [Fact]
    public async Task Two_completed_payments_are_recorded_and_raise_attention()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, string _) = await GivenLostAnswerAsync(shop);
        await shop.Sandbox.FaultAsync("status", "not_found");
        foreach (double minutes in (double[])[0.1, 0.5, 2, 6])
        {
            await shop.PassAfterAsync(TimeSpan.FromMinutes(minutes));
        }

        string second = await shop.Sandbox.ConfirmedTokenAsync((long)order["amount"]!, order.Id());
        (await shop.VerifyAsync(order, second)).Status.ShouldBe(200);
        await shop.Sandbox.MendAsync();
        await shop.PassAfterAsync(TimeSpan.FromMinutes(70));

        JsonNode both = await shop.ReadAsync(order);
        both.Status().ShouldBe("paid");
        both["payments"]!.AsArray().ShouldAllBe(payment => (string?)payment!["status"] == "completed");
        (await OutageTests.AttentionAsync(shop, order)).ShouldBe(AttentionReason.DoublePayment);
    }

    [Fact]
    public async Task A_declined_payment_has_one_last_check()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        await shop.VerifyAsync(order, "JustMadeThisTokenUp222");

        (await shop.PassAfterAsync(TimeSpan.FromMinutes(61))).Asked.ShouldBe(1);
        (await shop.PassAfterAsync(TimeSpan.FromDays(1))).Asked.ShouldBe(0);

        (await shop.ReadAsync(order)).PaymentStatus().ShouldBe("failed");
    }

    [Fact]
    public async Task The_timeline_has_every_event_and_no_secret()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, string token) = await GivenLostAnswerAsync(shop);
        await shop.PassAfterAsync(TimeSpan.FromSeconds(6));

        List<TimelineEntry> story = await shop.InDatabaseAsync(
            db => db.Timeline.Where(entry => entry.OrderId == order.Id()).OrderBy(entry => entry.Id).ToListAsync());

        story.Select(entry => entry.What).ShouldBe(["order_placed", "payment_verifying", "payment_outcome_unknown", "payment_completed"]);
        story.ShouldAllBe(entry => entry.Note == null || !entry.Note.Contains(token));
        story[^1].By.ShouldBe(Actor.Worker);
    }

    private static async Task<(JsonNode Order, string Token)> GivenLostAnswerAsync(Shop shop)
    {
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.Sandbox.FaultAsync("verify", "drop_after", times: 1);
        (await shop.VerifyAsync(order, token)).Status.ShouldBe(202);
        return (order, token);
    }

    private static async Task ExpectHeldAsync(Shop shop, JsonNode order, AttentionReason attention, string evidence)
    {
        JsonNode held = await shop.ReadAsync(order);
        (held.Status(), held.PaymentStatus()).ShouldBe(("pending", "needs_review"));
        (await OutageTests.AttentionAsync(shop, order)).ShouldBe(attention);
        (await shop.InDatabaseAsync(db => db.Timeline.SingleAsync(entry => entry.OrderId == order.Id() && entry.What == "payment_held")))
            .Note!.ShouldContain(evidence);
    }
}
