using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Khalti.Client.Tests.Support;

namespace Khalti.Client.Tests.Broken;

/// <summary>Property tests: random and mutated bodies never throw, and are an answer only if they contain it.</summary>
public class RandomBodyTests
{
    private const string Page =
        $$"""{"total_pages": 1, "total_records": 1, "next": null, "current_page": 1, "records": [{{ClientFixture.Record}}]}""";
    private const string Detail = $$"""
        {"idx": "8xme", "state": {"name": "Confirmed"}, "amount": 3000, "meta": {"product_identity": "ord_1"},
         "child_transactions": [{{ClientFixture.Record}}]}
        """;
    private const string Refused = """{"token": ["Invalid token."], "detail": "no", "error_key": "validation_error"}""";

    private static readonly string[] GoodAnswers = [
        ClientFixture.Record, ClientFixture.Complete, Page, Detail, Refused, EPaymentFixture.Link, EPaymentFixture.Paid];

    private static readonly string[] OddValues =
    [
        "null", "true", "0", "-1", "1000.0", "10.5", "1e3", "1e999", "99999999999999999999", "\"\"", "\"1000\"", "\"Completed\"",
        "\"\\ud800\"", "\"\\u0000\"", "[]", "[\"\"]", "[null]", "{}", "{\"name\": \"Completed\"}", "{\"\\udfff\": 1}", "NaN", "",
    ];

    private static readonly Gen<int> Statuses = Gen.Elements(200, 200, 200, 201, 204, 302, 400, 400, 401, 404, 408, 422, 429, 500, 503);

    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(2000);

    [Fact]
    public void Random_bytes_never_throw() => Check(
        from length in Gen.Choose(0, 300)
        from bytes in Gen.Choose(0, 255).ArrayOf(length)
        select bytes.Select(value => (byte)value).ToArray());

    [Fact]
    public void Random_JSON_characters_never_throw() => Check(
        from length in Gen.Choose(0, 60)
        from words in Gen.Elements(
            "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "d800", "\"idx\"", "\"state\"", "\"name\"", "\"amount\"", "1", "-", "e", ".",
            " ").ArrayOf(length)
        select Encoding.UTF8.GetBytes(string.Concat(words)));

    [Fact]
    public void Valid_answers_with_changed_bytes_never_throw() => Check(
        from answer in Gen.Elements(GoodAnswers)
        from places in Gen.Choose(0, answer.Length - 1).ArrayOf(3)
        from values in Gen.Choose(0, 255).ArrayOf(3)
        select Changed(answer, places, values));

    [Fact]
    public void Valid_answers_with_missing_doubled_or_retyped_members_never_throw() => Check(
        from answer in Gen.Elements(GoodAnswers)
        from name in Gen.Elements(
            "idx", "state", "name", "amount", "records", "meta", "detail", "token", "error_key", "created_on", "fee_amount",
            "child_transactions", "pidx", "payment_url", "status", "total_amount", "transaction_id", "refunded", "expires_at")
        from value in Gen.Elements(OddValues)
        from how in Gen.Choose(0, 2)
        select Encoding.UTF8.GetBytes(how switch
        {
            0 => answer[..^1] + $", \"{name}\": {value}}}",
            1 => $"{{\"{name}\": {value}, " + answer[1..],
            _ => With(answer, name, value),
        }));

    [Fact]
    public void A_truncated_record_is_never_an_answer() => Prop
        .ForAll(Gen.Choose(0, ClientFixture.Record.Length - 1).ToArbitrary(), length =>
            Ask(client => client.VerifyAsync(), 200, Encoding.UTF8.GetBytes(ClientFixture.Record[..length])) is Reply<Transaction>.Unknown)
        .Check(Many);

    private static void Check(Gen<byte[]> bodies) => Prop
        .ForAll(
            Gen.Zip(Statuses, bodies).ToArbitrary(),
            answer => IsConsistent(answer.Item1, answer.Item2))
        .Check(Many);

    /// <summary>No call throws on these bytes, and each answer's values are in them.</summary>
    private static bool IsConsistent(int status, byte[] body)
    {
        Reply<Transaction> verify = Ask(client => client.VerifyAsync(), status, body);
        Reply<TransactionStatus> state = Ask(client => client.GetStatusAsync(), status, body);
        Reply<TransactionPage> page = Ask(client => client.ListTransactionsAsync(), status, body);
        Reply<TransactionDetail> detail = Ask(client => client.GetTransactionAsync("x"), status, body);
        Reply<EPaymentLink> link = Ask(client => client.InitiateAsync(EPaymentFixture.Request), status, body);
        Reply<EPayment> looked = Ask(client => client.LookupAsync(EPaymentFixture.Pidx), status, body);

        return (verify is not Reply<Transaction>.Answered(var paid) || (status == 200 && BodyContains(body, paid)))
            && (detail is not Reply<TransactionDetail>.Answered(var one) || (status == 200 && BodyContains(body, one.Transaction)))
            && (page is not Reply<TransactionPage>.Answered(var listed) || (status == 200 && listed.Records.All(IsWhole)))
            && (state is not Reply<TransactionStatus>.Answered
                || (status is 200 or >= 400 && Parsed(body).GetProperty("state").ValueKind == JsonValueKind.String))
            && (link is not Reply<EPaymentLink>.Answered(var made)
                || (status == 200 && Parsed(body).GetProperty("pidx").GetString() == made.Pidx
                && made.PaymentUrl.Scheme is "https" or "http"))
            && (looked is not Reply<EPayment>.Answered(var payment) || (status is 200 or >= 400 && BodyContains(body, payment)))
            && (looked is not Reply<EPayment>.Refused || status is 400 or 404)
            && (verify is not Reply<Transaction>.Refused || (status is 400 or 404 && !Parsed(body).TryGetProperty("idx", out _)));
    }

    private static bool IsWhole(Transaction transaction) =>
        transaction is { Id.Length: > 0, StateName.Length: > 0, Amount: var amount } && (long)amount >= 0;

    /// <summary>Checked with System.Text.Json instead of the client's reader.</summary>
    private static bool BodyContains(byte[] body, Transaction transaction) =>
        IsWhole(transaction)
        && Parsed(body) is var record
        && record.GetProperty("idx").GetString() == transaction.Id
        && record.GetProperty("state").GetProperty("name").ValueKind == JsonValueKind.String
        && decimal.Parse(record.GetProperty("amount").ToString(), CultureInfo.InvariantCulture) == (long)transaction.Amount;

    private static bool BodyContains(byte[] body, EPayment payment) =>
        Parsed(body) is var answer
        && answer.GetProperty("pidx").GetString() == EPaymentFixture.Pidx
        && answer.GetProperty("status").ValueKind == JsonValueKind.String
        && (payment.Status != EPaymentStatus.Completed || payment.TotalAmount is not null)
        && (payment.TotalAmount is not { } amount
            || decimal.Parse(answer.GetProperty("total_amount").ToString(), CultureInfo.InvariantCulture) == (long)amount);

    private static JsonElement Parsed(byte[] body) => JsonElement.Parse(Encoding.UTF8.GetString(body));

    private static byte[] Changed(string answer, int[] places, int[] values)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(answer);
        foreach ((int place, int value) in places.Zip(values))
        {
            bytes[place] = (byte)value;
        }

        return bytes;
    }

    private static string With(string answer, string name, string value)
    {
        JsonObject changed = JsonNode.Parse(answer)!.AsObject();
        changed.Remove(name);
        return changed.ToJsonString()[..^1] + (value.Length == 0 ? "}" : $", \"{name}\": {value}}}");
    }

    private static Reply<T> Ask<T>(Func<KhaltiClient, Task<Reply<T>>> call, int status, byte[] body)
    {
        using HttpClient http = new(new CannedHandler(status, body));
        KhaltiClientOptions options = ClientFixture.Options(new Uri("http://khalti.example")) with { ReadRetries = 0 };
        return call(new KhaltiClient(http, options)).GetAwaiter().GetResult();
    }

    /// <summary>Answers every request with the same body, without a network, as thousands of cases run.</summary>
    private sealed class CannedHandler(int status, byte[] body) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(
                new HttpResponseMessage((HttpStatusCode)status) { Content = new ByteArrayContent(body), RequestMessage = request });
    }
}
