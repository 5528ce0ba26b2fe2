using Khalti.Client.Tests.Support;

namespace Khalti.Client.Tests.Broken;

/// <summary>Missing and incomplete answers, after which the outcome is unknown.</summary>
public class BrokenConnectionsTests
{
    [Fact]
    public async Task Refused_connections_are_unknown()
    {
        KhaltiClient client = ClientFixture.At(await ScriptedServer.UnusedAddressAsync());

        (await client.VerifyAsync()).ShouldBeUnknown(UnknownReason.NoAnswer);
        (await client.GetStatusAsync()).ShouldBeUnknown(UnknownReason.NoAnswer);
    }

    [Fact]
    public async Task An_unresolvable_host_is_unknown()
    {
        KhaltiClient client = ClientFixture.At(new Uri("http://khalti.invalid"));

        (await client.VerifyAsync()).ShouldBeUnknown(UnknownReason.NoAnswer);
    }

    [Fact]
    public async Task A_server_without_TLS_is_unknown()
    {
        await using ScriptedServer server = new(Step.Cut);
        KhaltiClient client = ClientFixture.At(new UriBuilder(server.Address) { Scheme = "https" }.Uri);

        (await client.VerifyAsync()).ShouldBeUnknown(UnknownReason.NoAnswer);

        server.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_connection_closed_before_the_answer_is_unknown() =>
        (await ClientFixture.VerifyGivenAsync(Step.Cut)).ShouldBeUnknown(UnknownReason.NoAnswer);

    [Fact]
    public async Task A_connection_reset_before_the_answer_is_unknown() =>
        (await ClientFixture.VerifyGivenAsync(Step.Reset)).ShouldBeUnknown(UnknownReason.NoAnswer);

    [Theory]
    [InlineData("HTTP/1.1 20")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: applic")]
    public async Task A_connection_closed_in_the_headers_is_unknown(string head) =>
        (await ClientFixture.VerifyGivenAsync(Step.Raw(head))).ShouldBeUnknown(UnknownReason.NoAnswer);

    [Theory]
    [InlineData(200)]
    [InlineData(400)]
    public async Task A_connection_closed_in_the_body_is_unknown(int status) =>
        (await ClientFixture.VerifyGivenAsync(Step.HalfOf(ClientFixture.Record, status: status))).ShouldBeUnknown(UnknownReason.NoAnswer);

    [Fact]
    public async Task A_connection_reset_in_the_body_is_unknown() =>
        (await ClientFixture.VerifyGivenAsync(Step.HalfOf(ClientFixture.Record, Then.Reset))).ShouldBeUnknown(UnknownReason.NoAnswer);

    [Fact]
    public async Task A_complete_record_shorter_than_its_content_length_is_unknown()
    {
        Step step = Step.Raw($"HTTP/1.1 200 OK\r\nContent-Length: {ClientFixture.Record.Length + 1}\r\n\r\n{ClientFixture.Record}");

        (await ClientFixture.VerifyGivenAsync(step)).ShouldBeUnknown(UnknownReason.NoAnswer);
    }

    [Fact]
    public async Task A_chunked_record_without_the_last_chunk_is_unknown()
    {
        Step step = Step.Raw(
            $"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{ClientFixture.Record.Length:x}\r\n{ClientFixture.Record}\r\n");

        (await ClientFixture.VerifyGivenAsync(step)).ShouldBeUnknown(UnknownReason.NoAnswer);
    }

    [Fact]
    public async Task A_complete_chunked_record_is_read()
    {
        Step step = Step.Raw(
            $"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{ClientFixture.Record.Length:x}\r\n{ClientFixture.Record}\r\n0\r\n\r\n");

        (await ClientFixture.VerifyGivenAsync(step)).ShouldBeAnswered().Id.ShouldBe("8xmeJnNXfoVjCvGcZiiGe7");
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.6\r\n\r\n")]
    [InlineData("HTTP/1.1 abc OK\r\n\r\n")]
    [InlineData("{\"idx\": \"8xmeJnNXfoVjCvGcZiiGe7\"}\r\n\r\n")]
    public async Task An_answer_that_is_not_HTTP_is_unreadable(string bytes) =>
        (await ClientFixture.VerifyGivenAsync(Step.Raw(bytes))).ShouldBeUnknown(UnknownReason.Unreadable);

    [Fact]
    public async Task Endless_headers_are_unreadable() =>
        (await ClientFixture.VerifyGivenAsync(Step.Raw("HTTP/1.1 200 OK\r\nX: " + new string('x', 200_000) + "\r\n\r\n")))
            .ShouldBeUnknown(UnknownReason.Unreadable);

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task A_body_with_a_wrong_content_encoding_is_unreadable(string encoding) =>
        (await ClientFixture.VerifyGivenAsync(Step.Json(ClientFixture.Record, 200, "Content-Encoding: " + encoding)))
            .ShouldBeOfType<Reply<Transaction>.Unknown>();

    [Fact]
    public async Task A_call_without_an_answer_times_out()
    {
        HeldClock clock = new();
        await using ScriptedServer server = new(Step.Hang);
        KhaltiClient client = new(
            ClientFixture.Http, ClientFixture.Options(server.Address) with { Timeout = TimeSpan.FromSeconds(10), TimeProvider = clock });
        Task<Reply<Transaction>> asked = client.VerifyAsync();
        await server.ArrivalAsync();

        clock.Advance(TimeSpan.FromSeconds(10));

        (await asked).ShouldBeUnknown(UnknownReason.NoAnswer);
        server.Received.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_call_times_out_in_the_middle_of_an_answer()
    {
        HeldClock clock = new();
        await using ScriptedServer server = new(Step.HalfOf(ClientFixture.Record, Then.Hang));
        KhaltiClient client = new(ClientFixture.Http, ClientFixture.Options(server.Address) with { TimeProvider = clock });
        Task<Reply<Transaction>> asked = client.VerifyAsync();
        await server.ArrivalAsync();

        clock.Advance(TimeSpan.FromMinutes(1));

        (await asked).ShouldBeUnknown(UnknownReason.NoAnswer);
    }

    [Fact]
    public async Task A_short_timeout_works_with_the_system_clock()
    {
        await using ScriptedServer server = new(Step.Hang);
        KhaltiClient client =
            new(ClientFixture.Http, ClientFixture.Options(server.Address) with { Timeout = TimeSpan.FromMilliseconds(50) });

        (await client.VerifyAsync()).ShouldBeUnknown(UnknownReason.NoAnswer);
        (await client.GetStatusAsync()).ShouldBeUnknown(UnknownReason.NoAnswer);
    }
}
