using System.Text.Json.Nodes;
using KhaltiCheckout.DailyReconciliation;
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
    public async Task Completed_is_paid_within_a_round_of_the_worker_though_nobody_came_back()
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
    public async Task Completed_late_in_the_links_life_is_noticed_within_a_minute_or_so()
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
    public async Task Initiated_waits_until_the_link_and_a_margin_are_over_and_then_expires()
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
    public async Task Initiated_that_Khalti_never_ends_ends_by_our_own_clock()
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
    public async Task Pending_holds_the_order_and_never_fails_by_itself()
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
    public async Task A_cancelled_link_is_looked_at_once_more_and_money_that_came_after_all_counts()
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
    public async Task Money_that_arrives_for_an_order_that_was_given_up_makes_it_paid_late(string became)
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
    public async Task A_link_that_was_given_up_by_cancelling_is_offered_no_more_and_still_looked_at()
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
    public async Task An_order_does_not_expire_and_is_not_cancelled_over_a_link_that_was_paid_a_moment_ago()
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
    public async Task Trouble_with_one_product_does_not_keep_the_payments_of_the_other_waiting()
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
    public async Task A_wrong_key_holds_every_link_and_all_settle_when_it_is_right()
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
    public async Task A_stored_link_that_Khalti_does_not_know_is_held_and_never_failed(int code)
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
    public async Task A_lost_lookup_is_unknown_and_asked_again(string kind, int? code)
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
    public async Task A_status_that_no_rule_pays_for_is_held_for_a_person(string status, AttentionReason attention)
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
    public async Task An_unknown_status_is_asked_about_on_and_may_yet_become_paid()
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
    public async Task Completed_that_contradicts_itself_or_us_is_held(string said, string instead, AttentionReason attention)
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
    public async Task An_answer_about_something_else_or_nothing_is_no_answer(string said, string instead)
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
    public async Task Two_links_of_one_order_both_paid_are_told_to_a_person()
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
    public async Task Paid_at_Khaltis_page_and_then_in_the_widget_is_charged_once()
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
    public async Task An_unused_link_does_not_keep_the_shopper_from_the_widget()
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
    public async Task A_link_that_can_not_be_asked_about_keeps_the_widget_from_taking_money()
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
    public async Task A_second_return_does_not_take_away_the_last_look(string outcome)
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
    public async Task A_last_look_that_brought_no_answer_is_made_again()
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
    public async Task Being_told_to_come_later_is_no_answer_and_no_order_expires_by_it()
    {
        await using Shop shop = await Shop.OpenAsync(("Store:OrderLifetime", "00:10:00"));
        shop.ExpectWarnings();
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        await shop.Sandbox.OutcomeAsync(pidx, "completed");
        await shop.Sandbox.PostAsync("/_sandbox/faults", new { operation = "epayment_lookup", kind = "error", status = 503, retryAfterSeconds = 1800 });

        await shop.PassAfterAsync(TimeSpan.FromMinutes(11));
        await shop.PassAfterAsync(TimeSpan.FromMinutes(1));

        (await shop.ReadAsync(order)).Status().ShouldBe("pending");
        await shop.Sandbox.MendAsync();
        await shop.PassAfterAsync(TimeSpan.FromMinutes(31));
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
        (await AttentionAsync(shop, order)).ShouldBeNull("it was paid in time");
    }

    [Fact]
    public async Task A_cancelled_link_is_looked_at_before_the_widget_or_another_link_takes_money()
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
    public async Task Coming_back_from_a_link_that_had_ended_while_Khalti_is_silent_forbids_another_payment()
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
    public async Task Asking_besides_the_schedule_does_not_put_it_off()
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
    public async Task A_reload_after_the_links_time_calls_a_person_at_once_and_only_once()
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
    public async Task A_product_in_trouble_is_tried_also_with_what_is_owed_a_last_look()
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
