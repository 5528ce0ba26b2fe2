using Khalti.Client.Tests.Support;

namespace Khalti.Client.Tests;

/// <summary>The key is sent to Khalti only; neither key nor token is in a text that may be logged.</summary>
public class SecretsTests
{
    private static readonly Uri Origin = new("https://khalti.example");

    [Fact]
    public void Options_print_address_and_time_only() =>
        ClientFixture.Options(Origin).ToString().ShouldBe("Khalti at https://khalti.example, 60 s");

    [Fact]
    public void Options_do_not_print_user_info_of_the_address() =>
        ClientFixture.Options(new Uri("https://shop:hush@khalti.example/x?y=hush")).ToString().ShouldNotContain("hush");

    [Fact]
    public void Invalid_options_can_be_printed() =>
        ClientFixture.Options(new Uri("/api", UriKind.Relative)).ToString().ShouldBe("Khalti at no address, 60 s");

    [Theory]
    [InlineData(" ")]
    [InlineData("\n")]
    [InlineData("\u0928")]
    [InlineData("\u007f")]
    public void A_key_that_no_header_can_hold_is_refused_and_not_printed(string flaw)
    {
        ArgumentException refused =
            Should.Throw<ArgumentException>(() => Make(ClientFixture.Options(Origin) with { SecretKey = ClientFixture.Secret + flaw }));

        refused.Message.ShouldContain("SecretKey");
        refused.ToString().ShouldNotContain(ClientFixture.Secret);
    }

    public static TheoryData<string, KhaltiClientOptions> WrongOptions => new()
    {
        { "SecretKey", ClientFixture.Options(Origin) with { SecretKey = null! } },
        { "BaseUrl", ClientFixture.Options(null!) },
        { "BaseUrl", ClientFixture.Options(new Uri("/api/v2/", UriKind.Relative)) },
        { "BaseUrl", ClientFixture.Options(new Uri("ftp://khalti.example")) },
        { "BaseUrl", ClientFixture.Options(new Uri("https://khalti.example/api/v2/")) },
        { "BaseUrl", ClientFixture.Options(new Uri("https://khalti.example/?a=b")) },
        { "BaseUrl", ClientFixture.Options(new Uri("https://shop:hush@khalti.example")) },
        { "Timeout", ClientFixture.Options(Origin) with { Timeout = TimeSpan.Zero } },
        { "Timeout", ClientFixture.Options(Origin) with { Timeout = System.Threading.Timeout.InfiniteTimeSpan } },
        { "Timeout", ClientFixture.Options(Origin) with { Timeout = TimeSpan.FromDays(2) } },
        { "VerifyEncoding", ClientFixture.Options(Origin) with { VerifyEncoding = (BodyEncoding)7 } },
        { "ReadRetries", ClientFixture.Options(Origin) with { ReadRetries = -1 } },
        { "ReadRetries", ClientFixture.Options(Origin) with { ReadRetries = 11 } },
        { "ReadRetryDelay", ClientFixture.Options(Origin) with { ReadRetryDelay = TimeSpan.FromTicks(-1) } },
        { "ReadRetryDelay", ClientFixture.Options(Origin) with { ReadRetryDelay = TimeSpan.FromMinutes(2) } },
        { "ReadBreak", ClientFixture.Options(Origin) with { ReadBreak = TimeSpan.FromMilliseconds(499) } },
        { "TimeProvider", ClientFixture.Options(Origin) with { TimeProvider = null! } },
    };

    [Theory]
    [MemberData(nameof(WrongOptions))]
    public void Invalid_options_are_refused_by_name_in_the_constructor(string name, KhaltiClientOptions options)
    {
        ArgumentException refused = Should.Throw<ArgumentException>(() => Make(options));

        refused.ParamName.ShouldBe("options");
        refused.Message.ShouldStartWith(name + " must be ");
        refused.ToString().ShouldNotContain(ClientFixture.Secret);
        refused.ToString().ShouldNotContain("hush");
    }

    [Theory]
    [InlineData("https://khalti.example")]
    [InlineData("http://127.0.0.1:5081/")]
    [InlineData("http://[::1]:5081")]
    public void An_origin_is_a_valid_base_url(string origin) => Should.NotThrow(() => Make(ClientFixture.Options(new Uri(origin))));

    [Fact]
    public async Task A_refusal_that_echoes_key_and_token_prints_neither()
    {
        string body = $$"""
            {"detail": "{{ClientFixture.Secret}} {{ClientFixture.Token}}", "error_key": "{{ClientFixture.Secret}}",
             "amount": {"{{ClientFixture.Secret}}": ["{{ClientFixture.Token}}"], "{{ClientFixture.Token}}": ["{{ClientFixture.Secret}}"],
             "a\nb": ["x"]}, "token": ["{{ClientFixture.Token}}"]}
            """;

        Reply<Transaction> reply = await ClientFixture.VerifyGivenAsync(Step.Json(body, 400));

        reply.ShouldBeRefused().ToString().ShouldStartWith("HTTP 400 (other): ");
        foreach (string text in (string[])[reply.ToString()!, reply.ShouldBeRefused().ToString()])
        {
            text.ShouldContain("token");
            text.ShouldNotContain(ClientFixture.Secret);
            text.ShouldNotContain(ClientFixture.Token);
        }
    }

    [Fact]
    public async Task A_refusal_prints_status_error_key_and_fields()
    {
        Reply<Transaction> reply = await ClientFixture.VerifyGivenAsync(
            Step.Json("""{"token": ["Invalid token."], "error_key": "validation_error"}""", 400));

        reply.ShouldBeRefused().ToString().ShouldBe("HTTP 400 validation_error: token");
    }

    [Fact]
    public async Task Cancellation_exceptions_contain_neither_key_nor_token()
    {
        await using ScriptedServer server = new(Step.Hang);
        using CancellationTokenSource source = new();
        Task asked = ClientFixture.At(server.Address).VerifyAsync(ClientFixture.Token, ClientFixture.Thousand, source.Token);
        await server.ArrivalAsync();
        await source.CancelAsync();

        string text = (await Should.ThrowAsync<OperationCanceledException>(asked)).ToString();

        text.ShouldNotContain(ClientFixture.Secret);
        text.ShouldNotContain(ClientFixture.Token);
    }

    [Fact]
    public async Task No_reply_and_no_cancellation_of_a_link_call_contains_the_key()
    {
        string echo = $$"""
            {"detail": "{{ClientFixture.Secret}}", "error_key": "{{ClientFixture.Secret}}", "{{ClientFixture.Secret}}": ["x"],
             "pidx": ["{{ClientFixture.Secret}}"]}
            """;
        List<string> texts = [];
        foreach (Step step in (Step[])[Step.Json(echo, 400), Step.Json(echo, 401), Step.Json(echo, 503), Step.Cut, Step.Json(echo)])
        {
            texts.Add((await EPaymentFixture.InitiateGivenAsync(step)).ToString()!);
            texts.Add((await EPaymentFixture.LookupGivenAsync(step)).ToString()!);
        }

        await using ScriptedServer server = new(Step.Hang);
        foreach (Func<CancellationToken, Task> call in (Func<CancellationToken, Task>[])[
            stop => ClientFixture.At(server.Address).InitiateAsync(EPaymentFixture.Request, stop),
            stop => ClientFixture.At(server.Address).LookupAsync(EPaymentFixture.Pidx, stop)])
        {
            using CancellationTokenSource source = new();
            Task asked = call(source.Token);
            await server.ArrivalAsync();
            await source.CancelAsync();
            texts.Add((await Should.ThrowAsync<OperationCanceledException>(asked)).ToString());
        }

        texts.Count.ShouldBe(12);
        texts.ShouldAllBe(text => !text.Contains(ClientFixture.Secret));
    }

    [Fact]
    public void A_link_request_does_not_print_personal_data()
    {
        string text =
            (EPaymentFixture.Request with { Customer = new EPaymentCustomer("Sita Rai", "sita@example.com", "9800000001") }).ToString();

        text.ShouldContain("order-1042");
        text.ShouldNotContain("Sita");
        text.ShouldNotContain("sita@");
        text.ShouldNotContain("9800000001");
    }

    private static KhaltiClient Make(KhaltiClientOptions options) => new(ClientFixture.Http, options);
}
