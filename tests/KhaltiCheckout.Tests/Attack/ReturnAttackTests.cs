using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Payments;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Attack;

/// <summary>The address that Khalti sends browsers back to is open to everybody, and unsigned.</summary>
public sealed class ReturnAttackTests
{
    private const string Nowhere = "/order.html";

    // The sandbox's second merchant: another shop at the same Khalti.
    private const string OtherShopsKey = "live_secret_key_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    [Theory]
    [InlineData("""{"status":"Completed"}""")]
    [InlineData("""{"amount":"1","total_amount":"1"}""")]
    [InlineData("""{"amount":"18500","total_amount":"18500","refunded":"false","fee":"0"}""")]
    [InlineData("""{"transaction_id":"8xmeJnNXfoVjCvGcZiiGe7","tidx":"8xmeJnNXfoVjCvGcZiiGe7","txnId":"8xmeJnNXfoVjCvGcZiiGe7"}""")]
    [InlineData("""{"purchase_order_id":"ord_of_somebody_else","purchase_order_name":"<b>x</b>"}""")]
    [InlineData("""{"status":null,"mobile":"9800000001"}""")]
    public async Task A_forged_return_pays_nothing(string parameters)
    {
        await using Target shop = await Target.OpenAsync();
        (JsonNode order, string pidx) = await shop.LinkAsync();

        Answered answer = await shop.ReturnAsync((await shop.Sandbox.ForgedReturnAsync(pidx, JsonNode.Parse(parameters)!)).Query);

        (answer.Status, answer.Location).ShouldBe((303, "/order.html?id=" + order.Id()));
        JsonNode now = await shop.ReadAsync(order);
        (now.Status(), now.PaymentStatus(), (string?)now.Payment()["transactionId"]).ShouldBe(("pending", "initiated", null));
    }

    [Fact]
    public async Task The_paid_link_of_one_order_does_not_pay_another()
    {
        await using Target shop = await Target.OpenAsync();
        (JsonNode dear, string dearLink) = await shop.LinkAsync("pashmina-shawl");
        (JsonNode cheap, string cheapLink) = await shop.LinkAsync("timur-pepper");
        Uri back = await shop.Sandbox.OutcomeAsync(cheapLink, "completed");

        Answered answer = await shop.ReturnAsync(
            $"{back.Query.Replace(cheap.Id(), dear.Id(), StringComparison.Ordinal)}&id={dear.Id()}&orderId={dear.Id()}&amount=450000",
            $"checkout-order={dear.Id()}");

        answer.Location.ShouldBe("/order.html?id=" + cheap.Id());
        (await shop.ReadAsync(cheap)).Status().ShouldBe("paid");
        (await shop.ReadAsync(dear)).Status().ShouldBe("pending");
        ((string?)(await shop.Sandbox.LinkAsync(dearLink))["state"]).ShouldBe("Initiated");
    }

    [Fact]
    public async Task A_paid_link_of_another_shop_is_unknown_here()
    {
        await using Target shop = await Target.OpenAsync();
        JsonNode order = await shop.OrderAsync();
        string pidx = await StrangersLinkAsync(shop, order);
        Uri back = await shop.Sandbox.OutcomeAsync(pidx, "completed");

        Answered answer = await shop.ReturnAsync(back.Query, $"checkout-order={order.Id()}");

        (answer.Status, answer.Location).ShouldBe((303, Nowhere));
        JsonNode now = await shop.ReadAsync(order);
        (now.Status(), now["payments"]!.AsArray().Count).ShouldBe(("pending", 0));
        (await shop.LookupsAsync(pidx)).ShouldBe(0, "a pidx that we did not store is asked of nobody");
    }

    [Fact]
    public async Task A_return_repeated_fifty_times_is_one_payment()
    {
        await using Target shop = await Target.OpenAsync();
        (JsonNode order, string pidx) = await shop.LinkAsync();
        Uri back = await shop.Sandbox.OutcomeAsync(pidx, "completed");
        (await shop.ReturnAsync(back.Query)).Status.ShouldBe(303);
        JsonNode paid = await shop.ReadAsync(order);
        int asked = await shop.LookupsAsync(pidx);

        Answered[] answers = await RaceTests.AtOnceAsync(50, _ => shop.ReturnAsync(back.Query));

        answers.ShouldAllBe(answer => answer.Status == 303 && answer.Location == "/order.html?id=" + order.Id());
        (await shop.ReadAsync(order)).ToJsonString().ShouldBe(paid.ToJsonString());
        (await shop.LookupsAsync(pidx)).ShouldBe(asked);
    }

    [Fact]
    public async Task A_return_before_the_payment_changes_nothing()
    {
        await using Target shop = await Target.OpenAsync();
        (JsonNode order, string pidx) = await shop.LinkAsync();
        Uri early = await shop.Sandbox.ForgedReturnAsync(pidx, new { });
        await shop.ReturnAsync(early.Query);
        (await shop.ReadAsync(order)).Status().ShouldBe("pending");

        Uri back = await shop.Sandbox.OutcomeAsync(pidx, "completed");
        await shop.ReturnAsync(back.Query);

        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Theory]
    [InlineData("returnUrl=https://evil.example/")]
    [InlineData("return_url=https://evil.example/")]
    [InlineData("next=//evil.example/&redirect=//evil.example/&url=//evil.example/&to=//evil.example/")]
    [InlineData("id=//evil.example/&order=https://evil.example/")]
    [InlineData("purchase_order_id=https://evil.example/")]
    [InlineData("status=Completed%26x%0d%0aLocation:%20https://evil.example/")]
    [InlineData("x=%0d%0aSet-Cookie:%20evil=1")]
    [InlineData("message=<script>alert('evil')</script>")]
    public async Task A_return_never_redirects_to_another_host(string query)
    {
        await using Target shop = await Target.OpenAsync();
        (JsonNode order, string pidx) = await shop.LinkAsync();

        Answered known = await shop.ReturnAsync($"?pidx={pidx}&{query}");
        Answered nobodys = await shop.ReturnAsync($"?{query}");

        (known.Status, known.Location).ShouldBe((303, "/order.html?id=" + order.Id()));
        (nobodys.Status, nobodys.Location).ShouldBe((303, Nowhere));
        (known.Headers + known.Text + nobodys.Headers + nobodys.Text).ShouldNotContain("evil");
    }

    [Fact]
    public async Task The_return_answer_is_not_cached_and_sends_no_referrer_or_cookie()
    {
        await using Target shop = await Target.OpenAsync();
        (_, string pidx) = await shop.LinkAsync();

        Answered answer = await shop.ReturnAsync($"?pidx={pidx}&status=Completed");

        answer.Headers.ShouldContain("Cache-Control: no-store");
        answer.Headers.ShouldNotContain("Set-Cookie");
        answer.Headers.ShouldContain("Referrer-Policy: no-referrer");
        (answer.Headers + answer.Text).ShouldNotContain(pidx);
    }

    [Theory]
    [InlineData("//evil.example")]
    [InlineData("https://evil.example/")]
    [InlineData("ord_nobody")]
    [InlineData("..%2f..%2fadmin")]
    [InlineData("%0d%0aSet-Cookie:%20evil=1")]
    [InlineData("\"evil\"")]
    [InlineData("")]
    public async Task A_manipulated_return_cookie_is_ignored(string value)
    {
        await using Target shop = await Target.OpenAsync();

        Answered answer = await shop.ReturnAsync("?message=Could%20not%20process%20the%20payment.", "checkout-order=" + value);

        (answer.Status, answer.Location).ShouldBe((303, Nowhere));
        answer.Headers.ShouldNotContain("evil");
    }

    [Fact]
    public async Task A_return_cookie_of_another_order_changes_nothing()
    {
        await using Target shop = await Target.OpenAsync();
        (JsonNode theirs, string theirLink) = await shop.LinkAsync();
        (JsonNode mine, string myLink) = await shop.LinkAsync();
        string cookie = "checkout-order=" + theirs.Id();
        await shop.Sandbox.OutcomeAsync(myLink, "completed");

        Answered failure = await shop.ReturnAsync("?message=x&status=Completed", cookie);
        Answered unknown = await shop.ReturnAsync("?pidx=QUao9cqFzxPgvWJNi9aKac&status=Completed", cookie);
        Answered own = await shop.ReturnAsync($"?pidx={myLink}", cookie);

        failure.Location.ShouldBe("/order.html?id=" + theirs.Id(), "who knows an order's id may see it");
        unknown.Location.ShouldBe(Nowhere);
        own.Location.ShouldBe("/order.html?id=" + mine.Id());
        (await shop.ReadAsync(theirs)).Status().ShouldBe("pending");
        ((string?)(await shop.Sandbox.LinkAsync(theirLink))["state"]).ShouldBe("Initiated");
    }

    [Theory]
    [InlineData("HEAD")]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    [InlineData("TRACE")]
    public async Task Only_a_GET_is_a_return(string method)
    {
        await using Target target = await Target.OpenAsync();
        Shop shop = target.Inside("a worker asks about the link, too");
        (_, string pidx) = await target.LinkAsync();
        HttpRequestMessage request = new(new HttpMethod(method), $"/payments/khalti/return?pidx={pidx}");
        request.Headers.Add("Origin", "https://evil.example");
        request.Headers.Add("X-HTTP-Method-Override", "GET");
        if (method is "POST" or "PUT")
        {
            request.Content = new StringContent(
                $"pidx={pidx}&status=Completed", Encoding.UTF8, new MediaTypeHeaderValue("application/x-www-form-urlencoded"));
        }

        Answered answer = await target.SendAsync(request);

        answer.Status.ShouldBeOneOf(404, 405);
        (await shop.Sandbox.CountAsync("epayment_lookup")).ShouldBe(0);
    }

    private static async Task<string> StrangersLinkAsync(Target shop, JsonNode order)
    {
        using HttpClient http = new() { BaseAddress = shop.Sandbox.Address };
        using HttpRequestMessage request = new(HttpMethod.Post, "/api/v2/epayment/initiate/")
        {
            Content = System.Net.Http.Json.JsonContent.Create(new
            {
                return_url = new Uri(shop.Address, "/payments/khalti/return"),
                website_url = shop.Address,
                amount = (long)order["amount"]!,
                purchase_order_id = order.Id(),
                purchase_order_name = "The same order at another shop",
            }),
        };
        request.Headers.TryAddWithoutValidation("Authorization", "Key " + OtherShopsKey);
        using HttpResponseMessage response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        response.IsSuccessStatusCode.ShouldBeTrue(text);
        return (string)JsonNode.Parse(text)!["pidx"]!;
    }
}
