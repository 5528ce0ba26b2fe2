using System.Text.Json.Nodes;
using KhaltiCheckout.Model;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Tests.Payments;

/// <summary>What becomes of a payment link, whether or not the shopper comes back. Each row of the table "What a careful
/// merchant does in every state" for lookups is a test here.</summary>
public sealed class EPaymentSettlingTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(6);

    [Fact]
    public async Task The_worker_applies_a_completed_link_without_a_return()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        await shop.Sandbox.OutcomeAsync(pidx, "completed");

        await shop.PassAfterAsync(Soon);

        JsonNode paid = await shop.ReadAsync(order);
        (paid.Status(), paid.PaymentStatus()).ShouldBe(("paid", "completed"));
        (await shop.PassAfterAsync(TimeSpan.FromDays(1))).Asked.ShouldBe(0, "settled is settled");
    }

    [Fact]
    public async Task A_link_completed_late_is_found_within_about_a_minute()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        for (int minute = 0; minute < 45; minute++)
        {
            await shop.PassAfterAsync(TimeSpan.FromMinutes(1));
        }

        await shop.Sandbox.OutcomeAsync(pidx, "completed");
        await shop.PassAfterAsync(TimeSpan.FromSeconds(67));

        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
        (await NotesAsync(shop)).ShouldNotContain("stuck");
    }

    [Fact]
    public async Task An_initiated_link_expires_after_its_lifetime_and_a_margin()
    {
        await using Shop shop = await Shop.OpenAsync(("Store:OrderLifetime", "05:00:00"));
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();

        await shop.PassAfterAsync(TimeSpan.FromMinutes(59));
        (await shop.ReadAsync(order)).PaymentStatus().ShouldBe("initiated");
        await shop.PassAfterAsync(TimeSpan.FromMinutes(2));

        JsonNode expired = await shop.ReadAsync(order);
        (expired.Status(), expired.PaymentStatus(), (string?)expired.Payment()["khaltiState"]).ShouldBe(("pending", "expired", "Expired"));
        (await shop.GivenLinkAsync(order)).ShouldNotBe(pidx);
    }

    [Fact]
    public async Task An_initiated_link_that_Khalti_never_ends_expires_by_the_shops_clock()
    {
        Wire wire = new();
        await using Shop shop = await Shop.OpenAsync(wire.LayUnder, ("Store:OrderLifetime", "05:00:00"));
        (JsonNode order, _) = await shop.GivenLinkAsync();
        wire.RewriteLookup = answer => answer.Replace("Expired", "Initiated", StringComparison.Ordinal);

        await shop.PassAfterAsync(TimeSpan.FromMinutes(65));
        (await shop.ReadAsync(order)).PaymentStatus().ShouldBe("initiated");
        await shop.PassAfterAsync(TimeSpan.FromMinutes(6));

        (await shop.ReadAsync(order)).PaymentStatus().ShouldBe("expired");
    }

    [Fact]
    public async Task A_pending_link_keeps_its_order_open_and_never_fails_by_itself()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        await shop.Sandbox.OutcomeAsync(pidx, "pending");
        await shop.PassAfterAsync(Soon);

        (await shop.InitiateAsync(order)).Body.Code().ShouldBe("payment_in_progress");
        string token = await shop.Sandbox.ConfirmedTokenAsync((long)order["amount"]!, order.Id());
        (await shop.VerifyAsync(order, token)).Body.Code().ShouldBe("payment_in_progress");
        (await shop.CancelAsync(order)).Body.Code().ShouldBe("not_cancellable");
        for (int hour = 0; hour < 40; hour++)
        {
            await shop.PassAfterAsync(TimeSpan.FromHours(1.2));
        }

        JsonNode held = await shop.ReadAsync(order);
        (held.Status(), held.PaymentStatus()).ShouldBe(("pending", "verifying"));
        (await AttentionAsync(shop, order)).ShouldBe(AttentionReason.Stuck, "a person is told when the link's time is over");
        await shop.Sandbox.OutcomeAsync(pidx, "completed");
        await shop.PassAfterAsync(TimeSpan.FromDays(1.2));
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
        (await AttentionAsync(shop, order)).ShouldBeNull("what was stuck is known");
    }

    [Theory]
    [InlineData("canceled", "cancelled", "User canceled")]
    [InlineData("expired", "expired", "Expired")]
    [InlineData("failed", "failed", "Failed")]
    public async Task A_link_that_ended_unpaid_lets_the_shopper_pay_again(string outcome, string status, string khaltiState)
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        await shop.Sandbox.OutcomeAsync(pidx, outcome);

        await shop.PassAfterAsync(Soon);

        JsonNode payment = (await shop.ReadAsync(order)).Payment();
        ((string?)payment["status"], (string?)payment["khaltiState"]).ShouldBe((status, khaltiState));
        string second = await shop.GivenLinkAsync(order);
        second.ShouldNotBe(pidx);
        await shop.Sandbox.OutcomeAsync(second, "completed");
        await shop.PassAfterAsync(Soon);
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Fact]
    public async Task A_cancelled_link_has_a_last_check_and_a_late_payment_counts()
    {
        await using Shop shop = await Shop.OpenAsync();
        await shop.Sandbox.SwitchAsync(new { payAfterCancel = true });
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        await shop.Sandbox.OutcomeAsync(pidx, "canceled");
        await shop.PassAfterAsync(Soon);
        await shop.Sandbox.OutcomeAsync(pidx, "completed");

        await shop.PassAfterAsync(TimeSpan.FromMinutes(71));

        JsonNode paid = await shop.ReadAsync(order);
        (paid.Status(), paid.PaymentStatus()).ShouldBe(("paid", "completed"));
    }

    [Theory]
    [InlineData("Expired")]
    [InlineData("Cancelled")]
    public async Task A_payment_for_a_closed_order_is_paid_late(string became)
    {
        await using Shop shop = await Shop.OpenAsync(("Store:OrderLifetime", "00:10:00"));
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        if (became == "Cancelled")
        {
            (await shop.CancelAsync(order)).Status.ShouldBe(200, "the link was not paid");
        }
        else
        {
            (await shop.PassAfterAsync(TimeSpan.FromMinutes(11))).Expired.ShouldBe(1);
        }

        (await shop.ReadAsync(order)).Status().ShouldBe(became.ToLowerInvariant());
        await shop.Sandbox.OutcomeAsync(pidx, "completed");
        await shop.PassAfterAsync(TimeSpan.FromMinutes(2));

        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
        (await AttentionAsync(shop, order)).ShouldBe(AttentionReason.PaidLate);
    }

    [Fact]
    public async Task A_link_of_a_cancelled_order_is_not_offered_but_still_checked()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        int asked = await shop.Sandbox.CountAsync("epayment_lookup");

        (await shop.CancelAsync(order)).Status.ShouldBe(200);

        (await shop.Sandbox.CountAsync("epayment_lookup")).ShouldBe(asked + 1, "whether it was paid is asked first, once");
        (await shop.InitiateAsync(order)).Body.Code().ShouldBe("order_not_payable");
        string token = await shop.Sandbox.ConfirmedTokenAsync((long)order["amount"]!, order.Id());
        (await shop.VerifyAsync(order, token)).Body.Code().ShouldBe("order_not_payable");
        await shop.PassAfterAsync(TimeSpan.FromMinutes(2));
        (await shop.Sandbox.CountAsync("epayment_lookup")).ShouldBeGreaterThan(asked + 1);
        await shop.ComeBackAsync(await shop.Sandbox.OutcomeAsync(pidx, "completed"));
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
        (await shop.AttentionAsync(order)).ShouldBe("paid_late");
    }

    [Fact]
    public async Task An_order_with_a_just_paid_link_neither_expires_nor_is_cancelled()
    {
        await using Shop shop = await Shop.OpenAsync(("Store:OrderLifetime", "00:10:00"));
        (JsonNode first, string firstLink) = await shop.GivenLinkAsync();
        (JsonNode second, string secondLink) = await shop.GivenLinkAsync();
        await shop.Sandbox.OutcomeAsync(firstLink, "completed");
        await shop.Sandbox.OutcomeAsync(secondLink, "completed");

        (await shop.CancelAsync(second)).Body.Code().ShouldBe("not_cancellable");
        await shop.PassAfterAsync(TimeSpan.FromMinutes(11));

        (await shop.ReadAsync(first)).Status().ShouldBe("paid");
        (await shop.ReadAsync(second)).Status().ShouldBe("paid");
        (await AttentionAsync(shop, first)).ShouldBeNull("paid in time");
    }

    [Fact]
    public async Task While_Khalti_is_down_no_order_with_a_link_expires_or_is_cancelled()
    {
        await using Shop shop = await Shop.OpenAsync(("Store:OrderLifetime", "00:10:00"));
        shop.ExpectWarnings();
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        await shop.Sandbox.FaultAsync("epayment_lookup", "drop_before");
        await shop.Sandbox.OutcomeAsync(pidx, "completed");

        for (int minutes = 0; minutes < 120; minutes += 4)
        {
            (await shop.PassAfterAsync(TimeSpan.FromMinutes(4))).Expired.ShouldBe(0);
        }

        (await shop.CancelAsync(order)).Body.Code().ShouldBe("not_cancellable");
        await shop.Sandbox.MendAsync();
        await shop.PassAfterAsync(TimeSpan.FromMinutes(2));
        await shop.PassAfterAsync(TimeSpan.FromSeconds(1));
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Fact]
    public async Task An_outage_of_one_product_does_not_delay_the_other()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode byWidget, string token) = await shop.GivenConfirmedAsync();
        (JsonNode byLink, string pidx) = await shop.GivenLinkAsync();
        await shop.Sandbox.FaultAsync("verify", "drop_after", times: 1);
        await shop.VerifyAsync(byWidget, token);
        await shop.Sandbox.OutcomeAsync(pidx, "completed");
        await shop.Sandbox.FaultAsync("status", "error", status: 401);

        for (int seconds = 0; seconds < 60; seconds += 6)
        {
            await shop.PassAfterAsync(Soon);
        }

        (await shop.ReadAsync(byLink)).Status().ShouldBe("paid");
        (await shop.ReadAsync(byWidget)).PaymentStatus().ShouldBe("verifying");
        ((string?)(await shop.GetAsync("/health/ready")).Body["khalti"]).ShouldBe("key_refused");
    }

    [Fact]
    public async Task With_a_wrong_key_links_stay_open_and_are_applied_once_it_is_right()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        await shop.Sandbox.OutcomeAsync(pidx, "completed");
        await shop.Sandbox.FaultAsync("epayment_lookup", "error", status: 401);
        for (int minute = 0; minute < 90; minute++)
        {
            await shop.PassAfterAsync(TimeSpan.FromMinutes(1));
        }

        (await shop.ReadAsync(order)).Status().ShouldBe("pending");
        ((string?)(await shop.GetAsync("/health/ready")).Body["khalti"]).ShouldBe("key_refused");
        await shop.Sandbox.MendAsync();
        await shop.PassAfterAsync(TimeSpan.FromMinutes(2));
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Theory]
    [InlineData(404)]
    [InlineData(400)]
    public async Task A_link_unknown_to_Khalti_goes_to_review_and_never_fails(int code)
    {
        Wire wire = new();
        await using Shop shop = await Shop.OpenAsync(wire.LayUnder);
        shop.ExpectWarnings();
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        await shop.Sandbox.SwitchAsync(new { unknownPidxCode = code });
        await shop.InDatabaseAsync(db => db.Database.ExecuteSqlAsync($"""UPDATE "Payments" SET "Pidx" = 'abcdefghijkmnopqrstuvw'"""));

        await shop.PassAfterAsync(Soon);
        await shop.PassAfterAsync(TimeSpan.FromMinutes(2));

        (await shop.ReadAsync(order)).PaymentStatus().ShouldBe("initiated");
        await shop.InDatabaseAsync(db => db.Database.ExecuteSqlAsync($"""UPDATE "Payments" SET "Pidx" = {pidx}"""));
        await shop.Sandbox.OutcomeAsync(pidx, "completed");
        await shop.PassAfterAsync(TimeSpan.FromMinutes(10));
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Theory]
    [InlineData("drop_before", null)]
    [InlineData("drop_after", null)]
    [InlineData("garbage", null)]
    [InlineData("error", 500)]
    [InlineData("error", 503)]
    [InlineData("error", 429)]
    public async Task A_lost_lookup_answer_is_unknown_and_retried(string kind, int? code)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        await shop.Sandbox.OutcomeAsync(pidx, "completed");
        await shop.Sandbox.FaultAsync("epayment_lookup", kind, code, times: 3);

        await shop.PassAfterAsync(Soon);
        (await shop.ReadAsync(order)).Status().ShouldBe("pending");
        for (int again = 0; again < 3; again++)
        {
            await shop.PassAfterAsync(TimeSpan.FromSeconds(70));
        }

        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Theory]
    [InlineData("Refunded", AttentionReason.RefundedAtKhalti)]
    [InlineData("Partially Refunded", AttentionReason.RefundedAtKhalti)]
    [InlineData("Frozen", AttentionReason.UnknownState)]
    public async Task An_unexpected_link_status_goes_to_review(string status, AttentionReason attention)
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        await shop.Sandbox.ForceLinkAsync(pidx, status);

        await shop.PassAfterAsync(Soon);

        JsonNode held = await shop.ReadAsync(order);
        (held.Status(), held.PaymentStatus()).ShouldBe(("pending", "needs_review"));
        (await AttentionAsync(shop, order)).ShouldBe(attention);
        (await NotesAsync(shop)).ShouldContain(status);
    }

    [Fact]
    public async Task An_unknown_status_is_checked_again_and_may_become_paid()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        await shop.Sandbox.ForceLinkAsync(pidx, "Frozen");
        await shop.PassAfterAsync(Soon);
        await shop.Sandbox.ForceLinkAsync(pidx, "Completed");

        await shop.PassAfterAsync(TimeSpan.FromMinutes(2));

        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
        (await AttentionAsync(shop, order)).ShouldBe(AttentionReason.UnknownState, "a person still looks");
    }

    [Theory]
    [InlineData("\"total_amount\":18500", "\"total_amount\":1850000", AttentionReason.AmountConflict)]
    [InlineData("\"total_amount\":18500", "\"total_amount\":1", AttentionReason.AmountConflict)]
    [InlineData("\"refunded\":false", "\"refunded\":true", AttentionReason.RefundedAtKhalti)]
    [InlineData("\"transaction_id\":\"", "\"transaction\":\"", AttentionReason.UnknownState)]
    public async Task A_contradictory_completed_answer_goes_to_review(string said, string instead, AttentionReason attention)
    {
        Wire wire = new();
        await using Shop shop = await Shop.OpenAsync(wire.LayUnder);
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        await shop.Sandbox.OutcomeAsync(pidx, "completed");
        wire.RewriteLookup = answer =>
        {
            string compact = JsonNode.Parse(answer)!.ToJsonString();
            compact.ShouldContain(said);
            return compact.Replace(said, instead, StringComparison.Ordinal);
        };

        await shop.PassAfterAsync(Soon);

        JsonNode held = await shop.ReadAsync(order);
        (held.Status(), held.PaymentStatus()).ShouldBe(("pending", "needs_review"));
        (await AttentionAsync(shop, order)).ShouldBe(attention);
    }

    [Theory]
    [InlineData("\"pidx\":\"", "\"pidx\":\"x")]
    [InlineData("\"status\":", "\"state\":")]
    [InlineData("\"total_amount\":18500", "\"total_amount\":\"18500.50\"")]
    public async Task An_answer_about_another_link_is_unknown(string said, string instead)
    {
        Wire wire = new();
        await using Shop shop = await Shop.OpenAsync(wire.LayUnder);
        shop.ExpectWarnings();
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        await shop.Sandbox.OutcomeAsync(pidx, "completed");
        wire.RewriteLookup = answer => JsonNode.Parse(answer)!.ToJsonString().Replace(said, instead, StringComparison.Ordinal);

        await shop.PassAfterAsync(Soon);

        (await shop.ReadAsync(order)).PaymentStatus().ShouldBe("initiated");
        wire.RewriteLookup = null;
        await shop.PassAfterAsync(TimeSpan.FromMinutes(1));
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Fact]
    public async Task Two_paid_links_of_one_order_raise_attention()
    {
        await using Shop shop = await Shop.OpenAsync(("Store:OrderLifetime", "05:00:00"));
        await shop.Sandbox.SwitchAsync(new { payAfterCancel = true });
        (JsonNode order, string first) = await shop.GivenLinkAsync();
        await shop.Sandbox.OutcomeAsync(first, "canceled");
        await shop.PassAfterAsync(Soon);
        string second = await shop.GivenLinkAsync(order);
        await shop.Sandbox.OutcomeAsync(first, "completed");
        await shop.Sandbox.OutcomeAsync(second, "completed");

        await shop.PassAfterAsync(Soon);
        await shop.PassAfterAsync(TimeSpan.FromMinutes(80));

        JsonNode paid = await shop.ReadAsync(order);
        paid.Status().ShouldBe("paid");
        paid["payments"]!.AsArray().ShouldAllBe(payment => (string?)payment!["status"] == "completed");
        (await AttentionAsync(shop, order)).ShouldBe(AttentionReason.DoublePayment);
    }

    [Fact]
    public async Task An_order_paid_by_link_is_not_charged_by_the_widget()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        string token = await shop.Sandbox.ConfirmedTokenAsync((long)order["amount"]!, order.Id());
        await shop.Sandbox.OutcomeAsync(pidx, "completed");

        (int status, JsonNode problem) = await shop.VerifyAsync(order, token);

        (status, problem.Code()).ShouldBe((409, "order_not_payable"));
        (await shop.Sandbox.StateAsync(token)).ShouldBe("Confirmed", "the widget's payment was not taken");
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Fact]
    public async Task An_unpaid_link_does_not_block_the_widget()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        string token = await shop.Sandbox.ConfirmedTokenAsync((long)order["amount"]!, order.Id());

        (await shop.VerifyAsync(order, token)).Status.ShouldBe(200);

        // And when the link is paid all the same, a person is told.
        await shop.Sandbox.OutcomeAsync(pidx, "completed");
        await shop.PassAfterAsync(TimeSpan.FromMinutes(2));
        (await AttentionAsync(shop, order)).ShouldBe(AttentionReason.DoublePayment);
    }

    [Fact]
    public async Task A_failed_link_lookup_blocks_the_widget_payment()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        string token = await shop.Sandbox.ConfirmedTokenAsync((long)order["amount"]!, order.Id());
        await shop.Sandbox.OutcomeAsync(pidx, "completed");
        await shop.Sandbox.FaultAsync("epayment_lookup", "drop_before");

        (int status, JsonNode problem) = await shop.VerifyAsync(order, token);

        (status, problem.Code()).ShouldBe((409, "payment_in_progress"));
        (await shop.Sandbox.CountAsync("verify")).ShouldBe(0);
    }

    [Fact]
    public async Task A_transaction_of_another_payment_pays_nothing()
    {
        Wire wire = new();
        await using Shop shop = await Shop.OpenAsync(wire.LayUnder);
        (JsonNode first, string firstLink) = await shop.GivenLinkAsync();
        await shop.Sandbox.OutcomeAsync(firstLink, "completed");
        await shop.PassAfterAsync(Soon);
        string known = (string)(await shop.ReadAsync(first)).Payment()["transactionId"]!;
        (JsonNode second, string secondLink) = await shop.GivenLinkAsync();
        await shop.Sandbox.OutcomeAsync(secondLink, "completed");
        wire.RewriteLookup = answer =>
        {
            JsonNode body = JsonNode.Parse(answer)!;
            body["transaction_id"] = known;
            return body.ToJsonString();
        };

        await shop.PassAfterAsync(Soon);

        JsonNode held = await shop.ReadAsync(second);
        (held.Status(), held.PaymentStatus()).ShouldBe(("pending", "needs_review"));
    }

    [Theory]
    [InlineData("canceled")]
    [InlineData("expired")]
    public async Task A_second_return_keeps_the_last_check(string outcome)
    {
        Wire wire = new();
        await using Shop shop = await Shop.OpenAsync(wire.LayUnder, ("Store:OrderLifetime", "05:00:00"));
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        Uri back = await shop.Sandbox.OutcomeAsync(pidx, outcome);
        await shop.ComeBackAsync(back);
        await shop.ComeBackAsync(back);

        // The money that came after all.
        await shop.Sandbox.ForceLinkAsync(pidx, "Completed");
        await shop.PassAfterAsync(TimeSpan.FromMinutes(71));

        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Fact]
    public async Task A_last_check_without_an_answer_is_retried()
    {
        await using Shop shop = await Shop.OpenAsync(("Store:OrderLifetime", "05:00:00"));
        shop.ExpectWarnings();
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        await shop.ComeBackAsync(await shop.Sandbox.OutcomeAsync(pidx, "canceled"));
        await shop.Sandbox.FaultAsync("epayment_lookup", "error", status: 500, times: 3);
        await shop.PassAfterAsync(TimeSpan.FromMinutes(71));

        await shop.Sandbox.ForceLinkAsync(pidx, "Completed");
        await shop.PassAfterAsync(TimeSpan.FromMinutes(2));

        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Fact]
    public async Task A_429_is_no_answer_and_expires_no_order()
    {
        await using Shop shop = await Shop.OpenAsync(("Store:OrderLifetime", "00:10:00"));
        shop.ExpectWarnings();
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        await shop.Sandbox.OutcomeAsync(pidx, "completed");
        await shop.Sandbox.PostAsync(
            "/_sandbox/faults", new { operation = "epayment_lookup", kind = "error", status = 503, retryAfterSeconds = 1800 });

        await shop.PassAfterAsync(TimeSpan.FromMinutes(11));
        await shop.PassAfterAsync(TimeSpan.FromMinutes(1));

        (await shop.ReadAsync(order)).Status().ShouldBe("pending");
        await shop.Sandbox.MendAsync();
        await shop.PassAfterAsync(TimeSpan.FromMinutes(31));
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
        (await AttentionAsync(shop, order)).ShouldBeNull("it was paid in time");
    }

    [Fact]
    public async Task A_cancelled_link_is_checked_before_another_payment()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        await shop.ComeBackAsync(await shop.Sandbox.OutcomeAsync(pidx, "canceled"));
        await shop.Sandbox.ForceLinkAsync(pidx, "Completed");
        string token = await shop.Sandbox.ConfirmedTokenAsync((long)order["amount"]!, order.Id());

        (await shop.VerifyAsync(order, token)).Body.Code().ShouldBe("order_not_payable");

        (await shop.Sandbox.StateAsync(token)).ShouldBe("Confirmed");
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Fact]
    public async Task A_return_of_an_ended_link_without_Khaltis_answer_blocks_another_payment()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        Uri back = await shop.Sandbox.OutcomeAsync(pidx, "canceled");
        await shop.ComeBackAsync(back);
        await shop.Sandbox.ForceLinkAsync(pidx, "Completed");
        await shop.Sandbox.FaultAsync("epayment_lookup", "drop_before", times: 3);

        await shop.ComeBackAsync(back);

        (await shop.ReadAsync(order)).PaymentStatus().ShouldBe("verifying");
        await shop.PassAfterAsync(TimeSpan.FromSeconds(10));
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Fact]
    public async Task A_check_out_of_schedule_does_not_delay_the_next_one()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        Uri back = await shop.Sandbox.OutcomeAsync(pidx, "pending");
        for (int again = 0; again < 40; again++)
        {
            await shop.ComeBackAsync(back);
        }

        await shop.Sandbox.OutcomeAsync(pidx, "completed");
        await shop.PassAfterAsync(Soon);

        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
        (await NotesAsync(shop)).ShouldNotContain("stuck");
    }

    [Fact]
    public async Task A_return_after_the_links_expiry_raises_attention_once()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        Uri back = await shop.Sandbox.OutcomeAsync(pidx, "pending");
        await shop.ComeBackAsync(back);
        shop.Clock.Advance(TimeSpan.FromMinutes(69));
        await shop.ComeBackAsync(back);
        (await AttentionAsync(shop, order)).ShouldBeNull("it may still be paid");
        shop.Clock.Advance(TimeSpan.FromMinutes(2));

        await shop.ComeBackAsync(back);

        (await AttentionAsync(shop, order)).ShouldBe(AttentionReason.Stuck);
        await shop.ComeBackAsync(back);
        await shop.PassAfterAsync(TimeSpan.FromHours(1.2));
        (await NotesAsync(shop)).Split('\n').Count(line => line == "attention stuck").ShouldBe(1);
    }

    [Fact]
    public async Task The_probe_of_a_failing_product_may_be_a_last_check()
    {
        await using Shop shop = await Shop.OpenAsync(("Store:OrderLifetime", "05:00:00"));
        shop.ExpectWarnings();
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        await shop.ComeBackAsync(await shop.Sandbox.OutcomeAsync(pidx, "canceled"));
        await shop.Sandbox.ForceLinkAsync(pidx, "Completed");
        await shop.Sandbox.FaultAsync("epayment_initiate", "error", status: 503);
        JsonNode other = await shop.GivenOrderAsync();
        for (int click = 0; click < 3; click++)
        {
            (await shop.InitiateAsync(other)).Status.ShouldBe(503);
        }

        ((string?)(await shop.GetAsync("/health/ready")).Body["khalti"]).ShouldBe("not_answering");
        await shop.PassAfterAsync(TimeSpan.FromMinutes(71));

        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
        ((string?)(await shop.GetAsync("/health/ready")).Body["khalti"]).ShouldBe("fine");
    }

    private static Task<AttentionReason?> AttentionAsync(Shop shop, JsonNode order)
    {
        string id = order.Id();
        return shop.InDatabaseAsync(db => db.Orders.Where(one => one.Id == id).Select(one => one.Attention).SingleAsync());
    }

    private static Task<string> NotesAsync(Shop shop) =>
        shop.InDatabaseAsync(async db => string.Join('\n', await db.Timeline.Select(line => line.What + " " + line.Note).ToListAsync()));
}
