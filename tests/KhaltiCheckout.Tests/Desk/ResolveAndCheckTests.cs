using System.Text.Json.Nodes;
using KhaltiCheckout.Model;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Desk;

public sealed class ResolveAndCheckTests
{
    [Fact]
    public async Task A_resolved_order_leaves_the_list_and_keeps_note_and_key_name()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await GivenAttentionAsync(shop);

        Answer answer = await ResolveAsync(shop, order, "  Sent it on Sunday.  ");

        answer.Status.ShouldBe(200, answer.Text);
        answer.Json["attention"].ShouldBeNull();
        JsonNode line = answer.Json["timeline"]!.AsArray()[^1]!;
        ((string?)line["what"], (string?)line["by"], (string?)line["key"], (string?)line["note"])
            .ShouldBe(("resolved", "merchant", "settings key 1", "paid_late: Sent it on Sunday."));
        (await shop.ListAsync("?attention=any")).ShouldBeEmpty();
        (await ResolveAsync(shop, order, "again")).ShouldBeProblem(409, "nothing_to_resolve");
    }

    [Fact]
    public async Task An_order_without_attention_cannot_be_resolved()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();

        (await ResolveAsync(shop, order, "fine")).ShouldBeProblem(409, "nothing_to_resolve");
        order["id"] = "ord_01k9x4c7qmf3t8v5z2w6y1n0ah";
        (await ResolveAsync(shop, order, "fine")).ShouldBeProblem(404, "not_found");
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("two\nlines")]
    [InlineData(" \u00a0\u200b ")]
    public async Task A_resolve_note_is_plain_text_and_required(string note)
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await GivenAttentionAsync(shop);

        (await ResolveAsync(shop, order, note)).ShouldBeProblem(400, "validation_failed")["errors"]!["note"].ShouldNotBeNull();
        (await ResolveAsync(shop, order, new string('x', 501))).ShouldBeProblem(400, "validation_failed");
        (await ResolveAsync(shop, order, new string('x', 500))).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_repeated_idempotency_key_resolves_once()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await GivenAttentionAsync(shop);
        string path = $"/api/v1/admin/orders/{order.Id()}/resolve";

        Answer first = await shop.AsMerchantAsync(HttpMethod.Post, path, new { note = "done" }, idempotencyKey: "k1");
        Answer again = await shop.AsMerchantAsync(HttpMethod.Post, path, new { note = "done" }, idempotencyKey: "k1");
        Answer other = await shop.AsMerchantAsync(HttpMethod.Post, path, new { note = "else" }, idempotencyKey: "k1");

        (again.Status, again.Text, again.Headers["Idempotency-Replayed"]).ShouldBe((200, first.Text, "true"));
        other.ShouldBeProblem(422, "idempotency_key_reused");
    }

    [Fact]
    public async Task A_manual_check_applies_the_result_of_a_lost_payment()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        JsonNode lost = await GivenLostAsync(shop);

        Answer answer = await CheckAsync(shop, lost);

        answer.Status.ShouldBe(200, answer.Text);
        answer.Json.Status().ShouldBe("paid");
        JsonNode[] timeline = [.. answer.Json["timeline"]!.AsArray().Select(line => line!)];
        string[] story = [.. timeline.Select(line => (string)line["what"]!)];
        story[^2..].ShouldBe(["check_requested", "payment_completed"]);
        ((string?)timeline[^2]["key"], (string?)timeline[^2]["paymentId"]).ShouldBe(("settings key 1", (string?)lost.Payment()["id"]));
        ((string?)timeline[^1]["by"]).ShouldBe("merchant");
    }

    [Fact]
    public async Task A_manual_check_without_an_answer_leaves_the_payment_unknown()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        JsonNode lost = await GivenLostAsync(shop);
        await shop.Sandbox.FaultAsync("*", "drop_before");

        Answer answer = await CheckAsync(shop, lost);

        answer.Status.ShouldBe(200, answer.Text);
        (answer.Json.Status(), answer.Json.PaymentStatus()).ShouldBe(("pending", "verifying"));
        answer.Json.Payment()["nextCheckAt"].ShouldNotBeNull();
        ((string?)answer.Json["timeline"]!.AsArray()[^1]!["what"]).ShouldBe("check_unanswered");
    }

    [Fact]
    public async Task A_manual_check_during_another_check_is_refused()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        JsonNode lost = await GivenLostAsync(shop);
        await shop.SqlAsync(
            $"""UPDATE "Payments" SET "LeasedUntil" = {shop.Clock.GetUtcNow().AddMinutes(1).UtcDateTime} WHERE "OrderId" = {lost.Id()}""");
        int asked = await shop.Sandbox.CountAsync("status");

        (await CheckAsync(shop, lost)).ShouldBeProblem(409, "check_in_progress");

        (await shop.Sandbox.CountAsync("status")).ShouldBe(asked);
    }

    [Fact]
    public async Task A_manual_check_of_an_unknown_payment_is_not_found()
    {
        await using Shop shop = await Shop.OpenAsync();

        (await shop.AsMerchantAsync(HttpMethod.Post, "/api/v1/admin/payments/pay_01k9x4c7qmf3t8v5z2w6y1n0ah/check"))
            .ShouldBeProblem(404, "not_found");
    }

    [Fact]
    public async Task A_manual_check_of_a_completed_payment_changes_only_the_timeline()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode paid, string _) = await shop.GivenPaidAsync();

        Answer answer = await CheckAsync(shop, paid);

        (answer.Status, answer.Json.Status(), answer.Json.PaymentStatus()).ShouldBe((200, "paid", "completed"));
        answer.Json["attention"].ShouldBeNull();
    }

    private static async Task<JsonNode> GivenAttentionAsync(Shop shop)
    {
        JsonNode order = await shop.GivenOrderAsync();
        await shop.CancelAsync(order);
        await shop.GivenAttentionAsync(order, AttentionReason.PaidLate);
        return order;
    }

    private static async Task<JsonNode> GivenLostAsync(Shop shop)
    {
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.Sandbox.FaultAsync("verify", "drop_after");
        (int status, JsonNode open) = await shop.VerifyAsync(order, token);
        status.ShouldBe(202);
        await shop.Sandbox.MendAsync();
        return open;
    }

    private static Task<Answer> ResolveAsync(Shop shop, JsonNode order, string note) =>
        shop.AsMerchantAsync(HttpMethod.Post, $"/api/v1/admin/orders/{order.Id()}/resolve", new { note });

    private static Task<Answer> CheckAsync(Shop shop, JsonNode order) =>
        shop.AsMerchantAsync(HttpMethod.Post, $"/api/v1/admin/payments/{order.Payment()["id"]}/check");
}
