using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.CrashTests;

/// <summary>The shopper's page and the merchant's client for one order. They retry calls without an answer, with the same
/// idempotency key and token.</summary>
internal sealed class Shopper(CrashEnvironment environment)
{
    private const long OrderAmount = 18_500;
    private const long RefundAmount = 5_000;

    // A slow machine loses additional answers, each of which waits for its next check.
    private static readonly TimeSpan GracePeriod = TimeSpan.FromMinutes(3);
    private static readonly object Basket = new { items = new[] { new { productId = "ilam-tea", quantity = 1 } } };
    private static readonly object Refund = new { amount = RefundAmount, reason = "came back" };

    private string _key = Guid.NewGuid().ToString();
    private JsonNode? _order;
    private JsonNode? _byLink;
    private Uri? _returnUrl;
    private string? _transactionId;
    private JsonNode? _refund;
    private int _refundsBefore;

    internal SandboxDriver Sandbox => environment.Sandbox;

    /// <summary>Places an order and verifies its payment; returns the HTTP status of verify.</summary>
    internal async Task<int> PayAsync()
    {
        await PlaceAsync();
        string token = await Sandbox.ConfirmedTokenAsync(OrderAmount, _order!.Id());
        return (await UntilAnsweredAsync(
            HttpMethod.Post, "/api/v1/payments/verify", new { orderId = _order!.Id(), token, amount = OrderAmount }, [200, 202])).Status;
    }

    internal async Task PlaceAsync() => _order = (await UntilAnsweredAsync(HttpMethod.Post, "/api/v1/orders", Basket, [201])).Body;

    internal async Task PayByLinkAsync()
    {
        (JsonNode link, _) = await UntilAnsweredAsync(HttpMethod.Post, "/api/v1/payments/initiate", new { orderId = _order!.Id() }, [201]);
        _returnUrl = await Sandbox.OutcomeAsync((string)link["pidx"]!, "completed");
    }

    /// <summary>Places an order; Khalti takes the money, the token never reaches the shop, and Khalti's list is not read yet.</summary>
    internal async Task PayWithoutTokenAsync()
    {
        await PlaceAsync();
        await environment.MakeListDueAsync(isDue: false);
        _transactionId = await Sandbox.CompletedTransactionAsync(OrderAmount, _order!.Id());
    }

    internal Task MakeListDueAsync() => environment.MakeListDueAsync();

    /// <summary>Pays an order in the widget, and another one by link.</summary>
    internal async Task PayTwoOrdersAsync()
    {
        await PlaceAsync();
        await PayByLinkAsync();
        await ReturnFromKhaltiAsync();
        await ExpectPaidAsync();
        (_byLink, _key) = (_order, Guid.NewGuid().ToString());
        await PayAsync();
        await ExpectPaidAsync();
    }

    internal Task MakeDayDueAsync() => environment.MakeDayDueAsync(_order!.Id(), _byLink!.Id());

    /// <summary>Waits until the day is compared, and asserts that each order has its difference once.</summary>
    internal async Task ExpectComparedAsync()
    {
        await UntilAsync(async () =>
        {
            await ReadAsync($"/api/v1/orders/{_order!.Id()}");
            return await environment.IsDayComparedAsync();
        });
        JsonNode close = (await ReadAsync("/api/v1/admin/closes"))["data"]!.AsArray().ShouldHaveSingleItem()!;
        ((bool)close["isWhole"]!).ShouldBeTrue();
        close["report"]!["differences"]!.AsArray().Select(one => ((string)one!["kind"]!, (string)one["orderId"]!))
            .ShouldBe([("fee", _order!.Id()), ("fee", _byLink!.Id())], ignoreOrder: true);
        foreach (string orderId in (string[])[_order!.Id(), _byLink!.Id()])
        {
            JsonNode order = await ReadAsync($"/api/v1/admin/orders/{orderId}");
            order.Status().ShouldBe("paid");
            order["reasons"]!.AsArray().ShouldHaveSingleItem()!["reason"]!.GetValue<string>().ShouldBe("books_differ");
            order["timeline"]!.AsArray().Count(entry => (string?)entry!["what"] == "books_differ").ShouldBe(1);
            (await environment.CountDifferencesAsync(orderId)).ShouldBe(1);
        }
    }

    /// <summary>Waits until the transaction was found in Khalti's list and has paid the order.</summary>
    internal async Task ExpectMatchedAsync()
    {
        await UntilAsync(async () =>
        {
            await environment.MakeMatchDueAsync(_transactionId!);
            return (await ReadAsync($"/api/v1/orders/{_order!.Id()}")).Status() == "paid";
        });
        await ExpectPaidAsync();
        JsonNode order = await ReadAsync($"/api/v1/orders/{_order!.Id()}");
        order["payments"]!.AsArray().ShouldHaveSingleItem();
        ((string?)order.Payment()["transactionId"]).ShouldBe(_transactionId);
    }

    /// <summary>Opens the return address once, without retries, as a browser does.</summary>
    internal async Task ReturnFromKhaltiAsync()
    {
        try
        {
            using HttpResponseMessage page = await (await environment.ShopAsync())
                .GetAsync(_returnUrl!.PathAndQuery, TestContext.Current.CancellationToken);
        }
        catch (Exception exception) when (IsLostAnswer(exception))
        {
        }
    }

    internal Task WaitUntilDueAsync() => environment.MakeDueAsync(_order!.Id());

    internal async Task ExpectPaidAsync()
    {
        JsonNode? last = null;
        await UntilAsync(async () =>
        {
            last = await ReadAsync($"/api/v1/orders/{_order!.Id()}");
            return last.Status() == "paid";
        });
        last!["payments"]!.AsArray().Count(payment => (string?)payment!["status"] == "completed").ShouldBe(1);
        last.Payment()["transactionId"].ShouldNotBeNull();
        IReadOnlyList<JsonNode> transactions = await TransactionsAsync();
        transactions.Count(transaction => (string?)transaction["state"] == "Completed").ShouldBe(1);
        transactions.Where(transaction => (string?)transaction["state"] != "Completed")
            .ShouldAllBe(
                link => (string?)link["flow"] == "epayment" && (string?)link["state"] == "Initiated",
                "at most links whose answer was lost");

        // The same idempotency key returns the same order: it was not created twice.
        (await UntilAnsweredAsync(HttpMethod.Post, "/api/v1/orders", Basket, [201])).Body.Id().ShouldBe(_order!.Id());
    }

    /// <summary>Makes a partial refund, as the merchant.</summary>
    internal async Task<int> RefundAsync()
    {
        _refundsBefore = await Sandbox.CountAsync("refund");
        (_refund, int status) =
            await UntilAnsweredAsync(HttpMethod.Post, $"/api/v1/admin/orders/{_order!.Id()}/refunds", Refund, [201, 202]);
        return status;
    }

    /// <param name="mayBeUnsent">Whether a process killed before the call may leave an unknown refund, which the shop resolves only
    /// after 15 minutes.</param>
    internal async Task ExpectRefundedAsync(bool mayBeUnsent)
    {
        string path = $"/api/v1/admin/refunds/{_refund!.Id()}";
        bool wasSent = true;
        await UntilAsync(async () =>
        {
            JsonNode now = await ReadAsync(path);
            wasSent = await RefundsAsync() > 0;
            return now.Status() is "completed" or "failed" || (now.Status() == "unknown" && !wasSent);
        });
        if (!wasSent)
        {
            mayBeUnsent.ShouldBeTrue("nothing was sent");
        }

        // The sandbox's ledger decides: one call, and the refund's and the order's amount equal the amount refunded there.
        long refunded = (await TransactionsAsync()).Sum(transaction => (long)transaction["refundedAmount"]!);
        (await RefundsAsync(), refunded).ShouldBe(wasSent ? (1, RefundAmount) : (0, 0));
        JsonNode refund = await ReadAsync(path);
        refund.Status().ShouldBe(wasSent ? "completed" : "unknown");
        ((long)refund["amount"]!).ShouldBe(RefundAmount);
        JsonNode order = await ReadAsync($"/api/v1/orders/{_order!.Id()}");
        (order.Status(), (long)order["amountRefunded"]!).ShouldBe(wasSent ? ("partially_refunded", RefundAmount) : ("paid", 0));

        // The same idempotency key returns the same refund and refunds nothing a second time.
        (JsonNode again, _) = await UntilAnsweredAsync(HttpMethod.Post, $"/api/v1/admin/orders/{_order!.Id()}/refunds", Refund, [201, 202]);
        again.Id().ShouldBe((string?)refund["id"]);
        (await RefundsAsync()).ShouldBe(wasSent ? 1 : 0);
    }

    // The refund calls of this order, as orders run one after another.
    private async Task<int> RefundsAsync() => await Sandbox.CountAsync("refund") - _refundsBefore;

    private async Task<IReadOnlyList<JsonNode>> TransactionsAsync() =>
        [.. (await Sandbox.ListAsync("/_sandbox/transactions"))
            .Where(transaction => (string?)(transaction["purchaseOrderId"] ?? transaction["productIdentity"]) == _order!.Id())];

    private async Task<JsonNode> ReadAsync(string path) => (await UntilAnsweredAsync(HttpMethod.Get, path, null, [200])).Body;

    private async Task<(JsonNode Body, int Status)> UntilAnsweredAsync(HttpMethod method, string path, object? body, int[] expected)
    {
        (JsonNode Body, int Status)? answer = null;
        await UntilAsync(async () =>
        {
            HttpClient shop = await environment.ShopAsync();
            try
            {
                using HttpRequestMessage request = new(method, path) { Content = body is null ? null : JsonContent.Create(body) };
                request.Headers.Add("Idempotency-Key", _key + path);
                if (path.StartsWith("/api/v1/admin/", StringComparison.Ordinal))
                {
                    request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", ShopProcess.Key);
                }

                using HttpResponseMessage response = await shop.SendAsync(request, TestContext.Current.CancellationToken);
                JsonNode json = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
                int status = (int)response.StatusCode;
                if (status >= 400 && json.Code() is not ("idempotency_in_progress" or "khalti_unavailable"))
                {
                    throw new InvalidOperationException($"{path} answered {status}: {json.ToJsonString()}");
                }

                answer = (json, status);
                return expected.Contains(status);
            }
            catch (Exception exception) when (IsLostAnswer(exception))
            {
                return false;
            }
        });
        return answer!.Value;
    }

    // The last condition is the timeout of HttpClient.
    private static bool IsLostAnswer(Exception exception) => exception is HttpRequestException or IOException or SocketException
        || (exception is OperationCanceledException { InnerException: TimeoutException }
            && !TestContext.Current.CancellationToken.IsCancellationRequested);

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(GracePeriod);
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(200));
        while (!await condition())
        {
            await timer.WaitForNextTickAsync(timeout.Token);
        }
    }
}
