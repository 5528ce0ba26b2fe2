using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using KhaltiCheckout.Access;
using KhaltiCheckout.Http;

namespace KhaltiCheckout.Tests.Support;

/// <summary>Requests with an API key, or with the cookie of the admin pages.</summary>
internal static class KeyHolding
{
    /// <summary>The key of the settings: it may do everything.</summary>
    internal const string SettingsKey = AdminOptionsRules.DevelopmentKey;

    internal static (string Name, string Value) Bearer(string key) => ("Authorization", "Bearer " + key);

    internal static (string Name, string Value) Cookie(string session) => ("Cookie", session);

    internal static (string Name, string Value) Meant => (CsrfHeader.Name, CsrfHeader.Value);

    internal static async Task<Answer> SendAsync(
        this Shop shop, HttpMethod method, string path, object? body = null, params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = new(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body as string ?? JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        }

        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using HttpResponseMessage response = await shop.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return await Answer.OfAsync(response);
    }

    internal static Task<Answer> SendAsync(this Shop shop, string key, HttpMethod method, string path, object? body = null) =>
        shop.SendAsync(method, path, body, Bearer(key));

    internal static async Task<(string Id, string Key)> GivenKeyAsync(this Shop shop, string name, params string[] scopes)
    {
        Answer answer = await shop.SendAsync(SettingsKey, HttpMethod.Post, "/api/v1/admin/keys", new { name, scopes });
        answer.Status.ShouldBe(201, answer.Text);
        return ((string)answer.Json["id"]!, (string)answer.Json["key"]!);
    }

    internal static async Task RevokeAsync(this Shop shop, string keyId) =>
        (await shop.SendAsync(SettingsKey, HttpMethod.Post, $"/api/v1/admin/keys/{keyId}/revoke")).Status.ShouldBe(200);

    /// <summary>Signs in; returns the cookie as a browser would send it.</summary>
    internal static async Task<string> GivenSessionAsync(this Shop shop, string key)
    {
        Answer answer = await shop.SendAsync(HttpMethod.Post, "/api/v1/admin/session", new { key });
        answer.Status.ShouldBe(200, answer.Text);
        return answer.Headers["Set-Cookie"].Split(';')[0];
    }

    internal static async Task<JsonNode> GivenOrderAsync(this Shop shop, string key, object order)
    {
        Answer answer = await shop.SendAsync(key, HttpMethod.Post, "/api/v1/orders", order);
        answer.Status.ShouldBe(201, answer.Text);
        return answer.Json;
    }
}
