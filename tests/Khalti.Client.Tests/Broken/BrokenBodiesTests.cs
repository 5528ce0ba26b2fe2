using System.Text;
using Khalti.Client.Tests.Support;

namespace Khalti.Client.Tests.Broken;

/// <summary>Bodies without a record, with a wrong encoding, or too large.</summary>
public class BrokenBodiesTests
{
    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("<html><body>Khalti is being mended</body></html>")]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("1000")]
    [InlineData("\"Completed\"")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"idx\": \"8xmeJnNX")]
    [InlineData("{\"detail\": \"Invalid token.\"}")]
    [InlineData("{\"token\": [\"Invalid token.\"], \"error_key\": \"validation_error\"}")]
    public async Task A_200_without_a_record_is_unreadable(string body) =>
        (await RecordAsync(body)).ShouldBeUnknown(UnknownReason.Unreadable, 200);

    [Fact]
    public async Task A_record_in_a_list_is_unreadable() =>
        (await RecordAsync($"[{ClientFixture.Record}]")).ShouldBeUnknown(UnknownReason.Unreadable, 200);

    [Fact]
    public async Task A_record_followed_by_more_text_is_unreadable() =>
        (await RecordAsync(ClientFixture.Record + ClientFixture.Record)).ShouldBeUnknown(UnknownReason.Unreadable, 200);

    [Fact]
    public async Task Invalid_UTF_8_makes_only_its_own_member_null()
    {
        (await BytesAsync(ClientFixture.Record.Replace("Test User", "\xff\xfe", StringComparison.Ordinal))).ShouldBeAnswered();
        (await BytesAsync(ClientFixture.Record.Replace("8xme", "\xff", StringComparison.Ordinal)))
            .ShouldBeUnknown(UnknownReason.Unreadable, 200);
        (await BytesAsync("\xff" + ClientFixture.Record)).ShouldBeUnknown(UnknownReason.Unreadable, 200);
    }

    [Fact]
    public async Task A_byte_order_mark_is_ignored() => (await RecordAsync("\uFEFF" + ClientFixture.Record)).ShouldBeAnswered();

    [Fact]
    public async Task Five_megabytes_are_not_read()
    {
        string huge = ClientFixture.Record[..^1] + $", \"x\": \"{new string('x', 5 * 1024 * 1024)}\"}}";

        (await RecordAsync(huge)).ShouldBeUnknown(UnknownReason.Unreadable);
    }

    [Fact]
    public async Task Three_megabytes_are_read()
    {
        string large = ClientFixture.Record[..^1] + $", \"x\": \"{new string('x', 3 * 1024 * 1024)}\"}}";

        (await RecordAsync(large)).ShouldBeAnswered();
    }

    [Theory]
    [InlineData('[', ']')]
    [InlineData('{', '}')]
    public async Task Ten_thousand_nested_levels_are_unreadable(char open, char close)
    {
        string down = string.Concat(Enumerable.Repeat(open == '{' ? "{\"x\":" : "[", 10_000));

        (await RecordAsync(ClientFixture.Record[..^1] + $", \"x\": {down}1{new string(close, 10_000)}}}"))
            .ShouldBeUnknown(UnknownReason.Unreadable, 200);
    }

    [Theory]
    [InlineData(201)]
    [InlineData(202)]
    [InlineData(203)]
    [InlineData(206)]
    [InlineData(300)]
    public async Task A_record_with_another_code_than_200_is_unknown(int status) =>
        (await ClientFixture.VerifyGivenAsync(Step.Json(ClientFixture.Record, status))).ShouldBeUnknown(UnknownReason.Unreadable, status);

    [Fact]
    public async Task A_204_to_a_verify_is_unknown() =>
        (await ClientFixture.VerifyGivenAsync(Step.Raw("HTTP/1.1 204 No Content\r\n\r\n"))).ShouldBeUnknown(UnknownReason.Unreadable, 204);

    private static Task<Reply<Transaction>> RecordAsync(string body) => ClientFixture.VerifyGivenAsync(Step.Json(body));

    private static Task<Reply<Transaction>> BytesAsync(string latin1) =>
        ClientFixture.VerifyGivenAsync(Step.Body(Encoding.Latin1.GetBytes(latin1)));
}
