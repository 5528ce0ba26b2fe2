using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace KhaltiCheckout.KillTest;

/// <summary>
/// Simulates shoppers one after another: each places an order, pays at Khalti and posts the token, retrying calls without an
/// answer. Some abandon the payment, post a wrong amount or pay twice; half pay by link. Every fifth order is refunded.
/// </summary>
internal sealed class Shopper(HttpClient shop, HttpClient khalti, Ledger ledger, double lostTokens)
{
    private const string PublicKey = "test_public_key_11111111111111111111111111111111";

    private static readonly string[] Products = ["ilam-tea", "prayer-flags", "timur-pepper", "lokta-notebook"];

    internal async Task ShopAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await PayOneOrderAsync(stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task PayOneOrderAsync(CancellationToken stop)
    {
        string key = Guid.NewGuid().ToString();
        object items = new
        {
            items = new[] { new { productId = Products[Random.Shared.Next(Products.Length)], quantity = Random.Shared.Next(1, 4) } }
        };
        (JsonNode order, _) = await RepeatAsync("/api/v1/orders", items, key, stop);
        string id = (string)order["id"]!;
        long amount = (long)order["amount"]!;
        ledger.OrderPlaced(id, amount);
        if (Random.Shared.Next(2) == 0)
        {
            await PayByLinkAsync(id, amount, stop);
            return;
        }

        if (Random.Shared.NextDouble() < lostTokens)
        {
            await PayWithoutTokenAsync(id, amount, stop);
            return;
        }

        string token = await ConfirmAsync(id, amount, stop);
        int choice = Random.Shared.Next(20);
        if (choice == 0)
        {
            ledger.OrderAbandoned(id);
            return;
        }

        if (choice == 1)
        {
            await OnceAsync("/api/v1/payments/verify", new { orderId = id, token, amount = amount - 1 }, null, stop);
        }

        if (choice == 2)
        {
            string second = await ConfirmAsync(id, amount, stop);
            _ = await OnceAsync("/api/v1/payments/verify", new { orderId = id, token = second, amount }, null, stop);
        }

        (_, int status) = await RepeatAsync("/api/v1/payments/verify", new { orderId = id, token, amount }, null, stop);
        ledger.VerifyAnswered(id, status);
        await MaybeRefundAsync(id, amount, stop);
    }

    // Khalti takes the money, as from a bank, and the page is closed before it gets the token. Of some, Khalti says another amount.
    private async Task PayWithoutTokenAsync(string id, long amount, CancellationToken stop)
    {
        bool isWrong = Random.Shared.Next(10) == 0;
        JsonNode made = await KhaltiAsync(
            "/_sandbox/payments", new { amount = isWrong ? amount + 100 : amount, productIdentity = id }, stop);

        // From here on the money is taken, whether or not this test goes on.
        ledger.TokenLost(id, isWrong);
        await KhaltiAsync($"/_sandbox/transactions/{made["idx"]}/state", new { state = "Completed" }, CancellationToken.None);
    }

    private async Task MaybeRefundAsync(string id, long amount, CancellationToken stop)
    {
        if (Random.Shared.Next(5) > 0)
        {
            return;
        }

        // A part small enough to be refunded twice, so that a duplicate refund is detected.
        long? part = Random.Shared.Next(2) == 0 ? amount / 3 : null;
        ledger.RefundRequested(id, part ?? amount);
        (JsonNode refund, int status) = await RepeatAsync(
            $"/api/v1/admin/orders/{id}/refunds", new { amount = part, reason = "came back" }, Guid.NewGuid().ToString(), stop);
        ledger.RefundAnswered(id, status, (string?)refund["code"]);
    }

    // Every second shopper pays by link. A third of them do not return, some cancel and pay with another link, some click twice.
    private async Task PayByLinkAsync(string id, long amount, CancellationToken stop)
    {
        int choice = Random.Shared.Next(12);
        (JsonNode link, int status) = await RepeatAsync("/api/v1/payments/initiate", new { orderId = id }, Guid.NewGuid().ToString(), stop);
        if (status != 201)
        {
            ledger.ReportError($"{id}: no link, {link.ToJsonString()}");
            return;
        }

        if (choice == 0)
        {
            ledger.OrderAbandoned(id);
            return;
        }

        if (choice == 1)
        {
            await SetOutcomeAsync(link, "canceled", stop);
            await ReturnFromKhaltiAsync(link, stop);
            (link, status) = await RepeatAsync("/api/v1/payments/initiate", new { orderId = id }, Guid.NewGuid().ToString(), stop);
            if (status == 409)
            {
                // The lookup of the first link failed when the shopper returned: this shopper gives up.
                ledger.OrderAbandoned(id);
                return;
            }
        }

        if (choice == 2)
        {
            _ = await OnceAsync("/api/v1/payments/initiate", new { orderId = id }, null, stop);
        }

        if (!await SetOutcomeAsync(link, "completed", stop))
        {
            // The canceled link, returned again because its lookup failed: the page says that it can't be paid.
            ledger.OrderAbandoned(id);
            return;
        }

        ledger.LinkPaid(id);
        if (choice % 3 != 0)
        {
            await ReturnFromKhaltiAsync(link, stop);
            await MaybeRefundAsync(id, amount, stop);
        }
    }

    /// <summary>False when this link can't be paid any more.</summary>
    private async Task<bool> SetOutcomeAsync(JsonNode link, string outcome, CancellationToken stop)
    {
        using HttpResponseMessage answer =
            await khalti.PostAsJsonAsync($"/_sandbox/epayments/{link["pidx"]}/outcome", new { outcome }, stop);
        return answer.StatusCode == HttpStatusCode.BadRequest ? false : answer.EnsureSuccessStatusCode().IsSuccessStatusCode;
    }

    // A browser without an answer does not retry.
    private async Task ReturnFromKhaltiAsync(JsonNode link, CancellationToken stop)
    {
        try
        {
            using HttpResponseMessage page = await shop.GetAsync($"/payments/khalti/return?pidx={link["pidx"]}&status=Completed", stop);
            if (page.StatusCode == HttpStatusCode.InternalServerError)
            {
                ledger.ReportError($"the return of {link["pidx"]}");
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or System.Net.Sockets.SocketException)
        {
        }
    }

    private async Task<string> ConfirmAsync(string id, long amount, CancellationToken stop)
    {
        string mobile = $"980000000{Random.Shared.Next(6)}";
        JsonNode started = await KhaltiAsync("/api/v2/payment/initiate/", new
        {
            public_key = PublicKey,
            mobile,
            transaction_pin = "1111",
            amount,
            product_identity = id,
            product_name = "Kill test",
        }, stop);
        string token = (string)started["token"]!;
        await KhaltiAsync(
            "/api/v2/payment/confirm/", new { public_key = PublicKey, token, transaction_pin = "1111", confirmation_code = "987654" },
            stop);
        return token;
    }

    private async Task<JsonNode> KhaltiAsync(string path, object body, CancellationToken stop)
    {
        using HttpResponseMessage answer = await khalti.PostAsJsonAsync(path, body, stop);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonNode>(stop))!;
    }

    private async Task<(JsonNode Body, int Status)> RepeatAsync(string path, object body, string? key, CancellationToken stop)
    {
        while (true)
        {
            if (await OnceAsync(path, body, key, stop) is { } answer && answer.Status < 500
                && (string?)answer.Body["code"] != "idempotency_in_progress")
            {
                return answer;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(50, 300)), stop);
        }
    }

    private async Task<(JsonNode Body, int Status)?> OnceAsync(string path, object body, string? key, CancellationToken stop)
    {
        try
        {
            using HttpRequestMessage request = new(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
            if (path.StartsWith("/api/v1/admin/", StringComparison.Ordinal))
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Ledger.Key);
            }

            if (key is not null)
            {
                request.Headers.Add("Idempotency-Key", key);
            }

            using HttpResponseMessage answer = await shop.SendAsync(request, stop);
            JsonNode json = (await answer.Content.ReadFromJsonAsync<JsonNode>(stop))!;
            if (answer.StatusCode == HttpStatusCode.InternalServerError)
            {
                ledger.ReportError(json.ToJsonString());
            }

            return (json, (int)answer.StatusCode);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or System.Net.Sockets.SocketException)
        {
            return null;
        }
    }
}
