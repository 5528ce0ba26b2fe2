using System.Text.Json.Nodes;
using KhaltiCheckout.DailyReconciliation;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Payments;

/// <summary>How many links an order has, how long they live, and how much about them Khalti is asked.</summary>
public sealed class LinkLimitTests
{
    [Fact]
    public async Task An_order_gets_five_links_and_a_click_asks_about_no_more()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        for (int link = 0; link < 5; link++)
        {
            await shop.ComeBackAsync(await shop.Sandbox.OutcomeAsync(await shop.GivenLinkAsync(order), "canceled"));
        }

        int before = await shop.Sandbox.CountAsync("epayment_lookup");
        (int status, JsonNode problem) = await shop.InitiateAsync(order);

        (status, problem.Code()).ShouldBe((409, "too_many_links"));
        (await shop.Sandbox.CountAsync("epayment_initiate")).ShouldBe(5);
        (await shop.Sandbox.CountAsync("epayment_lookup") - before).ShouldBeLessThanOrEqualTo(5);
        string token = await shop.Sandbox.ConfirmedTokenAsync((long)order["amount"]!, order.Id());
        (await shop.VerifyAsync(order, token)).Status.ShouldBe(200, "the widget still takes the payment");
    }

    [Fact]
    public async Task The_last_link_of_an_order_is_given_again_while_it_can_be_paid()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        for (int link = 0; link < 4; link++)
        {
            await shop.ComeBackAsync(await shop.Sandbox.OutcomeAsync(await shop.GivenLinkAsync(order), "canceled"));
        }

        string last = await shop.GivenLinkAsync(order);

        (await shop.GivenLinkAsync(order)).ShouldBe(last);
    }

    [Fact]
    public async Task Shoppers_can_not_have_Khalti_asked_about_one_order_without_end()
    {
        await using Shop shop = await Shop.OpenAsync(("Khalti:EPayment:LookupsPerMinute", "3"));
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        (JsonNode other, string otherLink) = await shop.GivenLinkAsync();
        Uri back = await shop.Sandbox.ForgedReturnAsync(pidx, new { status = "Completed" });
        for (int again = 0; again < 10; again++)
        {
            (await shop.ComeBackAsync(back)).Status.ShouldBe(303);
        }

        string token = await shop.Sandbox.ConfirmedTokenAsync((long)order["amount"]!, order.Id());
        (await shop.VerifyAsync(order, token)).Body.Code().ShouldBe("payment_in_progress", "the link can't be asked about now");
        (await shop.CancelAsync(order)).Body.Code().ShouldBe("not_cancellable");
        (await LookupsAsync(shop, pidx)).ShouldBeLessThanOrEqualTo(4, "three, and one that a minute's third may have brought back");
        (await shop.Sandbox.StateAsync(token)).ShouldBe("Confirmed");

        // Another order has a budget of its own, and the worker's questions have their schedule.
        await shop.ComeBackAsync(await shop.Sandbox.OutcomeAsync(otherLink, "completed"));
        (await shop.ReadAsync(other)).Status().ShouldBe("paid");
        await shop.Sandbox.OutcomeAsync(pidx, "completed");
        await shop.PassAfterAsync(TimeSpan.FromMinutes(2));
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Fact]
    public async Task Without_a_unit_no_time_to_live_is_sent()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        shop.Clock.Advance(TimeSpan.FromMinutes(20));

        JsonNode link = (await shop.InitiateAsync(order)).Body;

        (await SentAsync(shop))["ttl"].ShouldBeNull();
        Expiry(link).ShouldBe(shop.Clock.GetUtcNow().AddHours(1), "Khalti's own");
    }

    [Theory]
    [InlineData("Seconds", 2400)]
    [InlineData("Minutes", 40)]
    public async Task A_link_ends_with_its_order_where_the_unit_is_set(string unit, int sent)
    {
        await using Shop shop = await Shop.OpenAsync(("Khalti:EPayment:LinkLifetimeUnit", unit));
        await shop.Sandbox.SwitchAsync(new { ttlUnit = unit.ToLowerInvariant() });
        JsonNode order = await shop.GivenOrderAsync();
        shop.Clock.Advance(TimeSpan.FromMinutes(20));

        JsonNode link = (await shop.InitiateAsync(order)).Body;

        ((int?)(await SentAsync(shop))["ttl"]).ShouldBe(sent);
        Expiry(link).ShouldBe((DateTimeOffset)order["expiresAt"]!, TimeSpan.FromMinutes(1));
        await shop.PassAfterAsync(TimeSpan.FromMinutes(41));
        JsonNode over = await shop.ReadAsync(order);
        (over.Status(), over.PaymentStatus()).ShouldBe(("expired", "expired"));
    }

    [Fact]
    public async Task When_Khalti_takes_another_unit_its_own_word_counts_and_the_log_says_so()
    {
        await using Shop shop = await Shop.OpenAsync(("Khalti:EPayment:LinkLifetimeUnit", "Seconds"));
        shop.ExpectWarnings();
        await shop.Sandbox.SwitchAsync(new { ttlUnit = "minutes" });
        JsonNode order = await shop.GivenOrderAsync();

        JsonNode link = (await shop.InitiateAsync(order)).Body;

        Expiry(link).ShouldBe(shop.Clock.GetUtcNow().AddMinutes(3600));
        shop.Log.Warnings.ShouldContain(line => line.Contains("Khalti:EPayment:LinkLifetimeUnit", StringComparison.Ordinal));
    }

    private static async Task<int> LookupsAsync(Shop shop, string pidx) => (await shop.Sandbox.ListAsync("/_sandbox/requests"))
        .Count(request => (string?)request["operation"] == "epayment_lookup" && (string?)request["fields"]!["pidx"] == pidx);

    private static async Task<JsonNode> SentAsync(Shop shop) => (await shop.Sandbox.ListAsync("/_sandbox/requests"))
        .Single(request => (string?)request["operation"] == "epayment_initiate")["fields"]!;

    private static DateTimeOffset Expiry(JsonNode link) => (DateTimeOffset)link["expiresAt"]!;
}
