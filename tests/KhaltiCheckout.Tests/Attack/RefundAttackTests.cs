using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Tests.Attack;

/// <summary>
/// The holes that refund code of other shops is known for: money that goes back twice, too much of it, to the wrong one, or
/// because somebody asked who may not.
/// </summary>
public sealed class RefundAttackTests
{
    private const long Price = RefundSteps.TeaPrice;
    private const string Whole = "{}";

    [Theory]
    [InlineData(null, Price)]
    [InlineData("one-click", 5000)]
    public async Task A_double_click_refunds_once(string? idempotencyKey, long amount)
    {
        await using Target shop = await Target.OpenAsync();
        (JsonNode order, _) = await shop.PaidAsync();
        string? key = idempotencyKey is null ? null : $"{idempotencyKey}-{order.Id()}";

        Answered[] answers = await Task.WhenAll(
            Enumerable.Range(0, 10).Select(_ => RefundAsync(shop, order.Id(), $$"""{"amount":{{amount}}}""", idempotencyKey: key)));

        answers.Where(answer => answer.Status < 400).Select(answer => (string?)answer.Json["id"]).Distinct().Count().ShouldBe(1);
        answers.Where(answer => answer.Status >= 400)
            .ShouldAllBe(answer => answer.Code == "not_refundable" || answer.Code == "idempotency_in_progress");
        (await BooksAsync(shop, order)).ShouldBe((1, amount));
        ((long)(await shop.ReadAsync(order))["amountRefunded"]!).ShouldBe(amount);
    }

    [Fact]
    public async Task Parallel_partial_refunds_never_exceed_the_payment()
    {
        await using Target shop = await Target.OpenAsync();
        (JsonNode order, _) = await shop.PaidAsync();
        List<Answered> answers = [];
        for (int round = 0; round < 6; round++)
        {
            answers.AddRange(await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => RefundAsync(shop, order.Id(), """{"amount":4000}"""))));
        }

        (int calls, long given) = await BooksAsync(shop, order);
        given.ShouldBe(4 * 4000);
        calls.ShouldBe(answers.Count(answer => answer.Status == 201));
        ((long)(await shop.ReadAsync(order))["amountRefunded"]!).ShouldBe(given);
        answers[^1].Code.ShouldBe("refund_too_large");
    }

    [Fact]
    public async Task A_full_refund_after_a_partial_one_refunds_the_rest()
    {
        await using Target shop = await Target.OpenAsync();
        (JsonNode order, _) = await shop.PaidAsync();
        (await RefundAsync(shop, order.Id(), """{"amount":5000}""")).Status.ShouldBe(201);

        Answered rest = await RefundAsync(shop, order.Id(), Whole);

        ((long)rest.Json["amount"]!).ShouldBe(Price - 5000);
        (await BooksAsync(shop, order)).ShouldBe((2, Price));
        (await RefundAsync(shop, order.Id(), Whole)).Code.ShouldBe("not_refundable");
    }

    [Fact]
    public async Task A_payment_of_another_order_is_not_refunded()
    {
        await using Target shop = await Target.OpenAsync();
        (JsonNode mine, _) = await shop.PaidAsync();
        (JsonNode other, _) = await shop.PaidAsync();
        string foreign = (string)other.Payment()["id"]!;

        Answered answer = await RefundAsync(shop, mine.Id(), $$"""{"paymentId":"{{foreign}}"}""");

        (answer.Status, answer.Code).ShouldBe((404, "not_found"));
        (await RefundAsync(shop, foreign, Whole)).Status.ShouldBe(404, "a payment is no order");
        await ShouldHaveRefundedNothingAsync(shop, mine);
        await ShouldHaveRefundedNothingAsync(shop, other);
    }

    [Theory]
    [InlineData("""{"amount":0}""", 400)]
    [InlineData("""{"amount":-1}""", 400)]
    [InlineData("""{"amount":-9223372036854775808}""", 400)]
    [InlineData("""{"amount":9223372036854775808}""", 400)]
    [InlineData("""{"amount":18446744073709556616}""", 400)]
    [InlineData("""{"amount":9223372036854775807}""", 422)]
    [InlineData("""{"amount":4294972296}""", 422)]
    [InlineData("""{"amount":18501}""", 422)]
    [InlineData("""{"amount":0.5}""", 400)]
    [InlineData("""{"amount":50.00}""", 400)]
    [InlineData("""{"amount":50.5}""", 400)]
    [InlineData("""{"amount":5e3}""", 400)]
    [InlineData("""{"amount":1e400}""", 400)]
    [InlineData("""{"amount":"5000"}""", 400)]
    [InlineData("""{"amount":"50.00"}""", 400)]
    [InlineData("""{"amount":true}""", 400)]
    [InlineData("""{"amount":[5000]}""", 400)]
    [InlineData("""{"amount":{"paisa":5000}}""", 400)]
    [InlineData("""{"amount":5000,"amount":1}""", 400)]
    [InlineData("""{"amount":5000,"Amount":1}""", 400)]
    [InlineData("""{"Amount":5000}""", 400)]
    [InlineData("""{"amount":5000,"status":"completed"}""", 400)]
    [InlineData("""[]""", 400)]
    [InlineData("null", 400)]
    [InlineData("", 400)]
    public async Task Invalid_amounts_and_mobile_numbers_refund_nothing(string body, int status)
    {
        await using Target shop = await Target.OpenAsync();
        (JsonNode order, _) = await shop.PaidAsync();

        Answered answer = await RefundAsync(shop, order.Id(), body);

        (answer.Status, answer.Code).ShouldBe((status, status == 400 ? "validation_failed" : "refund_too_large"), answer.Text);
        await ShouldHaveRefundedNothingAsync(shop, order);
    }

    [Theory]
    [InlineData("unpaid")]
    [InlineData("linked")]
    [InlineData("cancelled")]
    [InlineData("expired")]
    [InlineData("declined")]
    [InlineData("verifying")]
    [InlineData("pending at Khalti")]
    [InlineData("held, and the money never came")]
    [InlineData("held, and refunded already")]
    public async Task An_unpaid_or_refunded_order_is_not_refundable(string became)
    {
        await using Target target = await Target.OpenAsync();
        Shop shop = target.Inside("it moves the clock");
        shop.ExpectWarnings();
        JsonNode order = await GivenAsync(shop, became);
        string[] payments = [.. order["payments"]!.AsArray().Select(payment => (string)payment!["id"]!)];

        List<Answered> answers = [
            await RefundAsync(target, order.Id(), Whole), await RefundAsync(target, order.Id(), """{"amount":1000}""")];
        foreach (string payment in payments)
        {
            answers.Add(await RefundAsync(target, order.Id(), $$"""{"paymentId":"{{payment}}"}"""));
        }

        answers.ShouldAllBe(answer => answer.Status == 409 && answer.Code == "not_refundable");
        (await shop.Sandbox.CountAsync("refund")).ShouldBe(0);
        (await shop.InDatabaseAsync(db => db.Refunds.CountAsync())).ShouldBe(0);
        (await shop.ReadAsync(order)).Status().ShouldBe(order.Status());
    }

    [Fact]
    public async Task A_payment_without_an_amount_is_not_refundable()
    {
        Wire wire = new()
        {
            Rewrite = text => Change(text, record => record["amount"] = 0),
            RewriteDetail = text => Change(text, record => record["amount"] = 0),
        };
        await using Shop shop = await Shop.OpenAsync(wire.LayUnder);
        shop.ExpectWarnings();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        (await shop.VerifyAsync(order, token)).Status.ShouldBe(202, "held: another amount");

        (int status, JsonNode problem) = await shop.RefundAsync(order);

        (status, problem.Code()).ShouldBe((409, "not_refundable"));
        (await shop.Sandbox.CountAsync("refund")).ShouldBe(0);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Bearer wrong-key-0000000000000000000")]
    [InlineData("Bearer dev-admin-key-000000000000000")]
    [InlineData("Bearer DEV-ADMIN-KEY-0000000000000000")]
    [InlineData("Bearer dev-admin-key-0000000000000000, Bearer dev-admin-key-0000000000000000")]
    [InlineData("Basic ZGV2LWFkbWluLWtleS0wMDAwMDAwMDAwMDAwMDAwOg==")]
    [InlineData("dev-admin-key-0000000000000000")]
    [InlineData("Key test_secret_key_22222222222222222222222222222222")]
    public async Task A_refund_needs_a_key(string? authorization)
    {
        await using Target shop = await Target.OpenAsync();
        (JsonNode order, _) = await shop.PaidAsync();
        string payment = (string)order.Payment()["id"]!;

        foreach ((string path, string body) in new[]
        {
            ($"/api/v1/admin/orders/{order.Id()}/refunds", Whole),
            ($"/api/v1/admin/orders/{order.Id()}/refunds", "not even json"),
            ($"/api/v1/admin/orders/{order.Id()}/refunds?key={RefundSteps.Key}", Whole),
            ("/api/v1/admin/orders/ord_nobody/refunds", Whole),
            ("/api/v1/admin/refunds/ref_nobody/settle", """{"outcome":"failed","note":"x"}"""),
            ("/api/v1/admin/refunds/ref_nobody/check", ""),
            ($"/api/v1/admin/payments/{payment}/refunds-found", """{"amount":1,"note":"x"}"""),
        })
        {
            Answered answer = await PostAsync(shop, path, body, authorization);
            (answer.Status, answer.Code).ShouldBe((401, "unauthorized"), path);
        }

        (await PostAsync(shop, $"/api/v1/orders/{order.Id()}/refunds", Whole, authorization)).Status.ShouldBeOneOf(401, 404);
        (await PostAsync(shop, $"/api/v1/payments/{payment}/refund", Whole, authorization)).Status.ShouldBeOneOf(401, 404);
        await ShouldHaveRefundedNothingAsync(shop, order);
    }

    [Fact]
    public async Task An_idempotency_key_of_another_request_makes_no_refund()
    {
        await using Target shop = await Target.OpenAsync();
        (JsonNode order, _) = await shop.PaidAsync();
        (JsonNode other, _) = await shop.PaidAsync();
        string key = $"back-{order.Id()}";
        Answered first = await RefundAsync(shop, order.Id(), """{"amount":1000}""", idempotencyKey: key);

        Answered more = await RefundAsync(shop, order.Id(), """{"amount":10000}""", idempotencyKey: key);
        Answered elsewhere = await RefundAsync(shop, other.Id(), """{"amount":1000}""", idempotencyKey: key);
        Answered again = await RefundAsync(shop, order.Id(), """ { "amount" : 1000 } """, idempotencyKey: key);

        first.Status.ShouldBe(201);
        (more.Status, more.Code).ShouldBe((422, "idempotency_key_reused"));
        (elsewhere.Status, elsewhere.Code).ShouldBe((422, "idempotency_key_reused"));
        (again.Status, again.Text).ShouldBe((201, first.Text));
        (await BooksAsync(shop, order)).ShouldBe((1, 1000));
        await ShouldHaveRefundedNothingAsync(shop, other);
    }

    [Theory]
    [InlineData("..%2f{0}")]
    [InlineData("%2e%2e%2f{0}")]
    [InlineData("x%2f..%2f{0}")]
    [InlineData("x/../{0}")]
    [InlineData("{0}%2f..%2f{1}")]
    [InlineData("{0}%00")]
    [InlineData("{0}%20")]
    [InlineData("%20{0}")]
    [InlineData("{0}%0d%0aX-Injected:%201")]
    [InlineData("{0};admin=1")]
    [InlineData("{0}'%20OR%20'1'='1")]
    [InlineData("%25")]
    [InlineData("*")]
    public async Task No_manipulated_id_refunds_another_order(string trick)
    {
        await using Target shop = await Target.OpenAsync();
        (JsonNode order, _) = await shop.PaidAsync();
        (JsonNode other, _) = await shop.PaidAsync();
        string id = string.Format(System.Globalization.CultureInfo.InvariantCulture, trick, order.Id(), other.Id());
        bool isHonest = trick == "x/../{0}"; // the same address, written with a detour

        foreach (string path in (string[])[$"/api/v1/admin/orders/{id}/refunds", $"/api/v1/admin/refunds/{id}/check",
            $"/api/v1/admin/payments/{id}/refunds-found"])
        {
            string answer = await shop.RawAsync(
                [$"POST {path} HTTP/1.1", $"Authorization: Bearer {RefundSteps.Key}", "Content-Type: application/json",
                    "Content-Length: 15"], """{"amount":1000}""");
            RawHttp.StatusOf(answer).ShouldBeOneOf(isHonest ? [201, 400, 404] : [400, 404, 405]);
            answer.Split("\r\n\r\n")[0].Split("\r\n")
                .ShouldNotContain(line => line.StartsWith("X-Injected", StringComparison.OrdinalIgnoreCase));
        }

        await ShouldHaveRefundedNothingAsync(shop, other);
        if (!isHonest)
        {
            await ShouldHaveRefundedNothingAsync(shop, order);
        }
    }

    [Theory]
    [InlineData(200, "{}")]
    [InlineData(200, """{"detail":"Transaction refund failed.","error_key":"validation_error"}""")]
    [InlineData(200, """{"detail":"Something went wrong.","status_code":500}""")]
    [InlineData(200, """{"detail":["Transaction refund successful."]}""")]
    [InlineData(200, """{"detail":null}""")]
    [InlineData(200, """{"message":"Transaction refund successful."}""")]
    [InlineData(200, "[]")]
    [InlineData(200, """[{"detail":"Transaction refund successful."}]""")]
    [InlineData(200, "\"Transaction refund successful.\"")]
    [InlineData(200, "null")]
    [InlineData(200, "true")]
    [InlineData(200, "")]
    [InlineData(200, "<html><body>Transaction refund successful.</body></html>")]
    [InlineData(201, """{"detail":"Transaction refund successful."}""")]
    [InlineData(202, """{"detail":"Transaction refund successful."}""")]
    [InlineData(204, "")]
    [InlineData(302, "")]
    [InlineData(307, """{"detail":"Transaction refund successful."}""")]
    [InlineData(308, "")]
    [InlineData(400, "<html>Bad Request</html>")]
    [InlineData(404, "")]
    [InlineData(409, """{"detail":"x","state":{"name":"Refunded"}}""")]
    [InlineData(502, """{"detail":"Transaction refund failed."}""")]
    public async Task A_refund_answer_without_a_confirmation_is_unknown(int code, string body)
    {
        foreach (bool done in (bool[])[true, false])
        {
            Wire wire = new();
            await using Shop shop = await Shop.OpenAsync(wire.LayUnder);
            shop.ExpectWarnings();
            (JsonNode order, _) = await shop.GivenPaidAsync();
            wire.InsteadOfRefund = (done, request => new HttpResponseMessage((HttpStatusCode)code)
            {
                Content = new StringContent(body, Encoding.UTF8, "application/json"),
                Headers = { Location = code is >= 300 and < 400 ? request.RequestUri : null },
            });

            (int status, JsonNode refund) = await shop.RefundAsync(order, 5000);

            (status, (string?)refund["status"]).ShouldBe((202, "unknown"), refund.ToJsonString());
            JsonNode waiting = await shop.ReadAsync(order);
            (waiting.Status(), (long)waiting["amountRefunded"]!).ShouldBe(("paid", 0));
            (await shop.RefundAsync(order, 5000)).Body.Code().ShouldBe("not_refundable", "it may have been made");
            wire.InsteadOfRefund = null;
            await shop.PassAfterAsync(TimeSpan.FromMinutes(3));
            ((string?)(await shop.ReadRefundAsync(refund))["status"]).ShouldBe(done ? "completed" : "unknown");
            (await shop.Sandbox.CountAsync("refund")).ShouldBe(done ? 1 : 0);
        }
    }

    [Fact]
    public async Task A_disconnected_refund_request_refunds_once_and_is_recorded()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, _) = await shop.GivenPaidAsync();
        await shop.Sandbox.FaultAsync("refund", "delay", delayMs: 300);
        using HttpRequestMessage request = Request($"/api/v1/admin/orders/{order.Id()}/refunds", Whole, "Bearer " + RefundSteps.Key);
        using CancellationTokenSource hangUp = new();
        Task<HttpResponseMessage> post = shop.Http.SendAsync(request, hangUp.Token);
        await Shop.UntilAsync(async () => await shop.Sandbox.CountAsync("refund") == 1);

        await hangUp.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(post);
        await Shop.UntilAsync(async () => (await shop.ReadAsync(order)).Status() == "refunded");
        (await shop.RefundAsync(order)).Body.Code().ShouldBe("not_refundable");
        (await shop.Sandbox.CountAsync("refund")).ShouldBe(1);
    }

    [Fact]
    public async Task Of_two_conflicting_manual_refund_results_one_is_applied()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, _) = await shop.GivenPaidAsync();
        await shop.Sandbox.FaultAsync("refund", "drop_after", times: 1);
        (_, JsonNode refund) = await shop.RefundAsync(order, 5000);

        (int Status, JsonNode Body)[] answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(person => shop.WithKeyAsync(
            HttpMethod.Post, $"/api/v1/admin/refunds/{refund.Id()}/settle",
            new { outcome = person % 2 == 0 ? "completed" : "failed", note = $"person {person}" })));

        answers.Count(answer => answer.Status == 200).ShouldBe(1);
        answers.Where(answer => answer.Status != 200)
            .ShouldAllBe(answer => answer.Body.Code() == "not_unknown" || answer.Body.Code() == "not_settleable");
        bool completed = (string?)(await shop.ReadRefundAsync(refund))["status"] == "completed";
        ((long)(await shop.ReadAsync(order))["amountRefunded"]!).ShouldBe(completed ? 5000 : 0);
        (await shop.InDatabaseAsync(async db => (long)(await db.Payments.SingleAsync()).AmountReserved)).ShouldBe(0);
    }

    [Fact]
    public async Task Mobile_numbers_and_keys_of_a_refund_are_never_logged_shown_or_stored()
    {
        const string Mobile = "9800000003";
        Wire wire = new();
        await using Shop shop = await Shop.OpenAsync(wire.LayUnder);
        shop.ExpectWarnings();
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        await shop.PayFromBankAsync(pidx);
        await shop.PassAfterAsync(TimeSpan.FromMinutes(1));
        List<string> seen = [];
        async Task RequestRefundAsync(string mobile)
        {
            (_, JsonNode answer) = await shop.RefundAsync(order, 1000, mobile, "came back", idempotencyKey: Guid.NewGuid().ToString());
            seen.Add(answer.ToJsonString());
        }

        await RequestRefundAsync(Mobile);
        await RequestRefundAsync(Mobile + "1");
        wire.InsteadOfRefund = (false, _ => new HttpResponseMessage(HttpStatusCode.BadRequest)
        {
            Content = new StringContent(
                $$"""{"mobile":["{{Mobile}} takes no money."],"{{Mobile}}":["No."],"detail":"{{Mobile}}","error_key":"{{Mobile}}"}"""),
        });
        await RequestRefundAsync(Mobile);
        wire.InsteadOfRefund = (false, _ => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(Mobile) });
        await RequestRefundAsync(Mobile);
        await shop.PassAfterAsync(TimeSpan.FromMinutes(3));

        seen.Add((await shop.ReadAsync(order)).ToJsonString());
        seen.Add((await shop.GetAsync("/openapi/v1.json")).Body.ToJsonString());
        seen.AddRange(shop.Log.Lines);
        seen.Add(EverythingIn(shop));
        seen.Count.ShouldBeGreaterThan(10);
        foreach (string secret in (string[])[Mobile, RefundSteps.Key, "test_secret_key_", "live_secret_key_"])
        {
            seen.ShouldNotContain(text => text.Contains(secret, StringComparison.OrdinalIgnoreCase), secret);
        }

        seen.ShouldContain(text => text.Contains("98XXXXX003", StringComparison.Ordinal), "the masked number is for people to recognise");
    }

    private static async Task<JsonNode> GivenAsync(Shop shop, string became)
    {
        JsonNode order;
        string handle;
        switch (became)
        {
            case "linked":
                order = (await shop.GivenLinkAsync()).Order;
                break;
            case "pending at Khalti":
                (order, handle) = await shop.GivenLinkAsync();
                await shop.ComeBackAsync(await shop.Sandbox.OutcomeAsync(handle, "pending"));
                break;
            case "held, and the money never came":
                (order, handle) = await shop.GivenLinkAsync();
                await shop.Sandbox.ForceLinkAsync(handle, "Frozen");
                await shop.PassAfterAsync(TimeSpan.FromMinutes(1));
                break;
            case "held, and refunded already":
                (order, handle) = await shop.GivenLinkAsync();
                await shop.Sandbox.OutcomeAsync(handle, "completed");
                await shop.Sandbox.ForceLinkAsync(handle, "Refunded");
                await shop.PassAfterAsync(TimeSpan.FromMinutes(1));
                break;
            case "declined":
                (order, _) = await shop.GivenConfirmedAsync();
                (await shop.VerifyAsync(order, "MadeUpToken1")).Status.ShouldBe(402);
                break;
            case "verifying":
                (order, handle) = await shop.GivenConfirmedAsync();
                await shop.Sandbox.FaultAsync("verify", "drop_after", times: 1);
                (await shop.VerifyAsync(order, handle)).Status.ShouldBe(202);
                break;
            default:
                (order, _) = await shop.GivenConfirmedAsync();
                break;
        }

        if (became == "cancelled")
        {
            (await shop.CancelAsync(order)).Status.ShouldBe(200);
        }

        if (became == "expired")
        {
            await shop.PassAfterAsync(TimeSpan.FromHours(2));
        }

        JsonNode now = await shop.ReadAsync(order);
        (now.Status(), now["payments"]!.AsArray().Count == 0 ? "none" : now.PaymentStatus()).ShouldBe(became switch
        {
            "linked" => ("pending", "initiated"),
            "cancelled" or "expired" => (became, "none"),
            "declined" => ("pending", "failed"),
            "verifying" or "pending at Khalti" => ("pending", "verifying"),
            "unpaid" => ("pending", "none"),
            _ => ("pending", "needs_review"),
        });
        return now;
    }

    private static string Change(string text, Action<JsonNode> change)
    {
        JsonNode record = JsonNode.Parse(text)!;
        change(record);
        return record.ToJsonString();
    }

    private static Task<Answered> RefundAsync(Target shop, string orderId, string body, string? idempotencyKey = null) =>
        PostAsync(shop, $"/api/v1/admin/orders/{orderId}/refunds", body, "Bearer " + RefundSteps.Key, idempotencyKey);

    private static Task<Answered> PostAsync(Target shop, string path, string body, string? authorization, string? idempotencyKey = null)
    {
        HttpRequestMessage request = Request(path, body, authorization);
        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        return shop.SendAsync(request);
    }

    private static HttpRequestMessage Request(string path, string body, string? authorization)
    {
        HttpRequestMessage request =
            new(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json")) };
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        return request;
    }

    /// <summary>How often Khalti was asked to refund money of the order, and how much it has.</summary>
    private static async Task<(int Calls, long Given)> BooksAsync(Target shop, JsonNode order)
    {
        JsonNode[] paid = [
            .. (await shop.Sandbox.ListAsync("/_sandbox/transactions")).Where(one => (string?)one["productIdentity"] == order.Id())];
        IReadOnlyList<JsonNode> calls = await shop.Sandbox.ListAsync("/_sandbox/requests");
        return (calls.Count(
            call => (string?)call["operation"] == "refund" && paid.Any(
                one => ((string)call["path"]!).Contains((string)one["idx"]!, StringComparison.Ordinal))),
            paid.Sum(one => (long)one["refundedAmount"]!));
    }

    private static async Task ShouldHaveRefundedNothingAsync(Target shop, JsonNode order)
    {
        (await BooksAsync(shop, order)).ShouldBe((0, 0));
        JsonNode now = await shop.ReadAsync(order);
        (now.Status(), (long)now["amountRefunded"]!).ShouldBe(("paid", 0));
    }

    private static string EverythingIn(Shop shop)
    {
        string all = shop.Database.Everything();
        all.ShouldContain("98XXXXX003");
        return all;
    }
}
