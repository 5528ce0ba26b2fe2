using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Attack;

/// <summary>
/// What Khalti's documents on ePayment contradict themselves about, and what Khalti's own plugins get wrong. A named test
/// each; docs/epayment.md says which is which.
/// </summary>
public sealed class EPaymentGotchaTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(6);

    [Fact]
    public async Task Additional_return_parameters_are_ignored()
    {
        await using Target shop = await Target.OpenAsync();
        (JsonNode order, string pidx) = await shop.LinkAsync();
        JsonNode other = await shop.OrderAsync();
        Uri back = await shop.Sandbox.OutcomeAsync(pidx, "completed");

        Answered answer =
            await shop.ReturnAsync($"{back.Query}&merchant_order={other.Id()}&merchant_name=x&extra_merchant_params={other.Id()}");

        answer.Location.ShouldBe("/order.html?id=" + order.Id());
        (await shop.ReadAsync(other)).Status().ShouldBe("pending");
        (await shop.AskedForAsync(order)).AsObject().ShouldAllBe(field => !field.Key.StartsWith("merchant_", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_transaction_id_is_taken_from_lookup_and_not_from_the_return()
    {
        await using Target shop = await Target.OpenAsync();
        (JsonNode order, string pidx) = await shop.LinkAsync();
        await shop.Sandbox.OutcomeAsync(pidx, "completed");

        await shop.ReturnAsync($"?pidx={pidx}&txnId=bank-1&tidx=bank-2&transaction_id=bank-3&idx=bank-4&status=Completed");

        string transaction = (string)(await shop.ReadAsync(order)).Payment()["transactionId"]!;
        transaction.ShouldBe((string?)(await shop.Sandbox.LinkAsync(pidx))["idx"]);
        transaction.ShouldNotBe(pidx);
    }

    [Theory]
    [InlineData("pidx={transaction}")]
    [InlineData("idx={pidx}&status=Completed")]
    [InlineData("idx={transaction}&transaction_id={transaction}&status=Completed")]
    [InlineData("tidx={transaction}")]
    [InlineData("txnId={transaction}")]
    [InlineData("token={pidx}")]
    [InlineData("Pidx%20={pidx}")]
    public async Task Only_the_pidx_of_a_return_is_used(string query)
    {
        await using Target shop = await Target.OpenAsync();
        (JsonNode order, string pidx) = await shop.LinkAsync();
        await shop.Sandbox.OutcomeAsync(pidx, "completed");
        string transaction = (string)(await shop.Sandbox.LinkAsync(pidx))["idx"]!;
        string bent = "?" + query.Replace("{pidx}", pidx, StringComparison.Ordinal)
            .Replace("{transaction}", transaction, StringComparison.Ordinal);

        Answered before = await shop.ReturnAsync(bent);
        await shop.ReturnAsync($"?pidx={pidx}");
        Answered after = await shop.ReturnAsync(bent);

        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
        (before.Status, before.Location).ShouldBe((303, "/order.html"));
        (after.Status, after.Location).ShouldBe((303, "/order.html"));
        (await shop.VerifyAsync(order, transaction)).Status.ShouldNotBe(200, "nor for a widget's token");
    }

    [Theory]
    [InlineData("mobile=9841234567")]
    [InlineData("mobile=98XXXXX567")]
    [InlineData("mobile=NA")]
    [InlineData("mobile=")]
    public async Task The_payers_number_in_a_return_is_not_stored(string mobile)
    {
        await using Target shop = await Target.OpenAsync();
        (JsonNode order, string pidx) = await shop.LinkAsync();
        await shop.Sandbox.OutcomeAsync(pidx, "completed");

        await shop.ReturnAsync($"?pidx={pidx}&{mobile}");

        JsonNode paid = await shop.ReadAsync(order);
        paid.Status().ShouldBe("paid");
        paid.ToJsonString().ShouldNotContain("984");
        paid.ToJsonString().ShouldNotContain("98XX");
    }

    [Theory]
    [InlineData("User canceled", "cancelled")]
    [InlineData("User Canceled", "cancelled")]
    [InlineData("Canceled", "cancelled")]
    [InlineData("cancelled", "needs_review")]
    public async Task Canceled_is_read_in_Khaltis_spellings_only(string spelling, string status)
    {
        Wire wire = new();
        await using Shop shop = await Shop.OpenAsync(wire.LayUnder);
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        await shop.Sandbox.OutcomeAsync(pidx, "canceled");
        wire.RewriteLookup = answer => answer.Replace("User canceled", spelling, StringComparison.Ordinal);

        await shop.PassAfterAsync(Soon);

        JsonNode payment = (await shop.ReadAsync(order)).Payment();
        ((string?)payment["status"], (string?)payment["khaltiState"]).ShouldBe((status, spelling));
    }

    [Theory]
    [InlineData("canceled", "cancelled", "User canceled")]
    [InlineData("expired", "expired", "Expired")]
    public async Task A_lookup_answer_with_HTTP_400_is_read(string outcome, string status, string khaltiState)
    {
        await using Target shop = await Target.OpenAsync();
        (JsonNode order, string pidx) = await shop.LinkAsync();
        Uri back = await shop.Sandbox.OutcomeAsync(pidx, outcome);

        await shop.ReturnAsync(back.Query);

        JsonNode now = await shop.ReadAsync(order);
        (now.Status(), now.PaymentStatus(), (string?)now.Payment()["khaltiState"]).ShouldBe(("pending", status, khaltiState));
    }

    [Fact]
    public async Task A_pending_link_blocks_every_other_payment_of_its_order()
    {
        await using Target shop = await Target.OpenAsync();
        (JsonNode order, string pidx) = await shop.LinkAsync();
        Uri back = await shop.Sandbox.OutcomeAsync(pidx, "pending");
        string token = await shop.TokenAsync(18_500, order.Id());

        await shop.ReturnAsync(back.Query);

        (await shop.ReadAsync(order)).PaymentStatus().ShouldBe("verifying");
        (await shop.InitiateAsync(order)).Code.ShouldBe("payment_in_progress");
        (await shop.VerifyAsync(order, token)).Code.ShouldBe("payment_in_progress");
        (await shop.Sandbox.CountAsync("verify", token)).ShouldBe(0);
    }

    [Theory]
    [InlineData("completed")]
    [InlineData("canceled")]
    [InlineData("pending")]
    [InlineData("failed")]
    public async Task A_repeated_return_shows_the_same_page(string outcome)
    {
        await using Target shop = await Target.OpenAsync();
        (JsonNode order, string pidx) = await shop.LinkAsync();
        Uri back = await shop.Sandbox.OutcomeAsync(pidx, outcome);
        Answered first = await shop.ReturnAsync(back.Query);
        string status = (await shop.ReadAsync(order)).PaymentStatus();

        Answered second = await shop.ReturnAsync(back.Query);

        (second.Status, second.Location).ShouldBe((303, first.Location));
        (await shop.ReadAsync(order)).PaymentStatus().ShouldBe(status);
    }

    [Theory]
    [InlineData("1", "paid", 18_500)]
    [InlineData("18500", "pending", 1000)]
    public async Task The_amount_is_taken_from_lookup_and_not_from_the_return(string told, string status, long looked)
    {
        Wire wire = new();
        await using Shop shop = await Shop.OpenAsync(wire.LayUnder);
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        await shop.Sandbox.OutcomeAsync(pidx, "completed");
        wire.RewriteLookup = text =>
        {
            JsonNode answer = JsonNode.Parse(text)!;
            answer["total_amount"] = looked;
            return answer.ToJsonString();
        };

        await shop.ComeBackAsync($"/payments/khalti/return?pidx={pidx}&status=Completed&amount={told}&total_amount={told}");

        JsonNode now = await shop.ReadAsync(order);
        (now.Status(), now.PaymentStatus()).ShouldBe((status, status == "paid" ? "completed" : "needs_review"));
    }

    [Fact]
    public async Task Completed_in_a_return_is_confirmed_by_lookup_first()
    {
        await using Target shop = await Target.OpenAsync();
        (JsonNode order, string pidx) = await shop.LinkAsync();

        await shop.ReturnAsync((await shop.Sandbox.ForgedReturnAsync(pidx, new { status = "Completed" })).Query);

        (await shop.LookupsAsync(pidx)).ShouldBeGreaterThan(0);
        (await shop.ReadAsync(order)).Status().ShouldBe("pending");
    }

    [Fact]
    public async Task The_expiry_of_a_link_is_taken_from_Khaltis_answer()
    {
        await using Shop shop = await Shop.OpenAsync();
        await shop.Sandbox.SwitchAsync(new { linkLifetimeSeconds = 1800 });
        JsonNode order = await shop.GivenOrderAsync();
        (_, JsonNode first) = await shop.InitiateAsync(order);
        ((DateTimeOffset)first["expiresAt"]!).ShouldBe(shop.Clock.GetUtcNow() + TimeSpan.FromMinutes(30));
        shop.Clock.Advance(TimeSpan.FromMinutes(31));

        (_, JsonNode second) = await shop.InitiateAsync(order);

        ((string?)second["pidx"]).ShouldNotBe((string?)first["pidx"]);
        (await shop.ReadAsync(order))["payments"]!.AsArray().Select(payment => (string?)payment!["status"])
            .ShouldBe(["expired", "initiated"]);
    }

    [Fact]
    public async Task A_canceled_link_paid_later_is_paid_at_the_second_return()
    {
        await using Shop shop = await Shop.OpenAsync();
        await shop.Sandbox.SwitchAsync(new { payAfterCancel = true });
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        await shop.ComeBackAsync(await shop.Sandbox.OutcomeAsync(pidx, "canceled"));
        (await shop.ReadAsync(order)).PaymentStatus().ShouldBe("cancelled");

        await shop.ComeBackAsync(await shop.Sandbox.OutcomeAsync(pidx, "completed"));

        JsonNode paid = await shop.ReadAsync(order);
        (paid.Status(), paid.PaymentStatus()).ShouldBe(("paid", "completed"));
    }

    [Fact]
    public async Task An_older_link_still_pays_its_order()
    {
        await using Shop shop = await Shop.OpenAsync();
        await shop.Sandbox.SwitchAsync(new { payAfterCancel = true });
        (JsonNode order, string older) = await shop.GivenLinkAsync();
        await shop.ComeBackAsync(await shop.Sandbox.OutcomeAsync(older, "canceled"));
        string newer = await shop.GivenLinkAsync(order);

        await shop.ComeBackAsync(await shop.Sandbox.OutcomeAsync(older, "completed"));

        newer.ShouldNotBe(older);
        JsonNode paid = await shop.ReadAsync(order);
        paid.Status().ShouldBe("paid");
        (await shop.InitiateAsync(order)).Body.Code().ShouldBe("order_not_payable");
    }

    [Fact]
    public async Task Every_call_to_Khalti_has_a_trailing_slash_and_whole_paisa()
    {
        await using Shop shop = await Shop.OpenAsync();
        (_, JsonNode order) =
            await shop.PostAsync("/api/v1/orders", new { items = new[] { new { productId = "lokta-notebook", quantity = 3 } } });
        await shop.ComeBackAsync(await shop.Sandbox.OutcomeAsync(await shop.GivenLinkAsync(order), "completed"));

        IReadOnlyList<JsonNode> calls = [
            .. (await shop.Sandbox.ListAsync("/_sandbox/requests"))
            .Where(call => ((string?)call["operation"])!.StartsWith("epayment", StringComparison.Ordinal))];
        calls.Select(call => (string?)call["path"]).ShouldBe(["/api/v2/epayment/initiate/", "/api/v2/epayment/lookup/"]);
        calls.ShouldAllBe(call => (int)call["status"]! == 200);
        calls[0]["fields"]!["amount"]!.ToJsonString().ShouldBe("58500");
    }
}
