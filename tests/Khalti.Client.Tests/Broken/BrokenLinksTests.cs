using System.Text.Json.Nodes;
using Khalti.Client.Tests.Support;

namespace Khalti.Client.Tests.Broken;

/// <summary>Answers to initiate: links in Khalti's formats over the years, refusals, and unknown bodies.</summary>
public class BrokenLinksTests
{
    [Fact]
    public async Task The_answer_of_2022_without_expiry_is_accepted()
    {
        EPaymentLink link =
            (await AnsweredAsync(
                """{"pidx": "S8QJg2VALATGYE6Xaqz4bP", "payment_url": "https://test-pay.khalti.com/?pidx=S8QJg2VALATGYE6Xaqz4bP/"}"""))
                .ShouldBeAnswered();

        (link.Pidx, link.PaymentUrl.OriginalString, link.ExpiresAt)
            .ShouldBe(("S8QJg2VALATGYE6Xaqz4bP", "https://test-pay.khalti.com/?pidx=S8QJg2VALATGYE6Xaqz4bP/", null));
    }

    [Fact]
    public async Task Every_member_of_the_documented_answer_is_read() =>
        (await AnsweredAsync(EPaymentFixture.Link)).ShouldBeAnswered().ShouldBe(new EPaymentLink(
            EPaymentFixture.Pidx, new Uri("https://test-pay.khalti.com/?pidx=" + EPaymentFixture.Pidx),
            new DateTimeOffset(2023, 5, 25, 16, 26, 16, new TimeSpan(5, 45, 0)).AddMicroseconds(471_649)));

    [Theory]
    [InlineData("expires_at", "null")]
    [InlineData("expires_at", "1685011276")]
    [InlineData("expires_at", "\"in half an hour\"")]
    [InlineData("expires_in", "\"1800\"")]
    [InlineData("expires_in", "-1")]
    [InlineData("user_fee", "{\"amount\": 0}")]
    public async Task Optional_members_may_have_any_value(string member, string value) =>
        (await WithAsync(member, value)).ShouldBeAnswered().ExpiresAt.HasValue.ShouldBe(member != "expires_at");

    [Theory]
    [InlineData("https://pay.khalti.com/?pidx=x")]
    [InlineData("https://test-pay.khalti.com/wallet?pidx=x")]
    [InlineData("http://localhost:5081/?pidx=x")]
    [InlineData("http://127.0.0.1:5081/?pidx=x")]
    [InlineData("http://[::1]:5081/?pidx=x")]
    public async Task A_payment_address_is_https_or_on_this_machine(string address) =>
        (await WithAsync("payment_url", $"\"{address}\"")).ShouldBeAnswered().PaymentUrl.OriginalString.ShouldBe(address);

    [Theory]
    [InlineData("\"http://pay.khalti.com/?pidx=x\"")]
    [InlineData("\"http://localhost.evil.example/?pidx=x\"")]
    [InlineData("\"http://127.0.0.1.evil.example/?pidx=x\"")]
    [InlineData("\"http://localhost@evil.example/?pidx=x\"")]
    [InlineData("\"javascript:alert(1)\"")]
    [InlineData("\"data:text/html,x\"")]
    [InlineData("\"file:///etc/passwd\"")]
    [InlineData("\"ftp://pay.khalti.com/?pidx=x\"")]
    [InlineData("\"khalti://pay?pidx=x\"")]
    [InlineData("\"/?pidx=x\"")]
    [InlineData("\"//pay.khalti.com/?pidx=x\"")]
    [InlineData("\"?pidx=x\"")]
    [InlineData("\"https://\"")]
    [InlineData("\"https://pay.khalti.com/ ?pidx=x\"")]
    [InlineData("\"https://pay.khalti.com/\\r\\nSet-Cookie: a=b\"")]
    [InlineData("\"\"")]
    [InlineData("null")]
    [InlineData("[\"https://pay.khalti.com/?pidx=x\"]")]
    public async Task Any_other_payment_address_is_unknown(string address) =>
        (await WithAsync("payment_url", address)).ShouldBeUnknown(UnknownReason.Unreadable, 200);

    [Fact]
    public async Task A_payment_address_over_2000_characters_is_unknown() =>
        (await WithAsync("payment_url", $"\"https://pay.khalti.com/?pidx={new string('x', 2000)}\""))
            .ShouldBeUnknown(UnknownReason.Unreadable, 200);

    [Theory]
    [InlineData("null")]
    [InlineData("17")]
    [InlineData("\"\"")]
    [InlineData("\"a b\"")]
    [InlineData("\"x\\u0000\"")]
    [InlineData("\"\\ud800\"")]
    [InlineData("[\"bZQLD9wRVWo4CdESSfuSsB\"]")]
    public async Task A_link_without_a_valid_id_is_unknown(string pidx) =>
        (await WithAsync("pidx", pidx)).ShouldBeUnknown(UnknownReason.Unreadable, 200);

    [Theory]
    [InlineData("pidx", "\"another\"")]
    [InlineData("payment_url", "\"https://evil.example/\"")]
    [InlineData("\\u0070idx", "\"another\"")]
    public async Task A_link_with_a_duplicate_member_is_unknown(string member, string value) =>
        (await AnsweredAsync(EPaymentFixture.Link[..^1] + $", \"{member}\": {value}}}")).ShouldBeUnknown(UnknownReason.Unreadable, 200);

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("<html>Bad gateway</html>")]
    [InlineData("\"https://pay.khalti.com/?pidx=x\"")]
    [InlineData("{\"amount\": [\"no\"], \"error_key\": \"validation_error\"}")]
    public async Task A_200_without_a_link_is_unknown(string body) =>
        (await AnsweredAsync(body)).ShouldBeUnknown(UnknownReason.Unreadable, 200);

    [Theory]
    [InlineData("return_url", "This field may not be blank.")]
    [InlineData("website_url", "This field may not be blank.")]
    [InlineData("return_url", "Enter a valid URL.")]
    [InlineData("website_url", "Enter a valid URL.")]
    [InlineData("amount", "Amount should be greater than Rs. 10, that is 1000 paisa.")]
    [InlineData("amount", "A valid integer is required.")]
    [InlineData("amount", "Amount Breakdown mismatch.")]
    [InlineData("purchase_order_id", "This field may not be blank.")]
    [InlineData("purchase_order_name", "This field may not be blank.")]
    public async Task Each_documented_field_error_is_a_refusal(string field, string text)
    {
        Refusal refusal = (await AnsweredAsync($$"""{"{{field}}": ["{{text}}"], "error_key": "validation_error"}""", 400))
            .ShouldBeRefused();

        (refusal.StatusCode, refusal.Detail, refusal.ErrorKey).ShouldBe((400, null, "validation_error"));
        refusal.Fields.ShouldHaveSingleItem().Key.ShouldBe(field);
        refusal.Fields[field].ShouldBe([text]);
    }

    [Fact]
    public async Task Errors_of_nested_fields_are_named_by_their_path()
    {
        Refusal refusal = (await AnsweredAsync(
            """
            {"customer_info": {"name": ["a"], "email": ["b", "c"]}, "product_details": [{}, {"unit_price": ["d"]}],
             "amount": ["e"], "error_key": "validation_error"}
            """,
            400)).ShouldBeRefused();

        refusal.Fields.ToDictionary(field => field.Key, field => string.Join('|', field.Value), StringComparer.Ordinal).ShouldBe(
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["customer_info.name"] = "a",
                ["customer_info.email"] = "b|c",
                ["product_details.1.unit_price"] = "d",
                ["amount"] = "e",
            },
            ignoreOrder: true);
        refusal.ToString().ShouldStartWith("HTTP 400 validation_error: ");
    }

    [Fact]
    public async Task A_detail_with_Khaltis_error_key_is_a_refusal() =>
        (await AnsweredAsync("""{"detail": "Not found.", "error_key": "validation_error"}""", 404)).ShouldBeRefused()
            .StatusCode.ShouldBe(404);

    [Theory]
    [InlineData("""{"detail": "JSON parse error - Expecting value"}""", 400)]
    [InlineData("""{"detail": "Method \"GET\" not allowed."}""", 405)]
    [InlineData("""{"amount": ["no"], "merchant": ["no"]}""", 400)]
    public async Task An_error_not_documented_for_this_call_is_unknown(string body, int status) =>
        (await AnsweredAsync(body, status)).ShouldBeUnknown(UnknownReason.Unreadable, status);

    [Fact]
    public async Task A_link_with_code_400_is_unknown()
    {
        (await AnsweredAsync(EPaymentFixture.Link, 400)).ShouldBeUnknown(UnknownReason.Unreadable, 400);
        (await AnsweredAsync(EPaymentFixture.Link[..^1] + ", \"detail\": \"no\"}", 400)).ShouldBeUnknown(UnknownReason.Unreadable, 400);
    }

    [Theory]
    [InlineData(201)]
    [InlineData(202)]
    [InlineData(302)]
    public async Task A_link_with_another_code_than_200_is_unknown(int status) =>
        (await AnsweredAsync(EPaymentFixture.Link, status)).ShouldBeUnknown(UnknownReason.Unreadable, status);

    [Theory]
    [InlineData(401, UnknownReason.Unauthorized)]
    [InlineData(403, UnknownReason.Unauthorized)]
    [InlineData(407, UnknownReason.Unauthorized)]
    [InlineData(408, UnknownReason.NoAnswer)]
    [InlineData(425, UnknownReason.RateLimited)]
    [InlineData(429, UnknownReason.RateLimited)]
    [InlineData(500, UnknownReason.ServerError)]
    [InlineData(503, UnknownReason.ServerError)]
    [InlineData(520, UnknownReason.ServerError)]
    public async Task These_http_codes_are_unknown_whatever_the_body(int status, UnknownReason why)
    {
        foreach (string body in (string[])["", """{"detail": "Invalid token.", "status_code": 401}""",
            """{"amount": ["no"], "error_key": "validation_error"}""", EPaymentFixture.Link])
        {
            (await AnsweredAsync(body, status)).ShouldBeUnknown(why, status);
        }
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("reset")]
    [InlineData("half")]
    [InlineData("half reset")]
    public async Task A_truncated_answer_is_unknown(string how)
    {
        Step step = how switch
        {
            "cut" => Step.Cut,
            "reset" => Step.Reset,
            "half" => Step.HalfOf(EPaymentFixture.Link),
            _ => Step.HalfOf(EPaymentFixture.Link, Then.Reset),
        };

        (await EPaymentFixture.InitiateGivenAsync(step)).ShouldBeUnknown(UnknownReason.NoAnswer);
    }

    private static Task<Reply<EPaymentLink>> AnsweredAsync(string body, int status = 200) =>
        EPaymentFixture.InitiateGivenAsync(Step.Json(body, status));

    /// <summary>The documented link with one member replaced.</summary>
    private static Task<Reply<EPaymentLink>> WithAsync(string member, string value)
    {
        JsonObject link = JsonNode.Parse(EPaymentFixture.Link)!.AsObject();
        link.Remove(member);
        return AnsweredAsync(link.ToJsonString()[..^1] + $", \"{member}\": {value}}}");
    }
}
