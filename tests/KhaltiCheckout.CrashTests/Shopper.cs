using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.CrashTests;

/// <summary>What the page in a shopper's browser does, and the merchant's client, with one order: they repeat what was not
/// answered, with the same key and token.</summary>
internal sealed class Shopper(Scene scene)
{
    private const long Tea = 18_500;
    private const long Part = 5_000;

    // A slow machine loses answers besides, and each waits for its next check.
    private static readonly TimeSpan GracePeriod = TimeSpan.FromMinutes(3);
    private static readonly object Basket = new { items = new[] { new { productId = "ilam-tea", quantity = 1 } } };
    private static readonly object Refund = new { amount = Part, reason = "came back" };

    private readonly string _key = Guid.NewGuid().ToString();
    private JsonNode? _order;
    private Uri? _back;
    private JsonNode? _refund;
    private int _refundsBefore;

    internal SandboxDriver Sandbox => scene.Sandbox;

    /// <summary>Gives back the status of verify's answer.</summary>
    internal async Task<int> PayAsync()
    {
        await PlaceAsync();
        string token = await Sandbox.ConfirmedTokenAsync(Tea, _order!.Id());
        return (await UntilAnsweredAsync(
            HttpMethod.Post, "/api/v1/payments/verify", new { orderId = _order!.Id(), token, amount = Tea }, [200, 202])).Status;
    }

    internal async Task PlaceAsync() => _order = (await UntilAnsweredAsync(HttpMethod.Post, "/api/v1/orders", Basket, [201])).Body;

    internal async Task PayByLinkAsync()
    {
        (JsonNode link, _) = await UntilAnsweredAsync(HttpMethod.Post, "/api/v1/payments/initiate", new { orderId = _order!.Id() }, [201]);
        _back = await Sandbox.OutcomeAsync((string)link["pidx"]!, "completed");
    }

    /// <summary>Once, as a browser does: when nobody answers, the shopper closes it.</summary>
    internal async Task ComeBackAsync()
    {
        try
        {
            using HttpResponseMessage page = await (await scene.ShopAsync()).GetAsync(_back!.PathAndQuery, TestContext.Current.CancellationToken);
        }
        catch (Exception lost) when (IsNoAnswer(lost))
        {
        }
    }

    internal Task WaitUntilDueAsync() => scene.MakeDueAsync(_order!.Id());

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
            .ShouldAllBe(link => (string?)link["flow"] == "epayment" && (string?)link["state"] == "Initiated", "at the most, links that nobody has");

        // The same key still gives the same order: create was not done twice.
        (await UntilAnsweredAsync(HttpMethod.Post, "/api/v1/orders", Basket, [201])).Body.Id().ShouldBe(_order!.Id());
    }

    /// <summary>The merchant gives a part of it back.</summary>
    internal async Task<int> GiveBackAsync()
    {
        _refundsBefore = await Sandbox.CountAsync("refund");
        (_refund, int status) = await UntilAnsweredAsync(HttpMethod.Post, $"/api/v1/admin/orders/{_order!.Id()}/refunds", Refund, [201, 202]);
        return status;
    }

    /// <param name="mayNeverHaveBeenSent">A process that died before it called leaves a refund that the shop waits for a
    /// quarter of an hour before it believes that: here it is enough that nothing went back, and nothing is said to have.</param>
    internal async Task ExpectGivenBackAsync(bool mayNeverHaveBeenSent)
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
            mayNeverHaveBeenSent.ShouldBeTrue("nothing was sent");
        }

        // Khalti's books decide: one call, and what it gave back stands here, as the refund's sum and as the order's.
        long given = (await TransactionsAsync()).Sum(transaction => (long)transaction["refundedAmount"]!);
        (await RefundsAsync(), given).ShouldBe(wasSent ? (1, Part) : (0, 0));
        JsonNode refund = await ReadAsync(path);
        refund.Status().ShouldBe(wasSent ? "completed" : "unknown");
        ((long)refund["amount"]!).ShouldBe(Part);
        JsonNode order = await ReadAsync($"/api/v1/orders/{_order!.Id()}");
        (order.Status(), (long)order["amountRefunded"]!).ShouldBe(wasSent ? ("partially_refunded", Part) : ("paid", 0));

        // The same key still gives the same refund, and gives nothing back a second time.
        (JsonNode again, _) = await UntilAnsweredAsync(HttpMethod.Post, $"/api/v1/admin/orders/{_order!.Id()}/refunds", Refund, [201, 202]);
        again.Id().ShouldBe((string?)refund["id"]);
        (await RefundsAsync()).ShouldBe(wasSent ? 1 : 0);
    }

    // How often Khalti was told to give something of this order back: orders come one after the other.
    private async Task<int> RefundsAsync() => await Sandbox.CountAsync("refund") - _refundsBefore;

    private async Task<IReadOnlyList<JsonNode>> TransactionsAsync() =>
        [.. (await Sandbox.ListAsync("/_sandbox/transactions"))
            .Where(transaction => (string?)(transaction["purchaseOrderId"] ?? transaction["productIdentity"]) == _order!.Id())];

    private async Task<JsonNode> ReadAsync(string path) => (await UntilAnsweredAsync(HttpMethod.Get, path, null, [200])).Body;

    private async Task<(JsonNode Body, int Status)> UntilAnsweredAsync(HttpMethod method, string path, object? body, int[] wanted)
    {
        (JsonNode Body, int Status)? answer = null;
        await UntilAsync(async () =>
        {
            HttpClient shop = await scene.ShopAsync();
            try
            {
                using HttpRequestMessage request = new(method, path) { Content = body is null ? null : JsonContent.Create(body) };
                request.Headers.Add("Idempotency-Key", _key + path);
                if (path.StartsWith("/api/v1/admin/", StringComparison.Ordinal))
                {
                    request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", ShopProcess.Key);
                }

                using HttpResponseMessage response = await shop.SendAsync(request, TestContext.Current.CancellationToken);
                JsonNode said = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
                int status = (int)response.StatusCode;
                if (status >= 400 && said.Code() is not ("idempotency_in_progress" or "khalti_unavailable"))
                {
                    throw new InvalidOperationException($"{path} answered {status}: {said.ToJsonString()}");
                }

                answer = (said, status);
                return wanted.Contains(status);
            }
            catch (Exception lost) when (IsNoAnswer(lost))
            {
                return false;
            }
        });
        return answer!.Value;
    }

    // The last: nobody waits longer than the client does.
    private static bool IsNoAnswer(Exception lost) => lost is HttpRequestException or IOException or SocketException
        || (lost is OperationCanceledException { InnerException: TimeoutException } && !TestContext.Current.CancellationToken.IsCancellationRequested);

    private static async Task UntilAsync(Func<Task<bool>> happened)
    {
        using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        enough.CancelAfter(GracePeriod);
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(200));
        while (!await happened())
        {
            await timer.WaitForNextTickAsync(enough.Token);
        }
    }
}
