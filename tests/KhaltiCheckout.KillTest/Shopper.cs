using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace KhaltiCheckout.KillTest;

/// <summary>
/// One shopper after another: orders, pays at Khalti, posts the token, and repeats what was not answered, as the pages do.
/// Some close the browser before they post the token, some post somebody else's amount, some pay twice. The others pay by link.
/// To every fifth the merchant gives the money back, all or a part, and repeats that too until it is answered.
/// </summary>
internal sealed class Shopper(HttpClient shop, HttpClient khalti, Ledger ledger)
{
    private const string PublicKey = "test_public_key_11111111111111111111111111111111";

    private static readonly string[] Products = ["ilam-tea", "prayer-flags", "timur-pepper", "lokta-notebook"];

    internal async Task ShopAsync(CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            try
            {
                await PayOneOrderAsync(enough);
            }
            catch (OperationCanceledException) when (enough.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task PayOneOrderAsync(CancellationToken enough)
    {
        string key = Guid.NewGuid().ToString();
        object items = new { items = new[] { new { productId = Products[Random.Shared.Next(Products.Length)], quantity = Random.Shared.Next(1, 4) } } };
        (JsonNode order, _) = await RepeatAsync("/api/v1/orders", items, key, enough);
        string id = (string)order["id"]!;
        long amount = (long)order["amount"]!;
        ledger.Ordered(id, amount);
        if (Random.Shared.Next(2) == 0)
        {
            await PayByLinkAsync(id, amount, enough);
            return;
        }

        string token = await ConfirmAsync(id, amount, enough);
        int whim = Random.Shared.Next(20);
        if (whim == 0)
        {
            ledger.Abandoned(id);
            return;
        }

        if (whim == 1)
        {
            await OnceAsync("/api/v1/payments/verify", new { orderId = id, token, amount = amount - 1 }, null, enough);
        }

        if (whim == 2)
        {
            string second = await ConfirmAsync(id, amount, enough);
            _ = await OnceAsync("/api/v1/payments/verify", new { orderId = id, token = second, amount }, null, enough);
        }

        (_, int status) = await RepeatAsync("/api/v1/payments/verify", new { orderId = id, token, amount }, null, enough);
        ledger.Answered(id, status);
        await SometimesGiveBackAsync(id, amount, enough);
    }

    private async Task SometimesGiveBackAsync(string id, long amount, CancellationToken enough)
    {
        if (Random.Shared.Next(5) > 0)
        {
            return;
        }

        // A part that could be given back twice: then it would show.
        long? part = Random.Shared.Next(2) == 0 ? amount / 3 : null;
        ledger.Wished(id, part ?? amount);
        (JsonNode refund, int status) = await RepeatAsync(
            $"/api/v1/admin/orders/{id}/refunds", new { amount = part, reason = "came back" }, Guid.NewGuid().ToString(), enough);
        ledger.Refunded(id, status, (string?)refund["code"]);
    }

    // Every second shopper pays at Khalti's page. A third of them close the browser there, some turn back and pay with
    // another link, some click twice.
    private async Task PayByLinkAsync(string id, long amount, CancellationToken enough)
    {
        int whim = Random.Shared.Next(12);
        (JsonNode link, int status) = await RepeatAsync("/api/v1/payments/initiate", new { orderId = id }, Guid.NewGuid().ToString(), enough);
        if (status != 201)
        {
            ledger.Broke($"{id}: no link, {link.ToJsonString()}");
            return;
        }

        if (whim == 0)
        {
            ledger.Abandoned(id);
            return;
        }

        if (whim == 1)
        {
            await AtKhaltisPageAsync(link, "canceled", enough);
            await ComeBackAsync(link, enough);
            (link, status) = await RepeatAsync("/api/v1/payments/initiate", new { orderId = id }, Guid.NewGuid().ToString(), enough);
            if (status == 409)
            {
                // Khalti could not be asked about the first link when the shopper came back: this one has no more patience.
                ledger.Abandoned(id);
                return;
            }
        }

        if (whim == 2)
        {
            _ = await OnceAsync("/api/v1/payments/initiate", new { orderId = id }, null, enough);
        }

        if (!await AtKhaltisPageAsync(link, "completed", enough))
        {
            // The link that was cancelled, given again while Khalti could not be asked about it: the page says so.
            ledger.Abandoned(id);
            return;
        }

        ledger.PaidByLink(id);
        if (whim % 3 != 0)
        {
            await ComeBackAsync(link, enough);
            await SometimesGiveBackAsync(id, amount, enough);
        }
    }

    /// <summary>False when the page says that this link can't be paid any more.</summary>
    private async Task<bool> AtKhaltisPageAsync(JsonNode link, string outcome, CancellationToken enough)
    {
        using HttpResponseMessage answer = await khalti.PostAsJsonAsync($"/_sandbox/epayments/{link["pidx"]}/outcome", new { outcome }, enough);
        return answer.StatusCode == HttpStatusCode.BadRequest ? false : answer.EnsureSuccessStatusCode().IsSuccessStatusCode;
    }

    // A browser that gets no answer is closed.
    private async Task ComeBackAsync(JsonNode link, CancellationToken enough)
    {
        try
        {
            using HttpResponseMessage page = await shop.GetAsync($"/payments/khalti/return?pidx={link["pidx"]}&status=Completed", enough);
            if (page.StatusCode == HttpStatusCode.InternalServerError)
            {
                ledger.Broke($"the return of {link["pidx"]}");
            }
        }
        catch (Exception lost) when (lost is HttpRequestException or IOException or System.Net.Sockets.SocketException)
        {
        }
    }

    private async Task<string> ConfirmAsync(string id, long amount, CancellationToken enough)
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
        }, enough);
        string token = (string)started["token"]!;
        await KhaltiAsync("/api/v2/payment/confirm/", new { public_key = PublicKey, token, transaction_pin = "1111", confirmation_code = "987654" }, enough);
        return token;
    }

    private async Task<JsonNode> KhaltiAsync(string path, object body, CancellationToken enough)
    {
        using HttpResponseMessage answer = await khalti.PostAsJsonAsync(path, body, enough);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonNode>(enough))!;
    }

    private async Task<(JsonNode Body, int Status)> RepeatAsync(string path, object body, string? key, CancellationToken enough)
    {
        while (true)
        {
            if (await OnceAsync(path, body, key, enough) is { } answer && answer.Status < 500
                && (string?)answer.Body["code"] != "idempotency_in_progress")
            {
                return answer;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(50, 300)), enough);
        }
    }

    private async Task<(JsonNode Body, int Status)?> OnceAsync(string path, object body, string? key, CancellationToken enough)
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

            using HttpResponseMessage answer = await shop.SendAsync(request, enough);
            JsonNode json = (await answer.Content.ReadFromJsonAsync<JsonNode>(enough))!;
            if (answer.StatusCode == HttpStatusCode.InternalServerError)
            {
                ledger.Broke(json.ToJsonString());
            }

            return (json, (int)answer.StatusCode);
        }
        catch (Exception lost) when (lost is HttpRequestException or IOException or System.Net.Sockets.SocketException)
        {
            return null;
        }
    }
}
