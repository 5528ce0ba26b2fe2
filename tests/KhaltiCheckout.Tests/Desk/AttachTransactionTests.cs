using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Payments;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Desk;

/// <summary>A person attaches a transaction that Khalti knows and the shop does not.</summary>
public sealed class AttachTransactionTests
{
    private const string Note = "The shopper sent the receipt of the bank.";

    [Fact]
    public async Task A_completed_transaction_pays_the_order_and_the_evidence_is_kept()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        string idx = await shop.Sandbox.CompletedTransactionAsync((long)order["amount"]!, "another page's word");

        Answer answer = await AttachAsync(shop, order, idx);

        answer.Status.ShouldBe(201, answer.Text);
        answer.Headers["Location"].ShouldBe($"/api/v1/admin/orders/{order.Id()}");
        answer.Json.Status().ShouldBe("paid");
        JsonNode entry = answer.Json["timeline"]!.AsArray().Single(one => (string?)one!["what"] == "transaction_matched")!;
        ((string?)entry["by"], (string?)entry["note"], (string?)entry["facts"]!["rule"], (string?)entry["facts"]!["transactionId"])
            .ShouldBe(("merchant", Note, "attached_by_staff", idx));
        entry["key"].ShouldNotBeNull();
    }

    [Fact]
    public async Task Attaching_it_again_changes_nothing_and_another_order_does_not_get_it()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        JsonNode other = await shop.GivenOrderAsync();
        string idx = await shop.Sandbox.CompletedTransactionAsync((long)order["amount"]!, "x");
        (await AttachAsync(shop, order, idx)).Status.ShouldBe(201);

        Answer again = await AttachAsync(shop, order, idx);

        (again.Status, again.Json["payments"]!.AsArray().Count).ShouldBe((200, 1));
        (await AttachAsync(shop, other, idx)).ShouldBeProblem(409, "transaction_already_used");
        (await shop.ReadAsync(other)).Status().ShouldBe("pending");
    }

    [Fact]
    public async Task What_Khalti_does_not_call_completed_with_this_amount_is_refused()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        JsonNode other = await shop.GivenOrderAsync();
        long amount = (long)order["amount"]!;
        string cheap = await shop.Sandbox.CompletedTransactionAsync(amount - 1, order.Id());
        string foreign = await shop.Sandbox.CompletedTransactionAsync(amount, other.Id());
        string refunded = await shop.Sandbox.CompletedTransactionAsync(amount, order.Id());
        await shop.Sandbox.SetStateAsync(refunded, "Refunded");
        string part = await shop.Sandbox.CompletedTransactionAsync(amount, order.Id());
        await shop.Sandbox.SetStateAsync(part, "Partially refunded");
        string confirmed = (string)(await shop.Sandbox.PostAsync(
            "/_sandbox/payments", new { amount, productIdentity = order.Id() }))["idx"]!;

        foreach (string idx in (string[])[cheap, foreign, refunded, part, confirmed, "NoSuchTransaction123"])
        {
            (await AttachAsync(shop, order, idx)).ShouldBeProblem(422, "transaction_not_attachable", idx);
        }

        (await shop.ReadAsync(order))["payments"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_request_that_is_not_whole_or_names_no_order_is_refused_before_Khalti_is_asked()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();

        (await AttachAsync(shop, order, "")).ShouldBeProblem(400, "validation_failed");
        (await AttachAsync(shop, order, "../refund")).ShouldBeProblem(400, "validation_failed");
        (await AttachAsync(shop, order, "abc", note: " ")).ShouldBeProblem(400, "validation_failed");
        order["id"] = "ord_01k9x4c7qmf3t8v5z2w6y1n0ah";
        (await AttachAsync(shop, order, "abc")).ShouldBeProblem(404, "not_found");
        (await shop.Sandbox.CountAsync("detail")).ShouldBe(0);
    }

    [Fact]
    public async Task Without_an_answer_of_Khalti_nothing_is_attached()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        JsonNode order = await shop.GivenOrderAsync();
        string idx = await shop.Sandbox.CompletedTransactionAsync((long)order["amount"]!, order.Id());
        await shop.Sandbox.FaultAsync("detail", "error", status: 401);

        (await AttachAsync(shop, order, idx)).ShouldBeProblem(503, "khalti_unavailable");

        await shop.Sandbox.MendAsync();
        (await AttachAsync(shop, order, idx)).Status.ShouldBe(201);
    }

    [Fact]
    public async Task While_a_payment_of_the_order_is_open_nothing_is_attached()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.Sandbox.FaultAsync("verify", "drop_before", times: 1);
        await shop.VerifyAsync(order, token);
        await shop.Sandbox.MendAsync();
        string idx = await shop.Sandbox.CompletedTransactionAsync((long)order["amount"]!, order.Id());
        await shop.Sandbox.FaultAsync("status", "error", status: 400);

        (await AttachAsync(shop, order, idx)).ShouldBeProblem(409, "payment_in_progress");

        (await shop.ReadAsync(order))["payments"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_second_transaction_of_a_paid_order_becomes_a_double_payment_that_can_be_refunded()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, _) = await shop.GivenPaidAsync();
        string idx = await shop.Sandbox.CompletedTransactionAsync((long)order["amount"]!, order.Id());
        await shop.MatchForAsync(TimeSpan.FromMinutes(2));
        (await shop.ReasonsAsync(order)).Select(reason => (string?)reason["reason"]).ShouldBe(["unmatched_transaction"]);

        Answer answer = await AttachAsync(shop, order, idx);

        answer.Status.ShouldBe(201, answer.Text);
        (await shop.ReasonsAsync(order)).Select(reason => (string?)reason["reason"]).ShouldBe(["double_payment"]);
        string paymentId = answer.Json["payments"]!.AsArray().Single(payment => (string?)payment!["transactionId"] == idx)!.Id();
        (await shop.AsMerchantAsync(HttpMethod.Post, $"/api/v1/admin/orders/{order.Id()}/refunds", new { paymentId })).Status.ShouldBe(201);
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Fact]
    public async Task Of_many_at_once_one_order_gets_the_transaction()
    {
        await using Shop shop = await Shop.OpenAsync();
        List<JsonNode> orders = [];
        for (int at = 0; at < 8; at++)
        {
            orders.Add(await shop.GivenOrderAsync());
        }

        string idx = await shop.Sandbox.CompletedTransactionAsync((long)orders[0]["amount"]!, "x");

        Answer[] answers = await RaceTests.AtOnceAsync(8, at => AttachAsync(shop, orders[at], idx));

        answers.Count(answer => answer.Status == 201).ShouldBe(1);
        answers.Count(answer => answer.Status == 409).ShouldBe(7);
    }

    [Fact]
    public async Task The_same_Idempotency_Key_gives_the_first_answer_again()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        string idx = await shop.Sandbox.CompletedTransactionAsync((long)order["amount"]!, order.Id());

        Answer first = await AttachAsync(shop, order, idx, key: "attach-once");
        Answer again = await AttachAsync(shop, order, idx, key: "attach-once");

        (again.Status, again.Text, again.Headers["Idempotency-Replayed"]).ShouldBe((201, first.Text, "true"));
        (await AttachAsync(shop, order, idx, note: "another", key: "attach-once")).ShouldBeProblem(422, "idempotency_key_reused");
    }

    private static Task<Answer> AttachAsync(
        Shop shop, JsonNode order, string transactionId, string note = Note, string? key = null) => shop.AsMerchantAsync(
        HttpMethod.Post, $"/api/v1/admin/orders/{order.Id()}/payments", new { transactionId, note }, idempotencyKey: key);
}
