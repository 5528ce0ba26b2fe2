using System.Text.Json.Nodes;
using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace KhaltiCheckout.Tests.Desk;

/// <summary>Each reason for attention is raised, shown and resolved by itself.</summary>
public sealed class AttentionTests
{
    [Fact]
    public async Task Paid_late_does_not_hide_money_that_was_refunded_at_Khalti()
    {
        await using Shop shop = await Shop.OpenAsync(("Store:OrderLifetime", "00:10:00"));
        JsonNode order = await GivenPaidLateAsync(shop);

        await RefundAtKhaltiAsync(shop, order.Payment());

        JsonNode[] reasons = await shop.ReasonsAsync(order);
        Words(reasons).ShouldBe(["refunded_at_khalti", "paid_late"]);
        reasons.ShouldAllBe(reason => (string?)reason["paymentId"] == (string)order.Payment()["id"]!);
        ((string)reasons[0]["refundId"]!).ShouldStartWith("ref_");
        ((string?)reasons[1]["refundId"]).ShouldBeNull();
        (await shop.AttentionAsync(order)).ShouldBe("refunded_at_khalti");
    }

    [Fact]
    public async Task Paid_late_does_not_hide_a_refund_whose_outcome_is_not_known()
    {
        await using Shop shop = await Shop.OpenAsync(("Store:OrderLifetime", "00:10:00"));
        shop.ExpectWarnings();
        JsonNode order = await GivenPaidLateAsync(shop);
        JsonNode refund = await GivenStuckRefundAsync(shop, order, order.Payment());

        JsonNode[] reasons = await shop.ReasonsAsync(order);

        Words(reasons).ShouldBe(["stuck", "paid_late"]);
        ((string?)reasons[0]["refundId"]).ShouldBe(refund.Id());
        foreach (string filter in (string[])["stuck", "paid_late", "any"])
        {
            (await shop.ListAsync("?attention=" + filter)).ShouldBe([order.Id()], filter);
        }
    }

    [Fact]
    public async Task Resolving_one_reason_leaves_the_other()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        await shop.GivenAttentionAsync(order, AttentionReason.PaidLate, AttentionReason.AmountConflict);
        JsonNode[] reasons = await shop.ReasonsAsync(order);
        Words(reasons).ShouldBe(["amount_conflict", "paid_late"]);

        Answer answer = await ResolveAsync(shop, order, reasons[0].Id());

        answer.Status.ShouldBe(200, answer.Text);
        ((string?)answer.Json["attention"]).ShouldBe("paid_late");
        answer.Json["reasons"]!.AsArray().ShouldHaveSingleItem()!.Id().ShouldBe(reasons[1].Id());
        (await shop.ListAsync("?attention=amount_conflict")).ShouldBeEmpty();
        (await shop.ListAsync("?attention=paid_late")).ShouldBe([order.Id()]);
        (await ResolveAsync(shop, order, reasonId: null)).Json["attention"].ShouldBeNull("only one was open");
    }

    [Fact]
    public async Task A_resolve_without_reason_id_is_refused_with_two_open_reasons()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        await shop.GivenAttentionAsync(order, AttentionReason.PaidLate);
        string seen = (await shop.ReasonsAsync(order)).ShouldHaveSingleItem().Id();
        await shop.GivenAttentionAsync(order, AttentionReason.UnknownState);

        (await ResolveAsync(shop, order, reasonId: null)).ShouldBeProblem(409, "attention_changed");
        (await shop.AsMerchantAsync(HttpMethod.Post, PathOf(order), new { note = "done", attention = "unknown_state" }))
            .ShouldBeProblem(409, "attention_changed");

        Words(await shop.ReasonsAsync(order)).ShouldBe(["unknown_state", "paid_late"]);
        (await ResolveAsync(shop, order, seen)).Status.ShouldBe(200);
        (await ResolveAsync(shop, order, seen)).ShouldBeProblem(409, "attention_changed");
        (await ResolveAsync(shop, order, "rsn_none")).ShouldBeProblem(400, "validation_failed")["errors"]!["reasonId"].ShouldNotBeNull();
        Words(await shop.ReasonsAsync(order)).ShouldBe(["unknown_state"]);
    }

    [Fact]
    public async Task Of_parallel_resolves_of_one_reason_one_succeeds()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        await shop.GivenAttentionAsync(order, AttentionReason.PaidLate, AttentionReason.UnknownState);
        string late = (await shop.ReasonsAsync(order))[1].Id();

        Answer[] answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ResolveAsync(shop, order, late)));

        answers.Count(answer => answer.Status == 200).ShouldBe(1);
        answers.Where(answer => answer.Status != 200).ShouldAllBe(answer => answer.Status == 409);
        Words(await shop.ReasonsAsync(order)).ShouldBe(["unknown_state"]);
        (await shop.TimelineAsync(order)).Count(what => what == "resolved").ShouldBe(1);
    }

    [Fact]
    public async Task A_recovered_link_clears_only_its_own_stuck_reason()
    {
        await using Shop shop = await Shop.OpenAsync(("Store:OrderLifetime", "10:00:00"));
        shop.ExpectWarnings();
        (JsonNode order, string first) = await shop.GivenLinkAsync();
        shop.Clock.Advance(TimeSpan.FromMinutes(59.5));
        string second = await shop.GivenLinkAsync(order);
        await shop.Sandbox.ForceLinkAsync(first, "Pending");
        await shop.Sandbox.ForceLinkAsync(second, "Pending");
        await shop.PassAfterAsync(TimeSpan.FromMinutes(1.2));
        for (int hour = 0; hour < 4; hour++)
        {
            await shop.PassAfterAsync(TimeSpan.FromHours(1.2));
        }

        Words(await shop.ReasonsAsync(order)).ShouldBe(["stuck", "stuck"]);

        await shop.Sandbox.ForceLinkAsync(first, "Completed");
        await shop.PassAfterAsync(TimeSpan.FromHours(1.2));

        JsonNode paid = await shop.ReadAsync(order);
        paid.Status().ShouldBe("paid");
        JsonNode left = (await shop.ReasonsAsync(order)).ShouldHaveSingleItem();
        JsonNode open = paid["payments"]!.AsArray().Single(payment => (string)payment!["status"]! == "verifying")!;
        ((string)left["reason"]!, (string)left["paymentId"]!).ShouldBe(("stuck", open.Id()));
        (await shop.ListAsync("?attention=stuck")).ShouldBe([order.Id()]);
    }

    [Fact]
    public async Task A_refunds_outcome_clears_only_its_own_stuck_reason()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        JsonNode order = await shop.GivenPaidTwiceAsync();
        JsonNode[] payments = [.. (await shop.ReadAsync(order))["payments"]!.AsArray().Select(payment => payment!)];
        JsonNode widget = payments.Single(payment => (string)payment["method"]! == "widget");
        JsonNode link = payments.Single(payment => (string)payment["method"]! == "epayment");
        JsonNode first = await GivenStuckRefundAsync(shop, order, widget);
        JsonNode second = await GivenStuckRefundAsync(shop, order, link);
        Words(await shop.ReasonsAsync(order)).ShouldBe(["double_payment", "stuck", "stuck"]);

        Answer settled = await shop.AsMerchantAsync(
            HttpMethod.Post, $"/api/v1/admin/refunds/{first.Id()}/settle", new { outcome = "failed", note = "seen in the dashboard" });

        settled.Status.ShouldBe(200, settled.Text);
        JsonNode[] left = await shop.ReasonsAsync(order);
        Words(left).ShouldBe(["double_payment", "stuck"]);
        ((string?)left[1]["refundId"]).ShouldBe(second.Id());
    }

    [Fact]
    public async Task Resolving_a_dashboard_refund_does_not_hide_a_double_payment()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenPaidTwiceAsync();
        await RefundAtKhaltiAsync(
            shop, (await shop.ReadAsync(order))["payments"]!.AsArray().Single(payment => (string)payment!["method"]! == "widget")!);
        JsonNode[] reasons = await shop.ReasonsAsync(order);
        Words(reasons).ShouldBe(["double_payment", "refunded_at_khalti"]);

        Answer answer = await ResolveAsync(shop, order, reasons[1].Id());

        answer.Status.ShouldBe(200, answer.Text);
        (await shop.AttentionAsync(order)).ShouldBe("double_payment");
        (await shop.ListAsync("?attention=double_payment")).ShouldBe([order.Id()]);
    }

    [Fact]
    public async Task Old_attention_is_migrated_to_one_reason_with_its_cause()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        JsonNode twice = await shop.GivenPaidTwiceAsync();
        (JsonNode refunded, _) = await shop.GivenPaidAsync();
        JsonNode refund = await GivenStuckRefundAsync(shop, refunded, refunded.Payment());
        JsonNode[] before = [.. await shop.ReasonsAsync(twice), .. await shop.ReasonsAsync(refunded)];

        await shop.InDatabaseAsync(async db =>
        {
            string[] all = [.. db.Database.GetMigrations()];
            IMigrator migrator = db.GetService<IMigrator>();
            int at = Array.FindIndex(all, name => name.EndsWith("_AttentionReasons", StringComparison.Ordinal));
            await migrator.MigrateAsync(all[at - 1], TestContext.Current.CancellationToken);
            await migrator.MigrateAsync(targetMigration: null, TestContext.Current.CancellationToken);
            return true;
        });

        JsonNode[] after = [.. await shop.ReasonsAsync(twice), .. await shop.ReasonsAsync(refunded)];
        after.Select(Cause).ShouldBe(before.Select(Cause));
        Cause(after[1]).ShouldBe(("stuck", (string)refunded.Payment()["id"]!, refund.Id()));
        after.ShouldAllBe(reason => reason.Id().StartsWith("rsn_", StringComparison.Ordinal));
        (await ResolveAsync(shop, twice, after[0].Id())).Status.ShouldBe(200);

        static (string?, string?, string?) Cause(JsonNode reason) =>
            ((string?)reason["reason"], (string?)reason["paymentId"], (string?)reason["refundId"]);
    }

    [Fact]
    public async Task Attention_written_by_an_older_version_is_adopted()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode raised = await shop.GivenOrderAsync();
        JsonNode cleared = await shop.GivenOrderAsync();
        await shop.GivenAttentionAsync(cleared, AttentionReason.Stuck);
        await shop.SqlAsync($"""UPDATE "Orders" SET "Attention" = 'unknown_state' WHERE "Id" = {raised.Id()}""");
        await shop.SqlAsync($"""UPDATE "Orders" SET "Attention" = NULL WHERE "Id" = {cleared.Id()}""");

        await shop.PassAfterAsync(TimeSpan.FromMinutes(6));

        Words(await shop.ReasonsAsync(raised)).ShouldBe(["unknown_state"]);
        (await shop.ReasonsAsync(cleared)).ShouldBeEmpty();
        (await shop.ListAsync("?attention=stuck")).ShouldBeEmpty();
        (await ResolveAsync(shop, raised, reasonId: null)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_reason_of_an_older_version_replaces_no_other_reason()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        AttentionReason[] all = Enum.GetValues<AttentionReason>();
        foreach (string reason in all.Reverse().Select(SnakeCase.Of))
        {
            await shop.SqlAsync($"""UPDATE "Orders" SET "Attention" = {reason} WHERE "Id" = {order.Id()}""");
            await shop.PassAfterAsync(TimeSpan.FromMinutes(6));
        }

        JsonNode[] open = await shop.ReasonsAsync(order);
        Words(open).ShouldBe(all.Select(SnakeCase.Of));

        (await ResolveAsync(shop, order, open[0].Id())).Status.ShouldBe(200);
        await shop.SqlAsync($"""UPDATE "Orders" SET "Attention" = 'stuck' WHERE "Id" = {order.Id()}""");
        await shop.PassAfterAsync(TimeSpan.FromMinutes(6));
        Words(await shop.ReasonsAsync(order)).ShouldBe(all.Skip(1).Select(SnakeCase.Of));
        (await shop.AttentionAsync(order)).ShouldBe("amount_conflict", "the most urgent that is open");
    }

    [Fact]
    public async Task A_reason_that_an_older_version_dropped_is_restored()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        JsonNode twice = await shop.GivenOrderAsync();
        JsonNode stuck = await shop.GivenOrderAsync();
        await shop.GivenAttentionAsync(twice, AttentionReason.DoublePayment);
        await shop.GivenAttentionAsync(stuck, AttentionReason.Stuck, AttentionReason.PaidLate);
        JsonNode open = await GivenStuckPaymentAsync(shop);
        await shop.SqlAsync($"""UPDATE "Orders" SET "Attention" = NULL, "Version" = "Version" + 1""");

        await shop.PassAfterAsync(TimeSpan.FromMinutes(6));

        Words(await shop.ReasonsAsync(twice)).ShouldBe(["double_payment"]);
        (await shop.AttentionAsync(twice)).ShouldBe("double_payment");
        Words(await shop.ReasonsAsync(stuck)).ShouldBe(["paid_late"]);
        (await shop.AttentionAsync(stuck)).ShouldBe("paid_late");
        (await shop.AttentionAsync(open)).ShouldBe("stuck", "the payment is not settled");
    }

    [Fact]
    public async Task A_reason_resolved_in_an_older_version_is_resolved_alone()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        await shop.GivenAttentionAsync(order, AttentionReason.PaidLate, AttentionReason.DoublePayment);
        foreach (string[] left in (string[][])[["paid_late"], []])
        {
            shop.Clock.Advance(TimeSpan.FromSeconds(1));
            DateTime at = shop.Clock.GetUtcNow().UtcDateTime;
            await shop.SqlAsync($"""UPDATE "Orders" SET "Attention" = NULL, "Version" = "Version" + 1 WHERE "Id" = {order.Id()}""");
            await shop.SqlAsync($"""
                INSERT INTO "Timeline" ("OrderId", "Id", "At", "What", "By", "Note")
                SELECT "Id", "Version", {at}, 'resolved', 'merchant', 'seen to' FROM "Orders" WHERE "Id" = {order.Id()}
                """);

            await shop.PassAfterAsync(TimeSpan.FromMinutes(6));

            Words(await shop.ReasonsAsync(order)).ShouldBe(left);
            (await shop.AttentionAsync(order)).ShouldBe(left.SingleOrDefault());
        }
    }

    // Khalti's answers are lost for as long as the test lasts.
    private static async Task<JsonNode> GivenStuckPaymentAsync(Shop shop)
    {
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.Sandbox.FaultAsync("*", "error", status: 500);
        (await shop.VerifyAsync(order, token)).Status.ShouldBe(202);
        string id = order.Id();
        await shop.InDatabaseAsync(db => db.WriteAsync(
            async () =>
            {
                Order found = await db.Orders.Include(one => one.Payments).SingleAsync(one => one.Id == id);
                found.RaiseAttention(AttentionReason.Stuck, found.Payments.Single(), shop.Clock.GetUtcNow());
                return true;
            },
            TestContext.Current.CancellationToken));
        return order;
    }

    private static async Task<JsonNode> GivenPaidLateAsync(Shop shop)
    {
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        await shop.CancelAsync(order);
        await shop.Sandbox.OutcomeAsync(pidx, "completed");
        await shop.PassAfterAsync(TimeSpan.FromMinutes(2));
        (await shop.AttentionAsync(order)).ShouldBe("paid_late");
        return await shop.ReadAsync(order);
    }

    private static async Task<JsonNode> GivenStuckRefundAsync(Shop shop, JsonNode order, JsonNode payment)
    {
        // One part before it, and no parts in Khalti's books: then they do not tell whether the second was made.
        await shop.Sandbox.SwitchAsync(new { refundsAsChildren = false });
        (await shop.RefundAsync(order, 1000, paymentId: payment.Id())).Status.ShouldBe(201);
        await shop.Sandbox.FaultAsync("refund", "drop_before", times: 1);
        (int status, JsonNode refund) = await shop.RefundAsync(order, 2000, paymentId: payment.Id());
        status.ShouldBe(202, refund.ToJsonString());
        for (int hour = 0; hour < 30; hour++)
        {
            await shop.PassAfterAsync(TimeSpan.FromHours(1));
        }

        return refund;
    }

    private static async Task RefundAtKhaltiAsync(Shop shop, JsonNode payment)
    {
        await shop.Sandbox.PostAsync($"/_sandbox/transactions/{payment["transactionId"]}/state", new { state = "Refunded" });
        (await shop.AsMerchantAsync(HttpMethod.Post, $"/api/v1/admin/payments/{payment["id"]}/check")).Status.ShouldBe(200);
    }

    private static Task<Answer> ResolveAsync(Shop shop, JsonNode order, string? reasonId) =>
        shop.AsMerchantAsync(
            HttpMethod.Post, PathOf(order), reasonId is null ? new { note = "seen to" } : new { note = "seen to", reasonId });

    private static string PathOf(JsonNode order) => $"/api/v1/admin/orders/{order.Id()}/resolve";

    private static string[] Words(IEnumerable<JsonNode> reasons) => [.. reasons.Select(reason => (string)reason["reason"]!)];
}
