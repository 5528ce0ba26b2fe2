using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Payments;

/// <summary>How many links an order has, how long they live, and how much about them Khalti is asked.</summary>
public sealed class LinkLimitTests
{
    [Fact]
    public async Task An_order_gets_at_most_five_links_and_lookups()
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
    public async Task The_last_link_of_an_order_is_returned_while_it_can_be_paid()
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
    public async Task Lookups_of_one_order_are_limited()
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
    public async Task With_a_configured_unit_a_link_expires_with_its_order(string unit, int sent)
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
    public async Task An_expiry_in_another_unit_is_taken_from_Khalti_and_logged()
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
