using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using KhaltiCheckout.Access;
using KhaltiCheckout.Desk;
using KhaltiCheckout.Model;
using KhaltiCheckout.Storage;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Tests.Support;

/// <summary>What a merchant does with an API key.</summary>
internal static class MerchantApi
{
    internal const string Key = AdminOptionsRules.DevelopmentKey;

    internal static async Task<Answer> AsMerchantAsync(
        this Shop shop, HttpMethod method, string path, object? body = null, string key = Key, string? idempotencyKey = null)
    {
        using HttpRequestMessage request = new(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        using HttpResponseMessage response = await shop.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return await Answer.OfAsync(response);
    }

    internal static Task<Answer> AsMerchantAsync(this Shop shop, string path) => shop.AsMerchantAsync(HttpMethod.Get, path);

    /// <summary>The ids on one page of the list, as the merchant sees them.</summary>
    internal static async Task<string[]> ListAsync(this Shop shop, string query = "")
    {
        Answer answer = await shop.AsMerchantAsync("/api/v1/admin/orders" + query);
        answer.Status.ShouldBe(200, answer.Text);
        return [.. answer.Json["data"]!.AsArray().Select(order => order!.Id())];
    }

    internal static Task<string[]> SearchAsync(this Shop shop, string text) => shop.ListAsync("?q=" + Uri.EscapeDataString(text));

    /// <summary>Raised by the order itself, one after the other.</summary>
    internal static Task GivenAttentionAsync(this Shop shop, JsonNode order, params AttentionReason[] reasons)
    {
        string id = order.Id();
        return shop.InDatabaseAsync(db => db.WriteAsync(
            async () =>
            {
                Order found = await db.Orders.SingleAsync(one => one.Id == id);
                Array.ForEach(reasons, reason => found.RaiseAttention(reason, shop.Clock.GetUtcNow()));
                return true;
            },
            TestContext.Current.CancellationToken));
    }

    /// <summary>The open reasons of an order as the merchant sees them, most urgent first.</summary>
    internal static async Task<JsonNode[]> ReasonsAsync(this Shop shop, JsonNode order) =>
        [.. (await shop.AsMerchantAsync($"/api/v1/admin/orders/{order.Id()}")).Json["reasons"]!.AsArray().Select(reason => reason!)];

    internal static async Task<JsonNode> GivenOrderOfAsync(
        this Shop shop, string? name = null, string? email = null, string? phone = null, string productId = "ilam-tea", int quantity = 1)
    {
        (int status, JsonNode order) = await shop.PostAsync(
            "/api/v1/orders", new { items = new[] { new { productId, quantity } }, customer = new { name, email, phone } });
        status.ShouldBe(201, order.ToJsonString());
        return order;
    }

    internal static Task<int> SqlAsync(this Shop shop, FormattableString sql) =>
        shop.InDatabaseAsync(db => db.Database.ExecuteSqlAsync(sql, TestContext.Current.CancellationToken));

    /// <summary>Inserts this many old orders directly, numbered from 1 by time.</summary>
    internal static Task<int> GivenOldOrdersAsync(this Shop shop, int count) => shop.SqlAsync($"""
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
        INSERT INTO "Orders" ("Id", "Status", "Amount", "AmountRefunded", "CustomerName", "CustomerPhone", "CreatedAt", "PlacedOn",
            "ExpiresAt", "MismatchesKept", "Version")
        SELECT 'ord_' || substr('00000000000000000000000000', length('' || i) + 1) || i, 'expired', 1000 + i, 0, 'Old ' || i,
            '98' || substr('00000000', length('' || i) + 1) || i,
            '2026-01-01 00:00:00', '2026-01-01', '2026-01-01 01:00:00', 0, 0 FROM n
        """);

    /// <summary>What the database is asked for the newest of these orders.</summary>
    internal static Task<string[]> QuestionsForAsync(this Shop shop, OrderFilterQuery query, int maxScanned, string? before = null) =>
        shop.QuestionsOfAsync(async db =>
        {
            Dictionary<string, string[]> errors = [];
            OrderFilter filter = OrderFilter.Read(query, errors);
            errors.ShouldBeEmpty();
            await new OrderSearch(db, filter, maxScanned).NewestAsync(before, 26, TestContext.Current.CancellationToken);
        });

    internal static async Task<string[]> QuestionsOfAsync(this Shop shop, Func<CheckoutDb, Task> work)
    {
        int before = shop.Log.Lines.Count();
        await shop.InDatabaseAsync(async db =>
        {
            await work(db);
            return true;
        });
        return [.. shop.Log.Lines.Skip(before)
            .Where(
                line => line.Contains("Executed DbCommand", StringComparison.Ordinal) && line.Contains("SELECT", StringComparison.Ordinal))
            .Select(line => line[Beginning(line)..].Trim())];

        static int Beginning(string line) => line.IndexOf("SELECT", StringComparison.Ordinal);
    }
}
