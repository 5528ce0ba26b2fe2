using Khalti.Client.Tests.Support;

namespace Khalti.Client.Tests.Retry;

/// <summary>Initiate is sent once, because each call makes a link; lookup is a read by POST and is retried.</summary>
public class EPaymentCallsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string> Failures => MoneyCallsTests.Failures;

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Initiate_is_sent_once_on_new_and_reused_connections(string failure)
    {
        await using ScriptedServer server =
            new(FailureStep(failure), Step.Json(EPaymentFixture.Paid), FailureStep(failure), Step.Json(EPaymentFixture.Link));
        using HttpClient own = KhaltiClient.CreateHttpClient();
        KhaltiClient client = new(own, ClientFixture.Options(server.Address));

        (await client.InitiateAsync(EPaymentFixture.Request, Stop)).ShouldBeOfType<Reply<EPaymentLink>.Unknown>();
        server.Received.Count.ShouldBe(1);
        (await client.LookupAsync(EPaymentFixture.Pidx, Stop)).ShouldBeAnswered();
        (await client.InitiateAsync(EPaymentFixture.Request, Stop)).ShouldBeOfType<Reply<EPaymentLink>.Unknown>();

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
    public async Task Lookup_is_retried_with_its_body(string failure)
    {
        await using ScriptedServer server = new(FailureStep(failure), FailureStep(failure), Step.Json(EPaymentFixture.Paid));

        (await ClientFixture.At(server.Address).LookupAsync(EPaymentFixture.Pidx, Stop)).ShouldBeAnswered()
            .Status.ShouldBe(EPaymentStatus.Completed);

        server.Received.Select(request => (request.Method, request.Target, request.Body, request.Header("Authorization"))).ShouldBe(
            Enumerable.Repeat(
                ("POST", "/api/v2/epayment/lookup/", $$"""{"pidx":"{{EPaymentFixture.Pidx}}"}""", (string?)("Key " + ClientFixture.Secret)),
                3));
    }

    [Theory]
    [InlineData("html")]
    [InlineData("302")]
    [InlineData("400")]
    [InlineData("401")]
    [InlineData("404")]
    public async Task Lookup_is_not_retried_after_a_permanent_error(string failure)
    {
        await using ScriptedServer server = new(FailureStep(failure), Step.Json(EPaymentFixture.Paid));

        (await ClientFixture.At(server.Address).LookupAsync(EPaymentFixture.Pidx, Stop)).ShouldBeOfType<Reply<EPayment>.Unknown>();

        server.Received.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_lookup_answer_with_code_400_is_not_retried()
    {
        await using ScriptedServer server = new(
            Step.Json(EPaymentFixture.Paid.Replace("Completed", "User canceled", StringComparison.Ordinal), 400),
            Step.Json(EPaymentFixture.Paid));

        (await ClientFixture.At(server.Address).LookupAsync(EPaymentFixture.Pidx, Stop)).ShouldBeAnswered()
            .Status.ShouldBe(EPaymentStatus.UserCanceled);

        server.Received.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Lookup_stops_after_the_configured_retries()
    {
        await using ScriptedServer server = new(Step.Html("", 503));

        (await ClientFixture.At(server.Address).LookupAsync(EPaymentFixture.Pidx, Stop)).ShouldBeUnknown(UnknownReason.ServerError, 503);

        server.Received.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Lookup_honours_Retry_After()
    {
        HeldClock clock = new();
        await using ScriptedServer server = new(Step.Json("{}", 429, "Retry-After: 3"), Step.Json(EPaymentFixture.Paid));
        KhaltiClient client = new(ClientFixture.Http, ClientFixture.Options(server.Address) with { TimeProvider = clock });
        Task<Reply<EPayment>> asked = client.LookupAsync(EPaymentFixture.Pidx, Stop);
        await clock.WaitForTimerAsync(TimeSpan.FromSeconds(3));
        server.Received.Count.ShouldBe(1);

        clock.Advance(TimeSpan.FromSeconds(3));

        (await asked).ShouldBeAnswered();
    }

    [Fact]
    public async Task A_lookup_without_an_answer_times_out()
    {
        HeldClock clock = new();
        await using ScriptedServer server = new(Step.Hang);
        KhaltiClient client = new(ClientFixture.Http, ClientFixture.Options(server.Address) with { TimeProvider = clock });
        Task<Reply<EPaymentLink>> asked = client.InitiateAsync(EPaymentFixture.Request, Stop);
        await server.ArrivalAsync();

        clock.Advance(TimeSpan.FromMinutes(1));

        (await asked).ShouldBeUnknown(UnknownReason.NoAnswer);
        server.Received.Count.ShouldBe(1);
    }

    private static Step FailureStep(string failure) => MoneyCallsTests.FailureStep(failure);
}
