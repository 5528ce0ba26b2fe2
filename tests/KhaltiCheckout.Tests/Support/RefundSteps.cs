using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using KhaltiCheckout.Access;
using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;

namespace KhaltiCheckout.Tests.Support;

/// <summary>What a merchant does with an API key.</summary>
internal static class RefundSteps
{
    internal const string Key = AdminOptionsRules.DevelopmentKey;

    /// <summary>Ilam tea, as <see cref="Shop.GivenPaidAsync"/> has it paid.</summary>
    internal const long TeaPrice = 18500;

    internal static Task<(int Status, JsonNode Body)> WithKeyAsync(
        this Shop shop, HttpMethod method, string path, object? body = null, string key = Key, string? idempotencyKey = null)
    {
        HttpRequestMessage request = new(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        return shop.SendAsync(request);
    }

    internal static Task<(int Status, JsonNode Body)> RefundAsync(
        this Shop shop, JsonNode order, long? amount = null, string? mobile = null, string? reason = null, string? paymentId = null,
        string? idempotencyKey = null) =>
        shop.WithKeyAsync(
            HttpMethod.Post, $"/api/v1/admin/orders/{order.Id()}/refunds", new { amount, mobile, reason, paymentId },
            idempotencyKey: idempotencyKey);

    internal static async Task<JsonNode> ReadRefundAsync(this Shop shop, JsonNode refund)
    {
        (int status, JsonNode body) = await shop.WithKeyAsync(HttpMethod.Get, $"/api/v1/admin/refunds/{refund.Id()}");
        status.ShouldBe(200, body.ToJsonString());
        return body;
    }

    /// <summary>An order paid at Khalti's page.</summary>
    internal static async Task<(JsonNode Order, string Pidx)> GivenPaidByLinkAsync(this Shop shop)
    {
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        await shop.ComeBackAsync(await shop.Sandbox.OutcomeAsync(pidx, "completed"));
        JsonNode paid = await shop.ReadAsync(order);
        paid.Status().ShouldBe("paid");
        return (paid, pidx);
    }

    /// <summary>An order that was paid in the widget, and again by a link that the shopper still had open.</summary>
    internal static async Task<JsonNode> GivenPaidTwiceAsync(this Shop shop)
    {
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        string token = await shop.Sandbox.ConfirmedTokenAsync((long)order["amount"]!, order.Id());
        (await shop.VerifyAsync(order, token)).Status.ShouldBe(200);
        await shop.Sandbox.OutcomeAsync(pidx, "completed");
        await shop.PassAfterAsync(TimeSpan.FromMinutes(2));
        (await shop.AttentionAsync(order)).ShouldBe("double_payment");
        return order;
    }

    /// <summary>The shopper chooses a bank at Khalti's page.</summary>
    internal static Task<JsonNode> PayFromBankAsync(this Shop shop, string pidx) =>
        shop.Sandbox.PostAsync($"/pay/{pidx}/bank", new { mode = "EBANKING" });

    /// <summary>What the timeline of an order says, oldest first.</summary>
    internal static Task<List<string>> TimelineAsync(this Shop shop, JsonNode order)
    {
        string id = order.Id();
        return shop.InDatabaseAsync(async db => await Microsoft.EntityFrameworkCore.EntityFrameworkQueryableExtensions.ToListAsync(
            db.Timeline.Where(entry => entry.OrderId == id).OrderBy(entry => entry.Id).Select(entry => entry.What)));
    }

    internal static async Task<string?> AttentionAsync(this Shop shop, JsonNode order)
    {
        string id = order.Id();
        AttentionReason? attention = await shop.InDatabaseAsync(async db =>
            (await db.Orders.FindAsync([id], TestContext.Current.CancellationToken))!.Attention);
        return attention is { } raised ? SnakeCase.Of(raised) : null;
    }
}
