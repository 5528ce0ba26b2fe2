using Khalti.Client.Tests.Support;

namespace Khalti.Client.Tests;

/// <summary>The key goes to Khalti and nowhere else; the token is in nothing that is made for a log.</summary>
public class SecretsTests
{
    private static readonly Uri Origin = new("https://khalti.example");

    [Fact]
    public void Options_print_address_and_time_only() =>
        Asking.Options(Origin).ToString().ShouldBe("Khalti at https://khalti.example, 60 s");

    [Fact]
    public void Options_print_nobody_who_stands_in_the_address() =>
        Asking.Options(new Uri("https://shop:hush@khalti.example/x?y=hush")).ToString().ShouldNotContain("hush");

    [Fact]
    public void Options_that_are_wrong_can_be_printed_too() =>
        Asking.Options(new Uri("/api", UriKind.Relative)).ToString().ShouldBe("Khalti at no address, 60 s");

    [Theory]
    [InlineData(" ")]
    [InlineData("\n")]
    [InlineData("\u0928")]
    [InlineData("\u007f")]
    public void A_key_that_no_header_can_carry_is_refused_and_not_shown(string flaw)
    {
        ArgumentException refused = Should.Throw<ArgumentException>(() => Make(Asking.Options(Origin) with { SecretKey = Asking.Secret + flaw }));

        refused.Message.ShouldContain("SecretKey");
        refused.ToString().ShouldNotContain(Asking.Secret);
    }

    public static TheoryData<string, KhaltiClientOptions> WrongOptions => new()
    {
        { "SecretKey", Asking.Options(Origin) with { SecretKey = null! } },
        { "BaseUrl", Asking.Options(null!) },
        { "BaseUrl", Asking.Options(new Uri("/api/v2/", UriKind.Relative)) },
        { "BaseUrl", Asking.Options(new Uri("ftp://khalti.example")) },
        { "BaseUrl", Asking.Options(new Uri("https://khalti.example/api/v2/")) },
        { "BaseUrl", Asking.Options(new Uri("https://khalti.example/?a=b")) },
        { "BaseUrl", Asking.Options(new Uri("https://shop:hush@khalti.example")) },
        { "Timeout", Asking.Options(Origin) with { Timeout = TimeSpan.Zero } },
        { "Timeout", Asking.Options(Origin) with { Timeout = System.Threading.Timeout.InfiniteTimeSpan } },
        { "Timeout", Asking.Options(Origin) with { Timeout = TimeSpan.FromDays(2) } },
        { "VerifyEncoding", Asking.Options(Origin) with { VerifyEncoding = (BodyEncoding)7 } },
        { "ReadRetries", Asking.Options(Origin) with { ReadRetries = -1 } },
        { "ReadRetries", Asking.Options(Origin) with { ReadRetries = 11 } },
        { "ReadRetryDelay", Asking.Options(Origin) with { ReadRetryDelay = TimeSpan.FromTicks(-1) } },
        { "ReadRetryDelay", Asking.Options(Origin) with { ReadRetryDelay = TimeSpan.FromMinutes(2) } },
        { "ReadBreak", Asking.Options(Origin) with { ReadBreak = TimeSpan.FromMilliseconds(499) } },
        { "TimeProvider", Asking.Options(Origin) with { TimeProvider = null! } },
    };

    [Theory]
    [MemberData(nameof(WrongOptions))]
    public void Wrong_options_are_refused_at_once_by_name(string name, KhaltiClientOptions options)
    {
        ArgumentException refused = Should.Throw<ArgumentException>(() => Make(options));

        refused.ParamName.ShouldBe("options");
        refused.Message.ShouldStartWith(name + " must be ");
        refused.ToString().ShouldNotContain(Asking.Secret);
        refused.ToString().ShouldNotContain("hush");
    }

    [Theory]
    [InlineData("https://khalti.example")]
    [InlineData("http://127.0.0.1:5081/")]
    [InlineData("http://[::1]:5081")]
    public void An_origin_is_enough(string origin) => Should.NotThrow(() => Make(Asking.Options(new Uri(origin))));

    [Fact]
    public async Task A_refusal_that_echoes_key_and_token_prints_neither()
    {
        string body = $$"""
            {"detail": "{{Asking.Secret}} {{Asking.Token}}", "error_key": "{{Asking.Secret}}",
             "amount": {"{{Asking.Secret}}": ["{{Asking.Token}}"], "{{Asking.Token}}": ["{{Asking.Secret}}"], "a\nb": ["x"]}, "token": ["{{Asking.Token}}"]}
            """;

        Reply<Transaction> reply = await Asking.VerifyGivenAsync(Step.Json(body, 400));

        reply.ShouldBeRefused().ToString().ShouldStartWith("HTTP 400 (other): ");
        foreach (string text in (string[])[reply.ToString()!, reply.ShouldBeRefused().ToString()])
        {
            text.ShouldContain("token");
            text.ShouldNotContain(Asking.Secret);
            text.ShouldNotContain(Asking.Token);
        }
    }

    [Fact]
    public async Task A_refusal_prints_what_helps()
    {
        Reply<Transaction> reply = await Asking.VerifyGivenAsync(
            Step.Json("""{"token": ["Invalid token."], "error_key": "validation_error"}""", 400));

        reply.ShouldBeRefused().ToString().ShouldBe("HTTP 400 validation_error: token");
    }

    [Fact]
    public async Task Cancellations_name_neither_key_nor_token()
    {
        await using ScriptedServer server = new(Step.Hang);
        using CancellationTokenSource source = new();
        Task asked = Asking.At(server.Address).VerifyAsync(Asking.Token, Asking.Thousand, source.Token);
        await server.ArrivalAsync();
        await source.CancelAsync();

        string text = (await Should.ThrowAsync<OperationCanceledException>(asked)).ToString();

        text.ShouldNotContain(Asking.Secret);
        text.ShouldNotContain(Asking.Token);
    }

    [Fact]
    public async Task No_reply_about_a_payment_link_and_no_cancellation_of_one_names_the_key()
    {
        string echo = $$"""{"detail": "{{Asking.Secret}}", "error_key": "{{Asking.Secret}}", "{{Asking.Secret}}": ["x"], "pidx": ["{{Asking.Secret}}"]}""";
        List<string> texts = [];
        foreach (Step step in (Step[])[Step.Json(echo, 400), Step.Json(echo, 401), Step.Json(echo, 503), Step.Cut, Step.Json(echo)])
        {
            texts.Add((await EPaying.InitiateGivenAsync(step)).ToString()!);
            texts.Add((await EPaying.LookupGivenAsync(step)).ToString()!);
        }

        await using ScriptedServer server = new(Step.Hang);
        foreach (Func<CancellationToken, Task> ask in (Func<CancellationToken, Task>[])[
            stop => Asking.At(server.Address).InitiateAsync(EPaying.Request, stop), stop => Asking.At(server.Address).LookupAsync(EPaying.Pidx, stop)])
        {
            using CancellationTokenSource source = new();
            Task asked = ask(source.Token);
            await server.ArrivalAsync();
            await source.CancelAsync();
            texts.Add((await Should.ThrowAsync<OperationCanceledException>(asked)).ToString());
        }

        texts.Count.ShouldBe(12);
        texts.ShouldAllBe(text => !text.Contains(Asking.Secret));
    }

    [Fact]
    public void A_request_for_a_link_prints_nobodys_name_address_or_number()
    {
        string text = (EPaying.Request with { Customer = new EPaymentCustomer("Sita Rai", "sita@example.com", "9800000001") }).ToString();

        text.ShouldContain("order-1042");
        text.ShouldNotContain("Sita");
        text.ShouldNotContain("sita@");
        text.ShouldNotContain("9800000001");
    }

    private static KhaltiClient Make(KhaltiClientOptions options) => new(Asking.Http, options);
}
