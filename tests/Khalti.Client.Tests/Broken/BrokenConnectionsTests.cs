using Khalti.Client.Tests.Support;

namespace Khalti.Client.Tests.Broken;

/// <summary>Answers that never come, or come in pieces. Nobody knows then what Khalti did.</summary>
public class BrokenConnectionsTests
{
    [Fact]
    public async Task Nobody_listens()
    {
        KhaltiClient client = Asking.At(await ScriptedServer.NobodyAsync());

        (await client.VerifyAsync()).ShouldBeUnknown(UnknownReason.NoAnswer);
        (await client.GetStatusAsync()).ShouldBeUnknown(UnknownReason.NoAnswer);
    }

    [Fact]
    public async Task The_host_has_no_address()
    {
        KhaltiClient client = Asking.At(new Uri("http://khalti.invalid"));

        (await client.VerifyAsync()).ShouldBeUnknown(UnknownReason.NoAnswer);
    }

    [Fact]
    public async Task The_server_does_not_speak_TLS()
    {
        await using ScriptedServer server = new(Step.Cut);
        KhaltiClient client = Asking.At(new UriBuilder(server.Address) { Scheme = "https" }.Uri);

        (await client.VerifyAsync()).ShouldBeUnknown(UnknownReason.NoAnswer);

        server.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_connection_is_cut_before_the_answer() =>
        (await Asking.VerifyGivenAsync(Step.Cut)).ShouldBeUnknown(UnknownReason.NoAnswer);

    [Fact]
    public async Task The_connection_is_reset_before_the_answer() =>
        (await Asking.VerifyGivenAsync(Step.Reset)).ShouldBeUnknown(UnknownReason.NoAnswer);

    [Theory]
    [InlineData("HTTP/1.1 20")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: applic")]
    public async Task The_connection_is_cut_in_the_head(string head) =>
        (await Asking.VerifyGivenAsync(Step.Raw(head))).ShouldBeUnknown(UnknownReason.NoAnswer);

    [Theory]
    [InlineData(200)]
    [InlineData(400)]
    public async Task The_connection_is_cut_in_the_body(int status) =>
        (await Asking.VerifyGivenAsync(Step.HalfOf(Asking.Record, status: status))).ShouldBeUnknown(UnknownReason.NoAnswer);

    [Fact]
    public async Task The_connection_is_reset_in_the_body() =>
        (await Asking.VerifyGivenAsync(Step.HalfOf(Asking.Record, Then.Reset))).ShouldBeUnknown(UnknownReason.NoAnswer);

    [Fact]
    public async Task A_record_that_could_be_whole_is_not_believed_when_more_was_promised()
    {
        Step step = Step.Raw($"HTTP/1.1 200 OK\r\nContent-Length: {Asking.Record.Length + 1}\r\n\r\n{Asking.Record}");

        (await Asking.VerifyGivenAsync(step)).ShouldBeUnknown(UnknownReason.NoAnswer);
    }

    [Fact]
    public async Task A_record_in_pieces_without_the_last_piece_is_not_believed()
    {
        Step step = Step.Raw($"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{Asking.Record.Length:x}\r\n{Asking.Record}\r\n");

        (await Asking.VerifyGivenAsync(step)).ShouldBeUnknown(UnknownReason.NoAnswer);
    }

    [Fact]
    public async Task A_record_in_pieces_with_the_last_piece_is_read()
    {
        Step step = Step.Raw($"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{Asking.Record.Length:x}\r\n{Asking.Record}\r\n0\r\n\r\n");

        (await Asking.VerifyGivenAsync(step)).ShouldBeAnswered().Id.ShouldBe("8xmeJnNXfoVjCvGcZiiGe7");
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.6\r\n\r\n")]
    [InlineData("HTTP/1.1 abc OK\r\n\r\n")]
    [InlineData("{\"idx\": \"8xmeJnNXfoVjCvGcZiiGe7\"}\r\n\r\n")]
    public async Task The_answer_is_not_HTTP(string bytes) =>
        (await Asking.VerifyGivenAsync(Step.Raw(bytes))).ShouldBeUnknown(UnknownReason.Unreadable);

    [Fact]
    public async Task The_head_never_ends() =>
        (await Asking.VerifyGivenAsync(Step.Raw("HTTP/1.1 200 OK\r\nX: " + new string('x', 200_000) + "\r\n\r\n")))
            .ShouldBeUnknown(UnknownReason.Unreadable);

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task A_body_said_to_be_compressed_is_not(string encoding) =>
        (await Asking.VerifyGivenAsync(Step.Json(Asking.Record, 200, "Content-Encoding: " + encoding)))
            .ShouldBeOfType<Reply<Transaction>.Unknown>();

    [Fact]
    public async Task Khalti_hangs()
    {
        HeldClock clock = new();
        await using ScriptedServer server = new(Step.Hang);
        KhaltiClient client = new(
            Asking.Http, Asking.Options(server.Address) with { Timeout = TimeSpan.FromSeconds(10), TimeProvider = clock });
        Task<Reply<Transaction>> asked = client.VerifyAsync();
        await server.ArrivalAsync();

        clock.Advance(TimeSpan.FromSeconds(10));

        (await asked).ShouldBeUnknown(UnknownReason.NoAnswer);
        server.Received.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Khalti_hangs_in_the_middle_of_its_answer()
    {
        HeldClock clock = new();
        await using ScriptedServer server = new(Step.HalfOf(Asking.Record, Then.Hang));
        KhaltiClient client = new(Asking.Http, Asking.Options(server.Address) with { TimeProvider = clock });
        Task<Reply<Transaction>> asked = client.VerifyAsync();
        await server.ArrivalAsync();

        clock.Advance(TimeSpan.FromMinutes(1));

        (await asked).ShouldBeUnknown(UnknownReason.NoAnswer);
    }

    [Fact]
    public async Task A_short_timeout_by_the_real_clock_is_kept()
    {
        await using ScriptedServer server = new(Step.Hang);
        KhaltiClient client = new(Asking.Http, Asking.Options(server.Address) with { Timeout = TimeSpan.FromMilliseconds(50) });

        (await client.VerifyAsync()).ShouldBeUnknown(UnknownReason.NoAnswer);
        (await client.GetStatusAsync()).ShouldBeUnknown(UnknownReason.NoAnswer);
    }
}
