using System.Text.Json.Nodes;
using KhaltiCheckout.Model;
using KhaltiCheckout.Tests.Payments;
using KhaltiCheckout.Tests.Support;
using KhaltiCheckout.TransactionMatching;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Tests.TransactionMatching;

/// <summary>Money that Khalti has taken and of which no token told the shop: it pays its order, or a person is told.</summary>
public sealed class MatchingTests
{
    private static readonly TimeSpan TwoMinutes = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task A_transaction_of_which_the_shop_was_not_told_pays_its_order()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        string idx = await shop.Sandbox.CompletedTransactionAsync((long)order["amount"]!, order.Id());

        await shop.MatchForAsync(TwoMinutes);

        JsonNode paid = await shop.ReadAsync(order);
        paid.Status().ShouldBe("paid");
        paid["receipt"].ShouldNotBeNull();
        JsonNode payment = paid["payments"]!.AsArray().ShouldHaveSingleItem()!;
        ((string?)payment["status"], (string?)payment["transactionId"], (string?)payment["method"]).ShouldBe(("completed", idx, "widget"));
        JsonNode seen = (await shop.AsMerchantAsync($"/api/v1/admin/orders/{order.Id()}")).Json;
        seen["attention"].ShouldBeNull();
        seen["payments"]![0]!["fee"]!.GetValue<long>().ShouldBeGreaterThan(0);
        JsonNode entry = Entry(seen, "transaction_matched");
        JsonNode facts = entry["facts"]!;
        ((string?)entry["by"], (string?)facts["rule"], (string?)facts["transactionId"], (string?)facts["state"])
            .ShouldBe(("worker", "found_in_list", idx, "Completed"));
        (await shop.Sandbox.CountAsync("verify")).ShouldBe(0);
        (await RowsAsync(shop)).ShouldBeEmpty();
        (await shop.OnlyPaymentAsync(order)).Token.ShouldBeNull();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Late_money_pays_an_order_that_has_ended(bool cancelled)
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        if (cancelled)
        {
            (await shop.CancelAsync(order)).Status.ShouldBe(200);
        }
        else
        {
            await shop.PassAfterAsync(TimeSpan.FromHours(2));
        }

        await shop.Sandbox.CompletedTransactionAsync((long)order["amount"]!, order.Id());
        await shop.MatchForAsync(TwoMinutes);

        JsonNode seen = (await shop.AsMerchantAsync($"/api/v1/admin/orders/{order.Id()}")).Json;
        (seen.Status(), (string?)seen["attention"]).ShouldBe(("paid", "paid_late"));
    }

    [Fact]
    public async Task A_list_that_lags_by_minutes_pays_the_order_when_it_comes()
    {
        await using Shop shop = await Shop.OpenAsync();
        await shop.Sandbox.SwitchAsync(new { listLagSeconds = 600 });
        JsonNode order = await shop.GivenOrderAsync();
        await shop.Sandbox.CompletedTransactionAsync((long)order["amount"]!, order.Id());

        await shop.MatchForAsync(TimeSpan.FromMinutes(9));
        (await shop.ReadAsync(order)).Status().ShouldBe("pending");
        await shop.MatchForAsync(TimeSpan.FromMinutes(3));

        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Fact]
    public async Task A_transaction_far_behind_the_first_page_is_found()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        long amount = (long)order["amount"]!;
        string idx = (string)(await shop.Sandbox.PostAsync("/_sandbox/payments", new { amount, productIdentity = order.Id() }))["idx"]!;
        for (int other = 0; other < 160; other++)
        {
            await shop.Sandbox.PostAsync("/_sandbox/payments", new { amount, productIdentity = "x", confirm = false });
        }

        await shop.MatchForAsync(TwoMinutes);
        await shop.Sandbox.SetStateAsync(idx, "Completed");
        await shop.MatchForAsync(TimeSpan.FromMinutes(4));

        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Fact]
    public async Task Another_amount_is_reported_and_blocks_further_payments_until_a_person_has_looked()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        string idx = await shop.Sandbox.CompletedTransactionAsync((long)order["amount"]! - 100, order.Id());

        await shop.MatchForAsync(TwoMinutes);

        JsonNode seen = (await shop.AsMerchantAsync($"/api/v1/admin/orders/{order.Id()}")).Json;
        (seen.Status(), (string?)seen["attention"]).ShouldBe(("pending", "unmatched_transaction"));
        JsonNode reason = seen["reasons"]!.AsArray().ShouldHaveSingleItem()!;
        ((string?)reason["transactionId"], (string?)reason["paymentId"]).ShouldBe((idx, null));
        JsonNode facts = Entry(seen, "transaction_unmatched")["facts"]!;
        ((string?)facts["rule"], (long)facts["amount"]!, (long)facts["expected"]!)
            .ShouldBe(("amount_differs", (long)order["amount"]! - 100, (long)order["amount"]!));

        // The shopper pays again in the widget: their money is not taken twice.
        (int status, JsonNode problem) = await shop.VerifyAsync(order, token);
        (status, problem.Code()).ShouldBe((409, "payment_in_progress"));
        (await shop.InitiateAsync(order)).Status.ShouldBe(409);
        (await shop.Sandbox.CountAsync("verify")).ShouldBe(0);

        (await shop.AsMerchantAsync(
            HttpMethod.Post, $"/api/v1/admin/orders/{order.Id()}/resolve", new { note = "refunded at Khalti", reasonId = reason.Id() }))
            .Status.ShouldBe(200);
        (await shop.VerifyAsync(order, token)).Status.ShouldBe(200);
        await shop.MatchForAsync(TwoMinutes);
        (await shop.AsMerchantAsync($"/api/v1/admin/orders/{order.Id()}")).Json["attention"].ShouldBeNull("it is not reported twice");
    }

    [Fact]
    public async Task A_transaction_of_an_order_that_is_paid_already_is_reported_and_pays_nothing()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, _) = await shop.GivenPaidAsync();
        await shop.Sandbox.CompletedTransactionAsync((long)order["amount"]!, order.Id());

        await shop.MatchForAsync(TwoMinutes);

        JsonNode seen = (await shop.AsMerchantAsync($"/api/v1/admin/orders/{order.Id()}")).Json;
        (seen["payments"]!.AsArray().Count, (string?)seen["attention"]).ShouldBe((1, "unmatched_transaction"));
        ((string?)Entry(seen, "transaction_unmatched")["facts"]!["rule"]).ShouldBe("order_paid_already");
    }

    [Theory]
    [InlineData("ord_01k9x4c7qmf3t8v5z2w6y1n0ah", "order_not_found")]
    [InlineData("till-7", "other_form")]
    public async Task A_transaction_without_an_order_is_listed_until_it_is_resolved(string identity, string rule)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        string idx = await shop.Sandbox.CompletedTransactionAsync(5_000, identity);

        await shop.MatchForAsync(TwoMinutes);

        JsonNode listed = (await ListedAsync(shop)).ShouldHaveSingleItem();
        ((string?)listed["transactionId"], (long)listed["amount"]!, (string?)listed["productIdentity"], (string?)listed["rule"])
            .ShouldBe((idx, 5_000, identity, rule));
        ((int)(await shop.AsMerchantAsync("/api/v1/admin/summary?days=1")).Json["unmatchedTransactions"]!).ShouldBe(1);
        string path = $"/api/v1/admin/unmatched-transactions/{idx}/resolve";
        (await shop.AsMerchantAsync(HttpMethod.Post, path, new { note = "" })).Status.ShouldBe(400);
        Answer resolved = await shop.AsMerchantAsync(HttpMethod.Post, path, new { note = "the till's" });
        (resolved.Status, (string?)resolved.Json["status"], (string?)resolved.Json["note"]).ShouldBe((200, "resolved", "the till's"));
        (await shop.AsMerchantAsync(HttpMethod.Post, path, new { note = "again" })).ShouldBeProblem(409, "nothing_to_resolve");
        (await ListedAsync(shop)).ShouldBeEmpty();

        await shop.MatchForAsync(TwoMinutes);
        (await ListedAsync(shop)).ShouldBeEmpty("what a person has looked at is not listed again");
    }

    [Fact]
    public async Task Transactions_without_an_order_are_listed_page_by_page()
    {
        await using Shop shop = await Shop.OpenAsync();
        DateTime found = shop.Clock.GetUtcNow().UtcDateTime;
        List<string> all = [.. Enumerable.Range(100, 120).Select(number => $"many-{number}")];
        foreach (string id in all)
        {
            await shop.SqlAsync($"""
                INSERT INTO "UnmatchedTransactions" ("TransactionId", "Status", "Amount", "KhaltiState", "FoundAt", "Checks", "Version")
                VALUES ({id}, 'reported', 1000, 'Completed', {found}, 1, 1)
                """);
        }

        List<string> listed = [];
        string? cursor = null;
        do
        {
            JsonNode page = (await shop.AsMerchantAsync("/api/v1/admin/unmatched-transactions?cursor=" + cursor)).Json;
            listed.AddRange(page["data"]!.AsArray().Select(one => (string)one!["transactionId"]!));
            cursor = (string?)page["nextCursor"];
        }
        while (cursor is not null);

        listed.ShouldBe(Enumerable.Reverse(all));
        (await shop.AsMerchantAsync("/api/v1/admin/unmatched-transactions?cursor=many")).ShouldBeProblem(400, "validation_failed");
    }

    [Fact]
    public async Task With_an_account_that_is_shared_only_the_form_of_an_order_is_ours()
    {
        await using Shop shop = await Shop.OpenAsync(("Matching:IsAccountShared", "true"));
        shop.ExpectWarnings();
        await shop.Sandbox.CompletedTransactionAsync(5_000, "till-7");
        string ours = await shop.Sandbox.CompletedTransactionAsync(5_000, "ord_01k9x4c7qmf3t8v5z2w6y1n0ah");

        await shop.MatchForAsync(TwoMinutes);

        (await ListedAsync(shop)).Select(one => (string)one["transactionId"]!).ShouldBe([ours]);
    }

    [Fact]
    public async Task A_transaction_refunded_in_full_meanwhile_is_nobodys()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        string idx = await shop.Sandbox.CompletedTransactionAsync((long)order["amount"]!, order.Id());
        await shop.MatchAsync();
        await shop.Sandbox.SetStateAsync(idx, "Refunded");

        await shop.MatchForAsync(TwoMinutes);

        (await shop.ReadAsync(order)).Status().ShouldBe("pending");
        (await RowsAsync(shop)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_transaction_refunded_in_part_meanwhile_is_reported()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        JsonNode order = await shop.GivenOrderAsync();
        string idx = await shop.Sandbox.CompletedTransactionAsync((long)order["amount"]!, order.Id());
        await shop.MatchAsync();
        await shop.Sandbox.SetStateAsync(idx, "Partially refunded");

        await shop.MatchForAsync(TwoMinutes);

        JsonNode seen = (await shop.AsMerchantAsync($"/api/v1/admin/orders/{order.Id()}")).Json;
        (seen.Status(), (string?)seen["attention"]).ShouldBe(("pending", "unmatched_transaction"));
    }

    [Fact]
    public async Task The_transaction_of_a_token_whose_answer_was_lost_becomes_that_payments()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.Sandbox.FaultAsync("verify", "drop_after", times: 1);
        (await shop.VerifyAsync(order, token)).Status.ShouldBe(202);

        // The worker is away: only the list is read.
        await shop.MatchForAsync(TwoMinutes);

        JsonNode paid = await shop.ReadAsync(order);
        paid.Status().ShouldBe("paid");
        paid["payments"]!.AsArray().Count.ShouldBe(1);
        (await shop.OnlyPaymentAsync(order)).Token.ShouldBe(token);
    }

    [Fact]
    public async Task A_confirmed_token_beside_a_completed_transaction_is_never_verified()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.Sandbox.FaultAsync("verify", "drop_before", times: 1);
        (await shop.VerifyAsync(order, token)).Status.ShouldBe(202);
        await shop.Sandbox.MendAsync();
        string idx = await shop.Sandbox.CompletedTransactionAsync((long)order["amount"]!, order.Id());

        await shop.MatchForAsync(TwoMinutes);
        await shop.PassAfterAsync(TimeSpan.FromMinutes(20));

        JsonNode seen = (await shop.AsMerchantAsync($"/api/v1/admin/orders/{order.Id()}")).Json;
        seen.Status().ShouldBe("paid");
        seen["payments"]!.AsArray().Select(payment => ((string?)payment!["status"], (string?)payment["transactionId"]))
            .ShouldBe([("failed", null), ("completed", idx)]);
        seen["attention"].ShouldBeNull();
        (await shop.Sandbox.StateAsync(token)).ShouldBe("Confirmed");
    }

    [Fact]
    public async Task A_token_that_Khalti_refused_does_not_keep_a_transaction_from_paying()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        JsonNode order = await shop.GivenOrderAsync();
        (await shop.VerifyAsync(order, "a-token-that-Khalti-does-not-know")).Status.ShouldBe(402);
        string idx = await shop.Sandbox.CompletedTransactionAsync((long)order["amount"]!, order.Id());

        await shop.MatchForAsync(TwoMinutes);
        (await shop.ReadAsync(order)).Status().ShouldBe("pending", "Khalti may not know the token yet");
        await shop.MatchForAsync(TimeSpan.FromMinutes(10));

        JsonNode seen = (await shop.AsMerchantAsync($"/api/v1/admin/orders/{order.Id()}")).Json;
        (seen.Status(), (string?)seen["attention"]).ShouldBe(("paid", null));
        seen["payments"]!.AsArray().Select(payment => ((string?)payment!["status"], (string?)payment["transactionId"]))
            .ShouldBe([("failed", null), ("completed", idx)]);
        (await RowsAsync(shop)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_token_never_confirmed_does_not_keep_a_transaction_from_paying()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        string token = await shop.Sandbox.InitiatedTokenAsync((long)order["amount"]!, order.Id());
        (await shop.VerifyAsync(order, token)).Status.ShouldBe(402);
        shop.Clock.Advance(TimeSpan.FromMinutes(6));
        await shop.Sandbox.CompletedTransactionAsync((long)order["amount"]!, order.Id());

        await shop.MatchForAsync(TwoMinutes);

        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
        (await shop.Sandbox.StateAsync(token)).ShouldBe("Initiated");
    }

    // Verify may also refuse a token that it has completed before, and the status may not know of that at once.
    [Fact]
    public async Task A_refused_token_that_Khalti_did_complete_gets_the_transaction_itself()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        await shop.Sandbox.SwitchAsync(new { verifyAgain = "invalidToken" });
        JsonNode order = await shop.GivenOrderAsync();
        string token = await shop.Sandbox.InitiatedTokenAsync((long)order["amount"]!, order.Id());
        (await shop.VerifyAsync(order, token)).Status.ShouldBe(402);
        await shop.Sandbox.ForceStateAsync(token, "Completed");

        await shop.MatchForAsync(TimeSpan.FromMinutes(10));

        JsonNode paid = await shop.ReadAsync(order);
        paid.Status().ShouldBe("paid");
        paid["payments"]!.AsArray().Count.ShouldBe(1);
        (await shop.OnlyPaymentAsync(order)).Token.ShouldBe(token);
    }

    [Fact]
    public async Task A_refused_token_about_which_Khalti_says_nothing_keeps_the_transaction_waiting()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        JsonNode order = await shop.GivenOrderAsync();
        (await shop.VerifyAsync(order, "a-token-that-Khalti-does-not-know")).Status.ShouldBe(402);
        await shop.Sandbox.CompletedTransactionAsync((long)order["amount"]!, order.Id());
        await shop.Sandbox.FaultAsync("status", "error", status: 503);

        await shop.MatchForAsync(TimeSpan.FromMinutes(30));
        (await shop.ReadAsync(order)).Status().ShouldBe("pending");
        await shop.Sandbox.MendAsync();
        await shop.PassAfterAsync(TimeSpan.FromMinutes(40));
        await shop.MatchForAsync(TimeSpan.FromMinutes(30));

        JsonNode paid = await shop.ReadAsync(order);
        (paid.Status(), paid["payments"]!.AsArray().Count).ShouldBe(("paid", 2));
    }

    [Fact]
    public async Task A_transaction_that_may_be_a_pending_links_waits_and_is_reported_meanwhile()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        await shop.Sandbox.OutcomeAsync(pidx, "pending");
        string idx = await shop.Sandbox.CompletedTransactionAsync((long)order["amount"]!, order.Id());

        await shop.MatchForAsync(TimeSpan.FromMinutes(3));
        JsonNode seen = (await shop.AsMerchantAsync($"/api/v1/admin/orders/{order.Id()}")).Json;
        (seen["payments"]!.AsArray().Count, (string?)seen["attention"]).ShouldBe((1, null));
        await shop.MatchForAsync(TimeSpan.FromMinutes(30));
        seen = (await shop.AsMerchantAsync($"/api/v1/admin/orders/{order.Id()}")).Json;
        (seen.Status(), (string?)seen["attention"]).ShouldBe(("pending", "unmatched_transaction"));
        ((string?)Entry(seen, "transaction_unmatched")["facts"]!["rule"]).ShouldBe("other_payment_open");

        await shop.Sandbox.OutcomeAsync(pidx, "failed");
        await shop.MatchForAsync(TimeSpan.FromMinutes(70));

        seen = (await shop.AsMerchantAsync($"/api/v1/admin/orders/{order.Id()}")).Json;
        (seen.Status(), (string?)seen["attention"]).ShouldBe(("paid", null));
        ((string?)seen["payments"]![1]!["transactionId"]).ShouldBe(idx);
        (await RowsAsync(shop)).ShouldHaveSingleItem().Status.ShouldBe(UnmatchedStatus.Matched);
    }

    [Fact]
    public async Task An_open_link_is_asked_about_first_and_its_payment_is_not_made_twice()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        await shop.Sandbox.OutcomeAsync(pidx, "completed");
        await shop.Sandbox.CompletedTransactionAsync((long)order["amount"]!, order.Id());

        await shop.MatchForAsync(TwoMinutes);

        JsonNode seen = (await shop.AsMerchantAsync($"/api/v1/admin/orders/{order.Id()}")).Json;
        seen.Status().ShouldBe("paid");
        seen["payments"]!.AsArray().ShouldHaveSingleItem();
        ((string?)seen["attention"]).ShouldBe("unmatched_transaction");
    }

    [Fact]
    public async Task A_link_of_which_Khalti_says_that_it_was_not_paid_does_not_keep_a_transaction_waiting()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, _) = await shop.GivenLinkAsync();
        string idx = await shop.Sandbox.CompletedTransactionAsync((long)order["amount"]!, order.Id());

        await shop.MatchForAsync(TwoMinutes);

        JsonNode paid = await shop.ReadAsync(order);
        paid.Status().ShouldBe("paid");
        ((string?)paid["payments"]![1]!["transactionId"]).ShouldBe(idx);
    }

    [Fact]
    public async Task Of_two_transactions_for_one_order_one_pays_and_the_other_is_reported()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        JsonNode order = await shop.GivenOrderAsync();
        await shop.Sandbox.CompletedTransactionAsync((long)order["amount"]!, order.Id());
        await shop.Sandbox.CompletedTransactionAsync((long)order["amount"]!, order.Id());

        await shop.MatchForAsync(TwoMinutes);

        JsonNode seen = (await shop.AsMerchantAsync($"/api/v1/admin/orders/{order.Id()}")).Json;
        (seen.Status(), seen["payments"]!.AsArray().Count, (string?)seen["attention"]).ShouldBe(("paid", 1, "unmatched_transaction"));
    }

    [Fact]
    public async Task Several_processes_pay_each_order_once_and_share_the_rate_of_the_list()
    {
        await using Shop shop = await Shop.OpenAsync();
        await using Shop other = shop.OpenAnother();
        List<JsonNode> orders = [];
        for (int at = 0; at < 12; at++)
        {
            orders.Add(await shop.GivenOrderAsync());
            await shop.Sandbox.CompletedTransactionAsync((long)orders[at]["amount"]!, orders[at].Id());
        }

        for (int round = 0; round < 12; round++)
        {
            await RaceTests.AtOnceAsync(8, at => (at % 2 == 0 ? shop : other).MatchAsync());
            shop.Clock.Advance(TimeSpan.FromSeconds(10));
        }

        foreach (JsonNode order in orders)
        {
            JsonNode paid = await shop.ReadAsync(order);
            (paid.Status(), paid["payments"]!.AsArray().Count).ShouldBe(("paid", 1));
        }

        (await shop.Sandbox.CountAsync("list")).ShouldBeLessThanOrEqualTo(12);
        (await shop.Sandbox.CountAsync("detail")).ShouldBeLessThanOrEqualTo(13);
    }

    [Fact]
    public async Task A_list_that_is_away_is_asked_more_and_more_rarely_and_read_when_it_is_back()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        JsonNode order = await shop.GivenOrderAsync();
        await shop.Sandbox.CompletedTransactionAsync((long)order["amount"]!, order.Id());
        await shop.Sandbox.FaultAsync("list", "error", status: 400);

        await shop.MatchForAsync(TimeSpan.FromMinutes(10));

        (await shop.Sandbox.CountAsync("list")).ShouldBeInRange(3, 5);
        await shop.Sandbox.MendAsync();
        await shop.MatchForAsync(TimeSpan.FromMinutes(10));
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Fact]
    public async Task An_order_that_was_paid_through_the_list_can_be_refunded()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        await shop.Sandbox.CompletedTransactionAsync((long)order["amount"]!, order.Id());
        await shop.MatchForAsync(TwoMinutes);

        (await shop.AsMerchantAsync(HttpMethod.Post, $"/api/v1/admin/orders/{order.Id()}/refunds", new { })).Status.ShouldBe(201);

        (await shop.ReadAsync(order)).Status().ShouldBe("refunded");
    }

    [Fact]
    public async Task A_usual_payment_leaves_no_trace_in_the_list_of_unmatched_transactions()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.VerifyAsync(order, token);
        await shop.MatchForAsync(TwoMinutes);

        (await RowsAsync(shop)).ShouldBeEmpty();
        (await shop.Sandbox.CountAsync("detail")).ShouldBeLessThanOrEqualTo(1);
    }

    private static JsonNode Entry(JsonNode order, string what) =>
        order["timeline"]!.AsArray().Single(entry => (string?)entry!["what"] == what)!;

    private static async Task<JsonNode[]> ListedAsync(Shop shop)
    {
        Answer answer = await shop.AsMerchantAsync("/api/v1/admin/unmatched-transactions");
        answer.Status.ShouldBe(200, answer.Text);
        return [.. answer.Json["data"]!.AsArray().Select(one => one!)];
    }

    private static Task<List<UnmatchedTransaction>> RowsAsync(Shop shop) => shop.InDatabaseAsync(
        db => db.UnmatchedTransactions.AsNoTracking().ToListAsync(TestContext.Current.CancellationToken));
}

internal static class MatchingSteps
{
    internal static Task<Payment> OnlyPaymentAsync(this Shop shop, JsonNode order)
    {
        string id = order.Id();
        return shop.InDatabaseAsync(db => db.Payments.AsNoTracking().SingleAsync(payment => payment.OrderId == id));
    }
}
