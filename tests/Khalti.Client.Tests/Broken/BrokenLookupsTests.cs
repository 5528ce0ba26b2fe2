using System.Text.Json.Nodes;
using Khalti.Client.Tests.Support;

namespace Khalti.Client.Tests.Broken;

/// <summary>Answers to lookup: every accepted format, and bodies that are not an answer about the requested link.</summary>
public class BrokenLookupsTests
{
    [Fact]
    public async Task Every_member_of_the_documented_answer_is_read() =>
        (await LookedAsync(EPaymentFixture.Paid)).ShouldBeAnswered().ShouldBe(new EPayment(
            EPaymentFixture.Pidx, EPaymentStatus.Completed, "Completed", ClientFixture.Thousand, "GFq9PFS7b2iYvL8Lir9oXe", default(Paisa),
            Refunded: false));

    [Theory]
    [InlineData("Completed", 200, EPaymentStatus.Completed)]
    [InlineData("Pending", 200, EPaymentStatus.Pending)]
    [InlineData("Initiated", 200, EPaymentStatus.Initiated)]
    [InlineData("Refunded", 200, EPaymentStatus.Refunded)]
    [InlineData("Partially Refunded", 200, EPaymentStatus.PartiallyRefunded)]
    [InlineData("Partially refunded", 200, EPaymentStatus.PartiallyRefunded)]
    [InlineData("Expired", 400, EPaymentStatus.Expired)]
    [InlineData("User canceled", 400, EPaymentStatus.UserCanceled)]
    [InlineData("Failed", 200, EPaymentStatus.Failed)]
    [InlineData("Failed", 400, EPaymentStatus.Failed)]
    [InlineData("Canceled", 200, EPaymentStatus.UserCanceled)]
    [InlineData("Canceled", 400, EPaymentStatus.UserCanceled)]
    [InlineData("Expired", 200, EPaymentStatus.Expired)]
    [InlineData("User canceled", 404, EPaymentStatus.UserCanceled)]
    [InlineData(" user CANCELED ", 400, EPaymentStatus.UserCanceled)]
    [InlineData("cancelled", 400, EPaymentStatus.Unrecognized)]
    [InlineData("On hold", 200, EPaymentStatus.Unrecognized)]
    [InlineData("On hold", 422, EPaymentStatus.Unrecognized)]
    public async Task Every_status_is_an_answer_with_every_http_code(string name, int code, EPaymentStatus status)
    {
        EPayment looked = (await WithAsync("status", $"\"{name}\"", code)).ShouldBeAnswered();

        (looked.Status, looked.StatusName, looked.TotalAmount).ShouldBe((status, name.Trim(), ClientFixture.Thousand));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"another\"")]
    [InlineData("\"bzqld9wrvwo4cdessfussb\"")]
    [InlineData("\"bZQLD9wRVWo4CdESSfuSsB \"")]
    [InlineData("\"\"")]
    [InlineData("[\"bZQLD9wRVWo4CdESSfuSsB\"]")]
    public async Task An_answer_about_another_link_is_unknown(string pidx)
    {
        (await WithAsync("pidx", pidx)).ShouldBeUnknown(UnknownReason.Unreadable, 200);
        (await LookedAsync(With("pidx", pidx)[..^1] + ", \"detail\": \"no\"}", 400)).ShouldNotBeOfType<Reply<EPayment>.Answered>();
    }

    [Theory]
    [InlineData("{\"pidx\": \"another\", \"status\": \"Completed\", \"total_amount\": 1000, \"detail\": \"no\"}")]
    [InlineData("{\"pidx\": \"another\", \"detail\": \"no\"}")]
    [InlineData("{\"status\": \"Completed\", \"detail\": \"no\"}")]
    [InlineData("{\"pidx\": \"bZQLD9wRVWo4CdESSfuSsB\", \"status\": \"Completed\", \"detail\": \"no\"}")]
    public async Task A_refusal_that_also_has_a_link_or_status_is_unknown(string body) =>
        (await LookedAsync(body, 400)).ShouldBeUnknown(UnknownReason.Unreadable, 400);

    [Theory]
    [InlineData("{\"detail\": \"Not found.\", \"error_key\": \"validation_error\"}", 404)]
    [InlineData("{\"detail\": \"Not found.\", \"error_key\": \"validation_error\"}", 400)]
    [InlineData("{\"pidx\": [\"This field may not be blank.\"], \"error_key\": \"validation_error\"}", 400)]
    public async Task A_documented_error_is_a_refusal(string body, int code) =>
        (await LookedAsync(body, code)).ShouldBeRefused().StatusCode.ShouldBe(code);

    [Theory]
    [InlineData("null")]
    [InlineData("-1000")]
    [InlineData("1000.5")]
    [InlineData("\"1000.00\"")]
    [InlineData("\"Rs 10\"")]
    [InlineData("9223372036854775808")]
    [InlineData("[1000]")]
    public async Task Completed_with_an_unreadable_amount_is_unknown(string amount)
    {
        (await WithAsync("total_amount", amount)).ShouldBeUnknown(UnknownReason.Unreadable, 200);
        (await LookedAsync(With("total_amount", amount).Replace("\"Completed\"", "\"Pending\"", StringComparison.Ordinal)))
            .ShouldBeAnswered().TotalAmount.ShouldBeNull();
    }

    [Fact]
    public async Task Completed_without_an_amount_is_unknown()
    {
        JsonObject answer = JsonNode.Parse(EPaymentFixture.Paid)!.AsObject();
        answer.Remove("total_amount");

        (await LookedAsync(answer.ToJsonString())).ShouldBeUnknown(UnknownReason.Unreadable, 200);
    }

    [Theory]
    [InlineData("total_amount", "\"1000\"")]
    [InlineData("total_amount", "1000.0")]
    [InlineData("fee", "\"0\"")]
    [InlineData("purchase_order_id", "\"order-1042\"")]
    [InlineData("extra_merchant_params", "null")]
    public async Task Numbers_as_text_and_additional_members_are_accepted(string member, string value)
    {
        EPayment looked = (await WithAsync(member, value)).ShouldBeAnswered();

        (looked.Status, looked.TotalAmount, looked.Fee).ShouldBe((EPaymentStatus.Completed, ClientFixture.Thousand, default(Paisa)));
    }

    [Theory]
    [InlineData("transaction_id", "null")]
    [InlineData("transaction_id", "\"\"")]
    [InlineData("transaction_id", "17")]
    [InlineData("transaction_id", "\"a b\"")]
    [InlineData("fee", "-1")]
    [InlineData("fee", "\"three\"")]
    [InlineData("refunded", "null")]
    [InlineData("refunded", "\"true\"")]
    [InlineData("refunded", "1")]
    public async Task A_member_of_another_type_is_null(string member, string value)
    {
        EPayment looked = (await WithAsync(member, value)).ShouldBeAnswered();

        looked.TransactionId.ShouldBe(member == "transaction_id" ? null : "GFq9PFS7b2iYvL8Lir9oXe");
        looked.Fee.ShouldBe(member == "fee" ? null : default(Paisa));
        looked.Refunded.ShouldBeFalse();
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"\"")]
    [InlineData("true")]
    [InlineData("200")]
    [InlineData("{\"name\": \"Completed\"}")]
    [InlineData("\"\\ud800\"")]
    public async Task A_status_that_is_not_text_is_unknown(string status) =>
        (await WithAsync("status", status)).ShouldBeUnknown(UnknownReason.Unreadable, 200);

    [Theory]
    [InlineData("status", "\"Completed\"")]
    [InlineData("total_amount", "1")]
    [InlineData("pidx", "\"another\"")]
    [InlineData("\\u0073tatus", "\"Failed\"")]
    public async Task A_duplicate_member_makes_the_answer_unknown(string member, string value) =>
        (await LookedAsync(EPaymentFixture.Paid[..^1] + $", \"{member}\": {value}}}")).ShouldBeUnknown(UnknownReason.Unreadable, 200);

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("\"Completed\"")]
    [InlineData("<html>Completed</html>")]
    [InlineData("{\"detail\": \"Not found.\"}")]
    public async Task A_200_without_an_answer_is_unknown(string body) =>
        (await LookedAsync(body)).ShouldBeUnknown(UnknownReason.Unreadable, 200);

    [Theory]
    [InlineData(201)]
    [InlineData(302)]
    public async Task A_status_with_another_code_below_400_than_200_is_unknown(int status) =>
        (await LookedAsync(EPaymentFixture.Paid, status)).ShouldBeUnknown(UnknownReason.Unreadable, status);

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
        foreach (string body in (string[])["", """{"detail": "Invalid token.", "status_code": 401}""", """{"detail": "Not found."}""",
            EPaymentFixture.Paid])
        {
            (await LookedAsync(body, status)).ShouldBeUnknown(why, status);
        }
    }

    [Theory]
    [InlineData("reset")]
    [InlineData("half")]
    [InlineData("half reset")]
    [InlineData("half 400")]
    public async Task A_truncated_answer_is_unknown(string how)
    {
        Step step = how switch
        {
            "reset" => Step.Reset,
            "half" => Step.HalfOf(EPaymentFixture.Paid),
            "half 400" => Step.HalfOf(EPaymentFixture.Paid, status: 400),
            _ => Step.HalfOf(EPaymentFixture.Paid, Then.Reset),
        };

        (await EPaymentFixture.LookupGivenAsync(step)).ShouldBeUnknown(UnknownReason.NoAnswer);
    }

    private static Task<Reply<EPayment>> LookedAsync(string body, int status = 200) =>
        EPaymentFixture.LookupGivenAsync(Step.Json(body, status));

    private static Task<Reply<EPayment>> WithAsync(string member, string value, int status = 200) =>
        LookedAsync(With(member, value), status);

    /// <summary>The documented answer with one member replaced.</summary>
    private static string With(string member, string value)
    {
        JsonObject answer = JsonNode.Parse(EPaymentFixture.Paid)!.AsObject();
        answer.Remove(member);
        return answer.ToJsonString()[..^1] + $", \"{member}\": {value}}}";
    }
}
