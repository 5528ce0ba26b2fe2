using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace KhaltiCheckout.Tests.Support;

/// <summary>An answer with everything a client can see of it.</summary>
internal sealed record Answer(int Status, string? MediaType, IReadOnlyDictionary<string, string> Headers, string Text)
{
    internal JsonNode Json => JsonNode.Parse(Text)!;

    internal static async Task<Answer> OfAsync(HttpResponseMessage response)
    {
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new(
            (int)response.StatusCode, response.Content.Headers.ContentType?.MediaType,
            response.Headers.Concat(response.Content.Headers)
                .ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase),
            text);
    }
}

internal static partial class AnswerRules
{
    internal static async Task<Answer> AskAsync(
        this Shop shop, HttpMethod method, string path, HttpContent? body = null, string? accept = null)
    {
        Uri address = new(
            shop.Http.BaseAddress!.GetLeftPart(UriPartial.Authority) + path,
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using HttpRequestMessage request = new(method, address) { Content = body, Version = HttpVersion.Version11 };
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        using HttpResponseMessage response = await shop.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return await Answer.OfAsync(response);
    }

    internal static Task<Answer> AskAsync(this Shop shop, string path) => shop.AskAsync(HttpMethod.Get, path);

    /// <summary>A whole problem document, as section 4.4 of the contract says, and nothing of our insides in it.</summary>
    internal static JsonNode ShouldBeProblem(this Answer answer, int status, string code, string? input = null)
    {
        string message = $"{input}\n{answer.Text}";
        answer.Status.ShouldBe(status, message);
        answer.ShouldBeSomeProblem(input)["code"]!.GetValue<string>().ShouldBe(code, message);
        return answer.Json;
    }

    internal static JsonNode ShouldBeSomeProblem(this Answer answer, string? input = null)
    {
        string message = $"{input}\n{answer.Text}";
        answer.Status.ShouldBeInRange(400, 599, message);
        answer.MediaType.ShouldBe("application/problem+json", message);
        JsonNode problem = answer.Json;
        string code = (string)problem["code"]!;
        ((string?)problem["type"]).ShouldBe("urn:khalti-checkout:problem:" + code, message);
        ((int)problem["status"]!).ShouldBe(answer.Status, message);
        ((string?)problem["title"]).ShouldNotBeNullOrWhiteSpace(message);
        ((string?)problem["detail"]).ShouldNotBeNullOrWhiteSpace(message);
        TraceId().IsMatch((string?)problem["traceId"] ?? "").ShouldBeTrue(message);
        (problem["errors"] is not null).ShouldBe(code == "validation_failed", message);
        if (problem["errors"] is JsonObject errors)
        {
            errors.ShouldNotBeEmpty(message);
            errors.ShouldAllBe(field => field.Key.Length > 0 && field.Value!.AsArray().Count > 0);
        }

        answer.Headers["Cache-Control"].ShouldContain("no-store", Case.Sensitive, message);
        Insides().Match(answer.Text).Value.ShouldBeEmpty(message);
        return problem;
    }

    [GeneratedRegex("^[0-9a-f]{32}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TraceId();

    // Stack traces, type names, SQL, files.
    [GeneratedRegex(
        @"\bat \w+\.|Exception|System\.|Microsoft\.|KhaltiCheckout\.|SQLite|SELECT |INSERT |\.cs\b|\.dll\b|/tmp/|/src/"
        + @"|Request\b.*parameter", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Insides();
}
