using Khalti.Client.Tests.Support;

namespace Khalti.Client.Tests.Patience;

/// <summary>Initiate is sent once, as each time makes a link; lookup is a read, though a POST, and asked with patience.</summary>
public class EPaymentCallsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string> Troubles => MoneyCallsTests.Troubles;

    [Theory]
    [MemberData(nameof(Troubles))]
    public async Task Initiate_is_sent_once_on_a_fresh_and_on_a_warm_connection(string trouble)
    {
        await using ScriptedServer server = new(Trouble(trouble), Step.Json(EPaying.Paid), Trouble(trouble), Step.Json(EPaying.Link));
        using HttpClient own = KhaltiClient.CreateHttpClient();
        KhaltiClient client = new(own, Asking.Options(server.Address));

        (await client.InitiateAsync(EPaying.Request, Stop)).ShouldBeOfType<Reply<EPaymentLink>.Unknown>();
        server.Received.Count.ShouldBe(1);
        (await client.LookupAsync(EPaying.Pidx, Stop)).ShouldBeAnswered();
        (await client.InitiateAsync(EPaying.Request, Stop)).ShouldBeOfType<Reply<EPaymentLink>.Unknown>();

        server.Received.Count.ShouldBe(3);
    }

    [Theory]
    [InlineData("408")]
    [InlineData("425")]
    [InlineData("429")]
    [InlineData("500")]
    [InlineData("503")]
    [InlineData("cut")]
    [InlineData("reset")]
    [InlineData("half")]
    [InlineData("half reset")]
    public async Task Lookup_is_asked_again_with_its_body_each_time(string trouble)
    {
        await using ScriptedServer server = new(Trouble(trouble), Trouble(trouble), Step.Json(EPaying.Paid));

        (await Asking.At(server.Address).LookupAsync(EPaying.Pidx, Stop)).ShouldBeAnswered().Status.ShouldBe(EPaymentStatus.Completed);

        server.Received.Select(request => (request.Method, request.Target, request.Body, request.Header("Authorization"))).ShouldBe(
            Enumerable.Repeat(("POST", "/api/v2/epayment/lookup/", $$"""{"pidx":"{{EPaying.Pidx}}"}""", (string?)("Key " + Asking.Secret)), 3));
    }

    [Theory]
    [InlineData("html")]
    [InlineData("302")]
    [InlineData("400")]
    [InlineData("401")]
    [InlineData("404")]
    public async Task Lookup_is_not_asked_again_after_an_answer_that_will_not_change(string trouble)
    {
        await using ScriptedServer server = new(Trouble(trouble), Step.Json(EPaying.Paid));

        (await Asking.At(server.Address).LookupAsync(EPaying.Pidx, Stop)).ShouldBeOfType<Reply<EPayment>.Unknown>();

        server.Received.Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_answer_under_400_is_the_answer_and_not_asked_for_again()
    {
        await using ScriptedServer server = new(
            Step.Json(EPaying.Paid.Replace("Completed", "User canceled", StringComparison.Ordinal), 400), Step.Json(EPaying.Paid));

        (await Asking.At(server.Address).LookupAsync(EPaying.Pidx, Stop)).ShouldBeAnswered().Status.ShouldBe(EPaymentStatus.UserCanceled);

        server.Received.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Lookup_is_given_up_after_so_many_retries()
    {
        await using ScriptedServer server = new(Step.Html("", 503));

        (await Asking.At(server.Address).LookupAsync(EPaying.Pidx, Stop)).ShouldBeUnknown(UnknownReason.ServerError, 503);

        server.Received.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Lookup_waits_as_long_as_Khalti_asks()
    {
        HeldClock clock = new();
        await using ScriptedServer server = new(Step.Json("{}", 429, "Retry-After: 3"), Step.Json(EPaying.Paid));
        KhaltiClient client = new(Asking.Http, Asking.Options(server.Address) with { TimeProvider = clock });
        Task<Reply<EPayment>> asked = client.LookupAsync(EPaying.Pidx, Stop);
        await clock.WaitForAlarmAsync(TimeSpan.FromSeconds(3));
        server.Received.Count.ShouldBe(1);

        clock.Advance(TimeSpan.FromSeconds(3));

        (await asked).ShouldBeAnswered();
    }

    [Fact]
    public async Task A_Khalti_that_hangs_is_no_answer_when_the_time_is_over()
    {
        HeldClock clock = new();
        await using ScriptedServer server = new(Step.Hang);
        KhaltiClient client = new(Asking.Http, Asking.Options(server.Address) with { TimeProvider = clock });
        Task<Reply<EPaymentLink>> asked = client.InitiateAsync(EPaying.Request, Stop);
        await server.ArrivalAsync();

        clock.Advance(TimeSpan.FromMinutes(1));

        (await asked).ShouldBeUnknown(UnknownReason.NoAnswer);
        server.Received.Count.ShouldBe(1);
    }

    private static Step Trouble(string trouble) => MoneyCallsTests.Trouble(trouble);
}
