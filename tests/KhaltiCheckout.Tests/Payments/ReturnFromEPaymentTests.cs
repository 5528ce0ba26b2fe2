using System.Text.Json.Nodes;
using KhaltiCheckout.Model;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace KhaltiCheckout.Tests.Payments;

/// <summary>The browser comes back from Khalti's page, with what Khalti or anybody else wrote into the address.</summary>
public sealed class ReturnFromEPaymentTests
{
    private const string Nowhere = "/order.html";

    [Fact]
    public async Task The_return_of_a_paid_link_shows_a_paid_order()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        Uri back = await shop.Sandbox.OutcomeAsync(pidx, "completed");

        (int status, string? location) = await shop.ComeBackAsync(back);

        (status, location).ShouldBe((303, "/order.html?id=" + order.Id()));
        JsonNode paid = await shop.ReadAsync(order);
        (paid.Status(), paid.PaymentStatus(), (string?)paid.Payment()["khaltiState"]).ShouldBe(("paid", "completed", "Completed"));
        ((string?)paid.Payment()["transactionId"]).ShouldBe((string?)(await shop.Sandbox.LinkAsync(pidx))["idx"]);
    }

    [Theory]
    [InlineData("pending", "pending", "verifying")]
    [InlineData("canceled", "pending", "cancelled")]
    [InlineData("expired", "pending", "expired")]
    [InlineData("failed", "pending", "failed")]
    public async Task Every_return_redirects_to_the_order(string outcome, string order, string payment)
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode placed, string pidx) = await shop.GivenLinkAsync();

        (int status, string? location) = await shop.ComeBackAsync(await shop.Sandbox.OutcomeAsync(pidx, outcome));

        (status, location).ShouldBe((303, "/order.html?id=" + placed.Id()));
        JsonNode now = await shop.ReadAsync(placed);
        (now.Status(), now.PaymentStatus()).ShouldBe((order, payment));
    }

    [Theory]
    [InlineData("""{"status":"Completed"}""")]
    [InlineData("""{"status":"Completed","amount":"1","total_amount":"1"}""")]
    [InlineData("""{"purchase_order_id":"ord_of_somebody_else"}""")]
    [InlineData("""{"transaction_id":"8xmeJnNXfoVjCvGcZiiGe7","tidx":"8xmeJnNXfoVjCvGcZiiGe7","txnId":"x"}""")]
    public async Task A_forged_return_changes_nothing(string parameters)
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();

        (int status, string? location) = await shop.ComeBackAsync(await shop.Sandbox.ForgedReturnAsync(pidx, JsonNode.Parse(parameters)!));

        (status, location).ShouldBe((303, "/order.html?id=" + order.Id()));
        JsonNode now = await shop.ReadAsync(order);
        (now.Status(), now.PaymentStatus()).ShouldBe(("pending", "initiated"));
    }

    [Fact]
    public async Task A_return_shows_only_the_order_of_its_link()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode mine, string pidx) = await shop.GivenLinkAsync();
        JsonNode theirs = await shop.GivenOrderAsync();
        await shop.Sandbox.OutcomeAsync(pidx, "completed");

        (_, string? location) = await shop.ComeBackAsync(
            $"/payments/khalti/return?pidx={pidx}&purchase_order_id={theirs.Id()}&order={theirs.Id()}&id={theirs.Id()}");

        location.ShouldBe("/order.html?id=" + mine.Id());
        (await shop.ReadAsync(theirs)).Status().ShouldBe("pending");
    }

    [Theory]
    [InlineData("")]
    [InlineData("?")]
    [InlineData("?pidx=")]
    [InlineData("?pidx=bZQLD9wRVWo4CdESSfuSsB&status=Completed&amount=18500")]
    [InlineData("?pidx=%00%ff%fe")]
    [InlineData("?pidx=../../admin")]
    [InlineData("?pidx=https://evil.example/")]
    [InlineData("?pidx='%20OR%201=1--")]
    [InlineData("?message=Could%20not%20process%20the%20payment.")]
    [InlineData("?status=Completed&transaction_id=x&idx=y")]
    [InlineData("?PIDX[]=1&pidx[0]=2")]
    public async Task An_unknown_or_incomplete_return_shows_a_page(string query)
    {
        await using Shop shop = await Shop.OpenAsync();
        await shop.GivenLinkAsync();

        (int status, string? location) = await shop.ComeBackAsync("/payments/khalti/return" + query);

        (status, location).ShouldBe((303, Nowhere));
        (await shop.Sandbox.CountAsync("epayment_lookup")).ShouldBe(0, "what the browser made up is asked of nobody");
    }

    [Fact]
    public async Task Any_pidx_shows_a_page()
    {
        await using Shop shop = await Shop.OpenAsync();
        (_, string pidx) = await shop.GivenLinkAsync();

        (await shop.ComeBackAsync("/payments/khalti/return?pidx=" + new string('x', 7000))).ShouldBe((303, Nowhere));
        (await shop.ComeBackAsync($"/payments/khalti/return?pidx={pidx}&pidx={pidx}")).ShouldBe((303, Nowhere));
    }

    [Fact]
    public async Task A_return_with_only_a_message_finds_the_order_by_cookie()
    {
        await using Shop shop = await Shop.OpenAsync();
        await shop.Sandbox.SwitchAsync(new { failureCallback = "messageOnly" });
        JsonNode order = await shop.GivenOrderAsync();
        using HttpRequestMessage click = new(HttpMethod.Post, "/api/v1/payments/initiate")
        {
            Content = System.Net.Http.Json.JsonContent.Create(new { orderId = order.Id() }),
        };
        using HttpResponseMessage answer = await shop.Http.SendAsync(click, TestContext.Current.CancellationToken);
        string cookie = answer.Headers.GetValues("Set-Cookie").ShouldHaveSingleItem();
        string pidx = (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["pidx"]!;
        Uri back = await shop.Sandbox.OutcomeAsync(pidx, "failed");

        (int status, string? location) = await shop.ComeBackAsync(back.PathAndQuery, cookie.Split(';')[0]);

        back.Query.ShouldStartWith("?message=");
        cookie.ShouldContain("httponly", Case.Insensitive);
        cookie.ShouldContain("samesite=lax", Case.Insensitive);
        cookie.ShouldContain("path=/payments/khalti/return", Case.Insensitive);
        (status, location).ShouldBe((303, "/order.html?id=" + order.Id()));
        (await shop.ComeBackAsync(back.PathAndQuery, "checkout-order=ord_nobody")).Location.ShouldBe(Nowhere);
        (await shop.ComeBackAsync(back.PathAndQuery, "checkout-order=//evil.example")).Location.ShouldBe(Nowhere);
    }

    [Fact]
    public async Task Twenty_parallel_returns_share_one_lookup()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        Uri back = await shop.Sandbox.OutcomeAsync(pidx, "completed");
        await shop.Sandbox.FaultAsync("epayment_lookup", "delay", delayMs: 150);

        (int Status, string? Location)[] answers = await RaceTests.AtOnceAsync(20, _ => shop.ComeBackAsync(back));

        answers.ShouldAllBe(answer => answer.Status == 303 && answer.Location == "/order.html?id=" + order.Id());
        (await shop.Sandbox.CountAsync("epayment_lookup")).ShouldBe(1);
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Fact]
    public async Task A_return_that_read_a_payment_before_it_was_paid_does_not_lease_it()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        await shop.ComeBackAsync(await shop.Sandbox.OutcomeAsync(pidx, "completed"));
        string payment = (string)(await shop.ReadAsync(order)).Payment()["id"]!;

        Task<Payment?> LeaseAsync(CheckTrigger trigger) => shop.Services.GetRequiredService<OrderStore>().LeasePaymentAsync(
            payment, trigger, shop.Clock.GetUtcNow(), TimeSpan.FromSeconds(10), CancellationToken.None);

        (await LeaseAsync(CheckTrigger.Return)).ShouldBeNull("another return has asked about it, and it is paid");
        (await LeaseAsync(CheckTrigger.Manual)).ShouldNotBeNull("a person may ask again");
    }

    [Fact]
    public async Task A_repeated_return_on_another_device_shows_the_same_page()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        Uri back = await shop.Sandbox.OutcomeAsync(pidx, "completed");
        await shop.ComeBackAsync(back);
        int asked = await shop.Sandbox.CountAsync("epayment_lookup");

        (await shop.ComeBackAsync(back)).ShouldBe((303, "/order.html?id=" + order.Id()));

        (await shop.Sandbox.CountAsync("epayment_lookup")).ShouldBe(asked, "what is paid is asked about no more");
        (await shop.ReadAsync(order))["payments"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_return_without_Khaltis_answer_does_not_ask_to_pay_again()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        Uri back = await shop.Sandbox.OutcomeAsync(pidx, "completed");
        await shop.Sandbox.FaultAsync("epayment_lookup", "error", status: 503);

        (int status, _) = await shop.ComeBackAsync(back);

        status.ShouldBe(303);
        JsonNode waiting = await shop.ReadAsync(order);
        (waiting.Status(), waiting.PaymentStatus()).ShouldBe(("pending", "verifying"));
        (await shop.InitiateAsync(order)).Body.Code().ShouldBe("payment_in_progress");
        (await shop.CancelAsync(order)).Body.Code().ShouldBe("not_cancellable");
        await shop.Sandbox.MendAsync();
        await shop.PassAfterAsync(TimeSpan.FromSeconds(10));
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Fact]
    public async Task A_return_whose_check_is_canceled_still_redirects_to_the_order()
    {
        StumblingClock clock = new();
        await using Shop shop = await Shop.OpenAsync(services => services.Replace(ServiceDescriptor.Singleton<TimeProvider>(clock)));
        shop.ExpectWarnings();
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        Uri back = await shop.Sandbox.OutcomeAsync(pidx, "completed");
        clock.StumbleAt(1, after: TimeSpan.FromSeconds(1));

        (await shop.ComeBackAsync(back)).ShouldBe((303, "/order.html?id=" + order.Id()));

        clock.HasStumbled.ShouldBeTrue();
        shop.Log.Warnings.ShouldContain(line => line.Contains("failed when its shopper came back", StringComparison.Ordinal));
        clock.Advance(TimeSpan.FromSeconds(30));
        await shop.PassAsync();
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Fact]
    public async Task After_an_unanswered_unpaid_return_the_order_can_be_paid_later()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        await shop.Sandbox.FaultAsync("epayment_lookup", "error", status: 503, times: 3);
        await shop.ComeBackAsync($"/payments/khalti/return?pidx={pidx}");
        (await shop.ReadAsync(order)).PaymentStatus().ShouldBe("verifying");

        await shop.PassAfterAsync(TimeSpan.FromSeconds(10));

        (await shop.ReadAsync(order)).PaymentStatus().ShouldBe("initiated");
        ((string?)(await shop.InitiateAsync(order)).Body["pidx"]).ShouldBe(pidx, "the same link again");
    }

    [Fact]
    public async Task A_return_redirects_to_registered_return_addresses_only()
    {
        const string other = "https://other-shop.example/paid?lang=ne";
        await using Shop shop = await Shop.OpenAsync(
            ("Store:ReturnUrls:0", other), ("Admin:ApiKeys:0", "a-key-of-sixteen-characters"));

        (await PlaceAsync(shop, other, key: null)).Status.ShouldBe(401);
        (await PlaceAsync(shop, other, key: "a-key-of-sixteen-characterS")).Status.ShouldBe(401);
        (await PlaceAsync(shop, null, key: "wrong")).Status.ShouldBe(401);
        foreach (string evil in (string[])["https://evil.example/", other
            + "&x", "https://other-shop.example/paid", "javascript:alert(1)", "//evil.example", ""])
        {
            (int refused, JsonNode problem) = await PlaceAsync(shop, evil, "a-key-of-sixteen-characters");
            (refused, problem.Code()).ShouldBe((400, "validation_failed"), evil);
        }

        (int status, JsonNode order) = await PlaceAsync(shop, other, "a-key-of-sixteen-characters");
        status.ShouldBe(201);
        string pidx = await shop.GivenLinkAsync(order);
        (await shop.ComeBackAsync(await shop.Sandbox.OutcomeAsync(pidx, "completed"))).ShouldBe((303, $"{other}&order={order.Id()}"));
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    private static Task<(int Status, JsonNode Body)> PlaceAsync(Shop shop, string? returnUrl, string? key)
    {
        HttpRequestMessage request = new(HttpMethod.Post, "/api/v1/orders")
        {
            Content = System.Net.Http.Json.JsonContent.Create(
                new { items = new[] { new { productId = "ilam-tea", quantity = 1 } }, returnUrl }),
        };
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + key);
        }

        return shop.SendAsync(request);
    }
}
