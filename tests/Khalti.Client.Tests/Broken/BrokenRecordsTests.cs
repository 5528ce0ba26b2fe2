using System.Text.Json.Nodes;
using Khalti.Client.Tests.Support;

namespace Khalti.Client.Tests.Broken;

/// <summary>Answers with HTTP 200 that differ from the documented record.</summary>
public class BrokenRecordsTests
{
    [Fact]
    public async Task Only_id_state_and_amount_are_required()
    {
        Transaction transaction = (await RecordAsync("""{"idx": "a", "state": {"name": "Completed"}, "amount": 1000}"""))
            .ShouldBeAnswered();

        transaction.ShouldBe(new Transaction(
            "a", TransactionState.Completed, "Completed", ClientFixture.Thousand, Fee: null, Refunded: false, ProductIdentity: null,
            CreatedOn: null));
    }

    [Theory]
    [InlineData("idx")]
    [InlineData("state")]
    [InlineData("amount")]
    public async Task A_record_without_a_required_member_is_unreadable(string member)
    {
        JsonObject record = JsonNode.Parse(ClientFixture.Record)!.AsObject();
        record.Remove(member);

        (await RecordAsync(record.ToJsonString())).ShouldBeUnknown(UnknownReason.Unreadable, 200);
    }

    [Theory]
    [InlineData("1000")]
    [InlineData("1000.0")]
    [InlineData("1000.000000000000000000000000000000000")]
    [InlineData("\"1000\"")]
    public async Task An_amount_is_read_in_every_documented_format(string amount) =>
        (await WithAsync("amount", amount)).ShouldBeAnswered().Amount.ShouldBe(ClientFixture.Thousand);

    [Theory]
    [InlineData("10.5")]
    [InlineData("1000.00000000000000000000000000000000001")]
    [InlineData("999.99999999999999999999999999999999999")]
    [InlineData("1e3")]
    [InlineData("1e-400")]
    [InlineData("1e400")]
    [InlineData("-1000")]
    [InlineData("-0.0")]
    [InlineData("9223372036854775808")]
    [InlineData("100000000000000000000000000000000000000")]
    [InlineData("\"\"")]
    [InlineData("\"-1000\"")]
    [InlineData("\"1000.00\"")]
    [InlineData("\"1,000\"")]
    [InlineData("\" 1000\"")]
    [InlineData("\"\u0661\u0660\u0660\u0660\"")]
    [InlineData("\"Rs 10\"")]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("[1000]")]
    [InlineData("{\"paisa\": 1000}")]
    public async Task An_amount_that_is_no_whole_number_of_paisa_is_unreadable(string amount) =>
        (await WithAsync("amount", amount)).ShouldBeUnknown(UnknownReason.Unreadable, 200);

    [Theory]
    [InlineData("\"Completed\"")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"name\": null}")]
    [InlineData("{\"name\": \"\"}")]
    [InlineData("{\"name\": 1}")]
    [InlineData("{\"name\": \"\\ud800\"}")]
    [InlineData("{\"idx\": \"DhvMj9hdRufLqkP8ZY4d8g\"}")]
    public async Task A_state_without_a_name_is_unreadable(string state) =>
        (await WithAsync("state", state)).ShouldBeUnknown(UnknownReason.Unreadable, 200);

    [Theory]
    [InlineData("null")]
    [InlineData("17")]
    [InlineData("\"\"")]
    [InlineData("\" \"")]
    [InlineData("\"a b\"")]
    [InlineData("\" 8xmeJnNXfoVjCvGcZiiGe7\"")]
    [InlineData("\"8xme\\u0000JnNX\"")]
    [InlineData("\"8xme\\ud800JnNX\"")]
    [InlineData("[\"8xmeJnNXfoVjCvGcZiiGe7\"]")]
    public async Task An_invalid_id_is_unreadable(string id) =>
        (await WithAsync("idx", id)).ShouldBeUnknown(UnknownReason.Unreadable, 200);

    [Fact]
    public async Task An_id_is_never_truncated()
    {
        (await WithAsync("idx", $"\"{new string('x', 200)}\"")).ShouldBeAnswered().Id.Length.ShouldBe(200);
        (await WithAsync("idx", $"\"{new string('x', 201)}\"")).ShouldBeUnknown(UnknownReason.Unreadable, 200);
    }

    [Theory]
    [InlineData("fee_amount", "\"thirty\"")]
    [InlineData("fee_amount", "-1")]
    [InlineData("refunded", "\"false\"")]
    [InlineData("refunded", "null")]
    [InlineData("created_on", "\"yesterday\"")]
    [InlineData("created_on", "\"14:48\"")]
    [InlineData("created_on", "\"2018-06-31T14:48:08+05:45\"")]
    [InlineData("created_on", "1529500000")]
    [InlineData("product_identity", "{}")]
    [InlineData("meta", "null")]
    [InlineData("user", "\"\\udc00\"")]
    public async Task Optional_members_may_have_any_value(string member, string value)
    {
        Transaction transaction = (await WithAsync(member, value)).ShouldBeAnswered();

        (transaction.Id, transaction.State, transaction.Amount)
            .ShouldBe(("8xmeJnNXfoVjCvGcZiiGe7", TransactionState.Completed, ClientFixture.Thousand));
        transaction.Refunded.ShouldBeFalse();
        transaction.ProductIdentity.ShouldBeNull();
        transaction.CreatedOn.ShouldBe(member == "created_on" ? null : Instant(2018, 6, 20));
        transaction.Fee.ShouldBe(member == "fee_amount" ? null : new Paisa(30));
    }

    [Theory]
    [InlineData("\"2018-06-20T14:48:08.867125+05:45\"", 2018)]
    [InlineData("\"2023-06-20 14:48:08.867125+05:45\"", 2023)]
    public async Task A_timestamp_keeps_its_offset(string value, int year) =>
        (await WithAsync("created_on", value)).ShouldBeAnswered().CreatedOn.ShouldBe(Instant(year, 6, 20));

    [Theory]
    [InlineData("amount", "1000")]
    [InlineData("amount", "99")]
    [InlineData("idx", "\"other\"")]
    [InlineData("state", "{\"name\": \"Failed\"}")]
    [InlineData("\\u0061mount", "99")]
    public async Task A_duplicate_member_is_unreadable(string member, string value) =>
        (await RecordAsync(ClientFixture.Record[..^1] + $", \"{member}\": {value}}}")).ShouldBeUnknown(UnknownReason.Unreadable, 200);

    [Theory]
    [InlineData("\\ud800")]
    [InlineData("amount\\udc00")]
    [InlineData("\\u0000")]
    public async Task A_member_with_an_unusual_name_never_throws(string name)
    {
        (await RecordAsync(ClientFixture.Record[..^1] + $", \"{name}\": 1}}")).ShouldNotBeOfType<Reply<Transaction>.Refused>();
        (await ClientFixture.VerifyGivenAsync(Step.Json($$"""{"idx": "x", "detail": "no", "{{name}}": ["x"]}""", 400)))
            .ShouldBeUnknown(UnknownReason.Unreadable, 400);
    }

    [Fact]
    public async Task Escaped_member_names_are_read() =>
        (await RecordAsync(ClientFixture.Record.Replace("\"amount\"", "\"\\u0061mount\"", StringComparison.Ordinal)))
            .ShouldBeAnswered().Amount.ShouldBe(ClientFixture.Thousand);

    private static DateTimeOffset Instant(int year, int month, int day) =>
        new DateTimeOffset(year, month, day, 14, 48, 8, new TimeSpan(5, 45, 0)).AddMicroseconds(867_125);

    private static Task<Reply<Transaction>> RecordAsync(string body) => ClientFixture.VerifyGivenAsync(Step.Json(body));

    /// <summary>The documented record with one member replaced.</summary>
    private static Task<Reply<Transaction>> WithAsync(string member, string value)
    {
        JsonObject record = JsonNode.Parse(ClientFixture.Record)!.AsObject();
        record.Remove(member);
        return RecordAsync(record.ToJsonString()[..^1] + $", \"{member}\": {value}}}");
    }
}
