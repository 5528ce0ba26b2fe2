using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Khalti.Sandbox.Tests.Support;

namespace Khalti.Sandbox.Tests;

/// <summary>What the journal shows of a call: query, headers and body as the client sent them, without secrets.</summary>
public sealed class JournalTests
{
    private const string Json = "application/json";
    private const string Form = "application/x-www-form-urlencoded";
    private const string Key = RunningSandbox.EPaymentKey;

    public static TheoryData<string, string, string> Bodies() => new()
    {
        // Without a secret every byte stays, whatever the client did wrong.
        { Json, """{ "pidx" :"a\u0041", "pidx": 1 }  """, """{ "pidx" :"a\u0041", "pidx": 1 }  """ },
        { Json, """{"pidx": "a",}""", """{"pidx": "a",}""" },
        { Json, "{'pidx': 'a'}", "{'pidx': 'a'}" },
        { Json, "token=a&amount=1%2E0", "token=a&amount=1%2E0" },
        { Json, """{"remarks": "the secret of tea, for ever"}""", """{"remarks": "the secret of tea, for ever"}""" },
        { Form, "token=a%20b&amount=10+00&&=", "token=a%20b&amount=10+00&&=" },
        { Form, """{"pidx": "a", "b": "c=d&e"}""", """{"pidx": "a", "b": "c=d&e"}""" },
        { "text/plain", "<pidx>a</pidx>", "<pidx>a</pidx>" },

        // With one all but the secret stays.
        { Json, """{"transaction_pin" : "1234", "amount":1234}""", """{"transaction_pin" : "(removed)", "amount":1234}""" },
        { Json, """{"transaction\u005fpin":1234,"a":[1]}""", """{"transaction\u005fpin":"(removed)","a":[1]}""" },
        { Json, """{"a": {"client_secret": {"b": ["s3cr3t", 1]}, "c": 1}}""", """{"a": {"client_secret": "(removed)", "c": 1}}""" },
        { Json, $$"""{"note": "Key {{Key}}", "b": 2}""", """{"note": "(removed)", "b": 2}""" },
        { Json, $$"""{"{{Key}}": 1}""", """{"(removed)": "(removed)"}""" },
        { Json, """{"data": "{\"otp\":\"987654\"}", "b": 2}""", """{"data": "{\"otp\":\"(removed)", "b": 2}""" },
        { Json, """{"a": 1, "confirmation_code": "987654", broken""", """{"a": 1, "confirmation_code": "(removed)", broken""" },
        { Json, """{broken, "confirmation_code": "987654", "b": 2}""", """{broken, "confirmation_code": "(removed)", "b": 2}""" },
        { Json, """{"a": 1, "transaction_pin": "12""", "{\"a\": 1, \"transaction_pin\": \"(removed)\"" },
        { Json, """{'pin': '1234', 'a': 1}""", """{'pin': '(removed)', 'a': 1}""" },
        { Json, $"secret={Key}&a=1", "secret=(removed)&a=1" },
        { Form, "mobile=9811111111&transaction%5Fpin=1111&a=1111", "mobile=9811111111&transaction%5Fpin=(removed)&a=1111" },
        { Form, $"a={Key.Replace("_", "%5F", StringComparison.Ordinal)}&b=2", "a=(removed)&b=2" },
        { Form, """{"transaction_pin":"1234","amount":1}""", """{"transaction_pin":"(removed)","amount":1}""" },
        { "text/xml", "<otp>987654</otp>", "<otp>(removed)</otp>" },
        {
            "multipart/form-data; boundary=x",
            "--x\r\nContent-Disposition: form-data; name=\"transaction_pin\"\r\nContent-Type: text/plain\r\n\r\n1234\r\n--x--",
            "--x\r\nContent-Disposition: form-data; name=\"transaction_pin\"\r\nContent-Type: text/plain\r\n\r\n(removed)\r\n--x--"
        },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_body_is_shown_as_it_was_sent_but_for_secrets(string contentType, string body, string shown)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();

        await sandbox.TextAsync("/api/v2/payment/initiate/", body, contentType);

        JsonNode call = (await sandbox.RequestsAsync()).ShouldHaveSingleItem()!;
        call["body"]!.ToString().ShouldBe(shown);
        call["headers"]!["Content-Type"]!.ToString().ShouldStartWith(contentType);
    }

    [Fact]
    public async Task A_query_is_shown_as_it_was_sent_but_for_secrets()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();

        await sandbox.GetAsync("/api/v2/payment/status/?amount=10+0&token=a%2Fb&otp=987654", RunningSandbox.SecretKey);

        (await sandbox.RequestsAsync()).ShouldHaveSingleItem()!["query"]!.ToString().ShouldBe("?amount=10+0&token=a%2Fb&otp=(removed)");
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_shown_as_far_as_they_are()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        using ByteArrayContent bytes = new([.. Encoding.ASCII.GetBytes("""{"a": """), 0xC3, 0x28, .. "\"pin\": 1234}"u8]);
        bytes.Headers.ContentType = MediaTypeHeaderValue.Parse(Json);

        await sandbox.SendAsync(HttpMethod.Post, "/api/v2/payment/verify/", bytes, RunningSandbox.SecretKey);

        (await sandbox.RequestsAsync()).ShouldHaveSingleItem()!["body"]!.ToString().ShouldBe("{\"a\": \uFFFD(\"pin\": (removed)}");
    }

    [Theory]
    [InlineData(Json)]
    [InlineData(Form)]
    public async Task Of_a_long_body_the_beginning_is_shown(string contentType)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string body = $$"""{"transaction_pin":"1234","a":"{{new string('x', 900_000)}}"}""";

        await sandbox.TextAsync("/api/v2/payment/initiate/", body, contentType);

        string shown = (await sandbox.RequestsAsync()).ShouldHaveSingleItem()!["body"]!.ToString();
        shown.ShouldStartWith("""{"transaction_pin":"(removed)","a":"xxx""");
        shown.ShouldEndWith($"xxx… (cut off: {body.Length} bytes in all)");
        shown.Length.ShouldBeLessThan(17_000);
    }

    [Theory]
    [InlineData($"Key {Key}", "Key (live secret key)")]
    [InlineData("key test_public_key_1", "key (test public key)")]
    [InlineData(Key, "(live secret key)")]
    [InlineData("Bearer abc", "Bearer (removed)")]
    [InlineData("Key 0123456789abcdef0123456789abcdef", "Key (removed)")]
    [InlineData("0123456789abcdef0123456789abcdef 1", "(removed)")]
    public async Task Of_an_authorization_the_scheme_and_the_kind_of_key_are_shown(string sent, string shown)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();

        await sandbox.SendAsync(
            HttpMethod.Post, "/api/v2/epayment/lookup/", null, null, ("Authorization", sent), ("X-Api-Key", Key), ("X-Auth-Token", "abc"));

        JsonNode headers = (await sandbox.RequestsAsync()).ShouldHaveSingleItem()!["headers"]!;
        headers["Authorization"]!.ToString().ShouldBe(shown);
        (headers["X-Api-Key"]!.ToString(), headers["X-Auth-Token"]!.ToString()).ShouldBe(("(removed)", "(removed)"));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("secret")]
    [InlineData("pin=")]
    [InlineData("pin\"")]
    [InlineData("pin content-type: ")]
    [InlineData("secret_key_")]
    [InlineData("{\"pin\":")]
    public async Task Text_that_repeats_a_secrets_name_costs_no_time(string text)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();

        Reply reply = await sandbox.TextAsync(
            "/api/v2/payment/initiate/", "secret_key_ " + string.Concat(Enumerable.Repeat(text, 50_000 / text.Length)), "text/plain");

        reply.Status.ShouldBe(415); // and no time-out of an expression, which would be 500
    }
}
