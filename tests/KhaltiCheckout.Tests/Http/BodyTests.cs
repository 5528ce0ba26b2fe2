using System.Text;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Tests.Http;

/// <summary>What the edge makes of bodies: one way to read them, or a problem document.</summary>
public sealed class BodyTests(SharedShop shared) : IClassFixture<SharedShop>
{
    private const string Orders = "/api/v1/orders";
    private const string Verify = "/api/v1/payments/verify";
    private const string Good = """{"items":[{"productId":"ilam-tea","quantity":1}]}""";

    private readonly Shop _shop = shared.Shop;

    public static TheoryData<string> Malformed =>
    [
        "", " ", "{", "}", "[]", "[" + Good + "]", "null", "true", "1", "\"text\"", "{}", "{]", Good + Good, Good + "x",
        """{"items":[{"productId":"ilam-tea","quantity":1},]}""", """{/* comment */"items":[]}""", "// comment\n" + Good,
        """{"items":null}""", """{"items":{}}""", """{"items":[]}""", """{"items":[null]}""", """{"items":[[]]}""",
        """{"items":["ilam-tea"]}""",
        """{"Items":[{"productId":"ilam-tea","quantity":1}]}""", """{"items":[{"ProductId":"ilam-tea","quantity":1}]}""",
        """{"items":[{"productId":"ilam-tea","quantity":1}],"price":1}""",
        """{"items":[{"productId":"ilam-tea","quantity":1,"unitPrice":1}]}""",
        """{"items":[{"productId":"ilam-tea","quantity":1}],"amount":1000}""", """{"items":[{"productId":"ilam-tea","quantity":1}],"":1}""",
        """{"items":[],"items":[{"productId":"ilam-tea","quantity":1}]}""",
        """{"items":[{"productId":"ilam-tea","quantity":1,"quantity":2}]}""",
        """{"items":[{"productId":"ilam-tea","quantity":1,"\u0071uantity":2}]}""",
        """{"items":[{"productId":"ilam-tea"}]}""", """{"items":[{"quantity":1}]}""", """{"items":[{"productId":null,"quantity":1}]}""",
        """{"items":[{"productId":"","quantity":1}]}""", """{"items":[{"productId":1,"quantity":1}]}""",
        """{"items":[{"productId":"\ud800","quantity":1}]}""",
        """{"items":[{"productId":"ilam-tea","quantity":1}],"customer":{"name":"\udc00\ud800"}}""",
        """{"items":[{"productId":"ilam-tea","quantity":1}],"customer":{"name":"a\u0000b"}}""",
        """{"items":[{"productId":"ilam-tea","quantity":1}],"customer":{"name":"a\r\nSet-Cookie: b"}}""",
        """{"items":[{"productId":"ilam-tea","quantity":1}],"customer":{"name":"\u001b[31mred"}}""",
        """{"items":[{"productId":"ilam-tea","quantity":1}],"customer":{"name":"bell\u0007"}}""",
        """{"items":[{"productId":"ilam-tea","quantity":1}],"customer":[]}""",
        """{"items":[{"productId":"ilam-tea","quantity":1}],"customer":"Sita"}""",
        """{"items":[{"productId":"ilam-tea","quantity":1}],"customer":{"email":"not an address"}}""",
        """{"items":[{"productId":"ilam-tea","quantity":1}],"customer":{"phone":"call me"}}""",
        """{"$ref":"x","items":[{"productId":"ilam-tea","quantity":1}]}""", "{'items':[]}", "{items:[]}", "NaN", "\u0000" + Good,
        new string('[', 30_000), new string('{', 30_000), $$"""{"items":{{new string('[', 5_000)}}{{new string(']', 5_000)}}}""",
    ];

    public static TheoryData<string> WrongNumbers =>
    [
        "\"1050\"", "10.5", "1e3", "1E400", "-1", "0", "-0", "01", "+1", "1050.0", "9223372036854775808", "99999999999999999999999999",
        "null", "true", "{}", "[]", "[1050]", "NaN", "Infinity", "0x10", "1_000", "１０",
    ];

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task A_body_that_is_not_exactly_an_order_is_refused_and_nothing_is_stored(string body)
    {
        int before = await _shop.InDatabaseAsync(db => db.Orders.CountAsync());

        Answer answer = await PostAsync(Orders, Encoding.UTF8.GetBytes(body));

        answer.ShouldBeProblem(400, "validation_failed", body);
        (await _shop.InDatabaseAsync(db => db.Orders.CountAsync())).ShouldBe(before);
    }

    [Theory]
    [MemberData(nameof(WrongNumbers))]
    public async Task An_amount_that_is_not_a_plain_positive_integer_is_refused(string amount)
    {
        string body = $$"""{"orderId":"ord_01k9x4c7qmf3t8v5z2w6y1n0ah","token":"QUao9cqFzxPgvWJNi9aKac","amount":{{amount}}}""";

        Answer answer = await PostAsync(Verify, Encoding.UTF8.GetBytes(body));

        answer.ShouldBeProblem(400, "validation_failed", body)["errors"]!.AsObject().Select(field => field.Key)
            .ShouldAllBe(field => field == "amount" || field == "body");
    }

    [Theory]
    [MemberData(nameof(WrongNumbers))]
    public async Task A_quantity_that_is_not_a_plain_positive_integer_is_refused(string quantity)
    {
        Answer answer =
            await PostAsync(Orders, Encoding.UTF8.GetBytes($$"""{"items":[{"productId":"ilam-tea","quantity":{{quantity}}}]}"""));

        answer.ShouldBeProblem(400, "validation_failed", quantity);
    }

    [Theory]
    [InlineData("""{"orderId":"ord_x","token":"t"}""")]
    [InlineData("""{"orderId":"ord_x","amount":1000}""")]
    [InlineData("""{"token":"t","amount":1000}""")]
    [InlineData("""{"orderId":"ord_x","token":"t","amount":1,"amount":1000}""")]
    [InlineData("""{"orderId":"ord_x","token":"t","Amount":1000}""")]
    [InlineData("""{"orderId":"ord_x","token":"","amount":1000}""")]
    [InlineData("""{"orderId":"ord_x","token":"a b","amount":1000}""")]
    [InlineData("""{"orderId":"ord_x","token":"a\nb","amount":1000}""")]
    [InlineData("""{"orderId":"ord_x","token":"टोकन","amount":1000}""")]
    [InlineData("""{"orderId":"","token":"t","amount":1000}""")]
    [InlineData("""{"orderId":null,"token":"t","amount":1000}""")]
    [InlineData("""{"orderId":["ord_x"],"token":"t","amount":1000}""")]
    [InlineData("""{"orderId":{"$ne":null},"token":{"$ne":null},"amount":1000}""")]
    public async Task A_verify_request_with_duplicate_members_is_refused(string body) =>
        (await PostAsync(Verify, Encoding.UTF8.GetBytes(body))).ShouldBeProblem(400, "validation_failed", body);

    [Fact]
    public async Task Errors_name_the_fields_as_the_client_wrote_them()
    {
        Answer answer = await PostAsync(
            Orders, """{"items":[{"productId":"ilam-tea","quantity":0}],"customer":{"email":"x","phone":"y"}}"""u8.ToArray());

        answer.ShouldBeProblem(400, "validation_failed")["errors"]!.AsObject().Select(field => field.Key)
            .ShouldBe(["items[0].quantity", "customer.email", "customer.phone"], ignoreOrder: true);
    }

    [Fact]
    public async Task An_unknown_member_name_is_not_repeated()
    {
        Answer answer =
            await PostAsync(Orders, """{"items":[{"productId":"ilam-tea","quantity":1,"<script>alert(1)</script>":1}]}"""u8.ToArray());

        answer.ShouldBeProblem(400, "validation_failed");
        answer.Text.ShouldNotContain("script>");
    }

    [Fact]
    public async Task Bytes_that_are_not_utf_8_are_refused()
    {
        byte[] body = [
            .. """{"items":[{"productId":"ilam-tea","quantity":1}],"customer":{"name":"a"""u8, 0xff, 0xfe, 0xc0, 0x80, .. "\"}}"u8];

        (await PostAsync(Orders, body)).ShouldBeProblem(400, "validation_failed");
    }

    [Fact]
    public async Task UTF_16_without_a_charset_is_refused() =>
        (await PostAsync(Orders, [0xff, 0xfe, .. Encoding.Unicode.GetBytes(Good)])).ShouldBeProblem(400, "validation_failed");

    [Fact]
    public async Task A_byte_order_mark_before_the_body_is_ignored() =>
        (await PostAsync(Orders, [0xef, 0xbb, 0xbf, .. Encoding.UTF8.GetBytes(Good)])).Status.ShouldBe(201);

    [Theory]
    [InlineData(null)]
    [InlineData("text/plain")]
    [InlineData("text/json")]
    [InlineData("application/xml")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("application/json, application/json")]
    [InlineData("nonsense")]
    [InlineData("; ;;")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/json; charset=iso-8859-1")]
    [InlineData("application/json; charset=utf-7")]
    [InlineData("application/json; charset=klingon")]
    [InlineData("application/json; charset=\"klingon\"")]
    public async Task Anything_but_json_in_utf_8_is_another_media_type(string? contentType) =>
        (await PostAsync(Orders, Encoding.UTF8.GetBytes(Good), contentType)).ShouldBeProblem(415, "unsupported_media_type", contentType);

    [Theory]
    [InlineData("application/json")]
    [InlineData("APPLICATION/JSON")]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/json; charset=\"UTF-8\"")]
    [InlineData("application/json;")]
    public async Task Every_spelling_of_the_JSON_media_type_is_accepted(string contentType) =>
        (await PostAsync(Orders, Encoding.UTF8.GetBytes(Good), contentType)).Status.ShouldBe(201);

    private Task<Answer> PostAsync(string path, byte[] body, string? contentType = "application/json")
    {
        ByteArrayContent content = new(body);
        if (contentType is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        return _shop.AskAsync(HttpMethod.Post, path, content);
    }
}
