using Khalti.Client.Tests.Support;

namespace Khalti.Client.Tests.Broken;

/// <summary>Every other HTTP code: which is a refusal, and which leaves the outcome unknown.</summary>
public class ErrorAnswersTests
{
    [Theory]
    [InlineData("""{"message": "Request blocked"}""", 400)]
    [InlineData("""{"errors": ["blocked by policy"]}""", 400)]
    [InlineData("""{"detail": "Bad Request"}""", 400)]
    [InlineData("""{"detail": "Not found."}""", 404)]
    [InlineData("""{"detail": "no", "error_key": "blocked"}""", 400)]
    [InlineData("""{"token": ["Invalid token."], "request_id": "4711"}""", 400)]
    [InlineData("""{"title": "Bad Request", "status": 400, "detail": "no", "error_key": "validation_error"}""", 400)]
    [InlineData("""{"token": ["Invalid token."]}""", 402)]
    [InlineData("""{"detail": "no", "error_key": "validation_error"}""", 405)]
    [InlineData("""{"token": ["Invalid token."], "error_key": "validation_error"}""", 409)]
    [InlineData("""{"token": ["Invalid token."], "error_key": "validation_error"}""", 422)]
    [InlineData("""{"token": ["Invalid token."], "error_key": "validation_error"}""", 451)]
    public async Task An_undocumented_error_body_is_unknown_and_no_refusal(string body, int status) =>
        (await ClientFixture.VerifyGivenAsync(Step.Json(body, status))).ShouldBeUnknown(UnknownReason.Unreadable, status);

    [Fact]
    public async Task A_detail_with_an_error_key_is_a_refusal() =>
        (await ClientFixture.VerifyGivenAsync(Step.Json("""{"detail": "Not found.", "error_key": "validation_error"}""", 404)))
            .ShouldBeRefused()
            .ShouldSatisfyAllConditions(
                refusal => refusal.StatusCode.ShouldBe(404),
                refusal => refusal.Detail.ShouldBe("Not found."),
                refusal => refusal.ErrorKey.ShouldBe("validation_error"),
                refusal => refusal.Fields.ShouldBeEmpty());

    [Fact]
    public async Task Errors_by_field_are_a_refusal() =>
        (await ClientFixture.VerifyGivenAsync(Step.Json(
            """{"token": ["Invalid token.", "Really."], "amount": ["A valid integer is required."], "error_key": """
            + """ "validation_error", "tries_remaining": "2"}""",
            400))).ShouldBeRefused()
            .ShouldSatisfyAllConditions(
                refusal => refusal.Detail.ShouldBeNull(),
                refusal => refusal.ErrorKey.ShouldBe("validation_error"),
                refusal => refusal.Fields.Keys.ShouldBe(["token", "amount"], ignoreOrder: true),
                refusal => refusal.Fields["token"].ShouldBe(["Invalid token.", "Really."]));

    [Theory]
    [InlineData("")]
    [InlineData("<html><body>Bad Request</body></html>")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("[\"Invalid token.\"]")]
    [InlineData("{\"error_key\": \"validation_error\"}")]
    [InlineData("{\"token\": []}")]
    [InlineData("{\"token\": [1]}")]
    [InlineData("{\"token\": \"Invalid token.\"}")]
    [InlineData("{\"detail\": \"\"}")]
    [InlineData("{\"detail\": {\"text\": \"no\"}}")]
    [InlineData("{\"detail\": \"no\", \"idx\": \"8xmeJnNXfoVjCvGcZiiGe7\"}")]
    [InlineData("{\"detail\": \"no\", \"idx\": null}")]
    [InlineData("{\"detail\": \"no\", \"state\": \"Error\"}")]
    [InlineData("{\"token\": [\"no\"], \"state\": {\"name\": \"Completed\"}}")]
    [InlineData("{\"detail\": \"no\", \"detail\": \"yes\"}")]
    public async Task A_400_in_another_format_is_unknown(string body) =>
        (await ClientFixture.VerifyGivenAsync(Step.Json(body, 400))).ShouldBeUnknown(UnknownReason.Unreadable, 400);

    [Fact]
    public async Task A_record_with_code_400_is_unknown() =>
        (await ClientFixture.VerifyGivenAsync(Step.Json(ClientFixture.Record, 400))).ShouldBeUnknown(UnknownReason.Unreadable, 400);

    [Theory]
    [InlineData(401, UnknownReason.Unauthorized)]
    [InlineData(403, UnknownReason.Unauthorized)]
    [InlineData(407, UnknownReason.Unauthorized)]
    [InlineData(408, UnknownReason.NoAnswer)]
    [InlineData(425, UnknownReason.RateLimited)]
    [InlineData(429, UnknownReason.RateLimited)]
    [InlineData(500, UnknownReason.ServerError)]
    [InlineData(502, UnknownReason.ServerError)]
    [InlineData(503, UnknownReason.ServerError)]
    [InlineData(504, UnknownReason.ServerError)]
    [InlineData(520, UnknownReason.ServerError)]
    [InlineData(999, UnknownReason.ServerError)]
    public async Task These_http_codes_leave_a_payment_unknown_whatever_the_body(int status, UnknownReason why)
    {
        foreach (string body in (string[])["", """{"detail": "Invalid token."}""", """{"token": ["Invalid token."]}""",
            ClientFixture.Record, ClientFixture.Complete])
        {
            (await ClientFixture.VerifyGivenAsync(Step.Json(body, status))).ShouldBeUnknown(why, status);
            (await ClientFixture.StatusGivenAsync(Step.Json(body, status))).ShouldBeUnknown(why, status);
        }
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_is_not_followed(int status)
    {
        await using ScriptedServer server = new(Step.Html("", status, "Location: /elsewhere/"), Step.Json(ClientFixture.Record));
        KhaltiClient client = ClientFixture.At(server.Address);

        (await client.VerifyAsync()).ShouldBeUnknown(UnknownReason.Unreadable, status);

        server.Received.ShouldHaveSingleItem().Target.ShouldBe("/api/v2/payment/verify/");
    }

    [Fact]
    public async Task An_answer_after_a_redirect_followed_by_a_foreign_HttpClient_is_unknown()
    {
        await using ScriptedServer server = new(Step.Html("", 302, "Location: /elsewhere/"), Step.Json(ClientFixture.Record));
        using HttpClient follows = new();
        KhaltiClient client = new(follows, ClientFixture.Options(server.Address));

        (await client.VerifyAsync()).ShouldBeUnknown(UnknownReason.Unreadable);

        server.Received.Select(request => request.Method).ShouldBe(["POST", "GET"]);
    }

    [Theory]
    [InlineData("7", 7)]
    [InlineData("0", 0)]
    [InlineData("86400", 86400)]
    [InlineData("Wed, 14 Jan 2026 06:15:30 GMT", 30)]
    [InlineData("Wed, 14 Jan 2026 06:14:00 GMT", 0)]
    [InlineData("-7", null)]
    [InlineData("soon", null)]
    [InlineData("99999999999999999999", null)]
    public async Task Retry_After_is_passed_on(string header, int? seconds)
    {
        foreach (int status in (int[])[429, 503])
        {
            await using ScriptedServer server = new(Step.Json("{}", status, "Retry-After: " + header));
            KhaltiClient client = new(ClientFixture.Http, ClientFixture.Options(server.Address) with { TimeProvider = new HeldClock() });

            TimeSpan? wait = (await client.VerifyAsync()).ShouldBeOfType<Reply<Transaction>.Unknown>().RetryAfter;

            wait.ShouldBe(seconds is { } known ? TimeSpan.FromSeconds(known) : null);
        }
    }

    [Fact]
    public async Task Contradicting_headers_never_throw()
    {
        Step step = Step.Json("{}", 429, "Retry-After: 5", "Retry-After: 7");

        (await ClientFixture.VerifyGivenAsync(step)).ShouldBeUnknown(UnknownReason.RateLimited, 429);
    }

    [Fact]
    public async Task Khaltis_texts_are_truncated_and_cleaned()
    {
        string text = "<b>\\n\\u0000" + new string('x', 195) + "\\ud83d\\ude00";

        Refusal refusal = (await ClientFixture.VerifyGivenAsync(
            Step.Json($$"""{"detail": "{{text}}", "token": ["{{text}}", "\ud800"], "amount": {"a\nb": ["x"] } }""", 400)))
                .ShouldBeRefused();

        string clean = "<b>" + new string('x', 195);
        refusal.Detail.ShouldBe(clean + "\ud83d\ude00");
        refusal.Fields["token"].ShouldBe([clean + "\ud83d\ude00"]);
        refusal.Fields.Keys.ShouldBe(["token", "amount.ab"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_text_is_not_truncated_within_a_surrogate_pair()
    {
        string text = new string('x', 199) + "\ud83d\ude00";

        Refusal refusal =
            (await ClientFixture.VerifyGivenAsync(Step.Json($$"""{"detail": "{{text}}", "error_key": "validation_error"}""", 400)))
                .ShouldBeRefused();

        refusal.Detail.ShouldBe(new string('x', 199));
    }
}
