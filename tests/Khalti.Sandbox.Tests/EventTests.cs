using Khalti.Sandbox.Tests.Support;

namespace Khalti.Sandbox.Tests;

/// <summary><c>/_sandbox/events</c>, which the sandbox's page listens to.</summary>
public sealed class EventTests
{
    [Fact]
    public async Task An_event_comes_at_once_and_after_every_change()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        using StreamReader events = await ListenAsync(sandbox);
        await NextAsync(events);

        string pidx = await sandbox.GivenLinkAsync();
        await NextAsync(events);
        await sandbox.GivenOutcomeAsync(pidx, "completed");
        await NextAsync(events);
        await sandbox.JsonAsync("/_sandbox/clock", new { advanceSeconds = 60 });
        await NextAsync(events);
        await sandbox.GetAsync("/api/v2/nosuch/");
        await NextAsync(events);
    }

    [Fact]
    public async Task A_call_that_a_fault_holds_up_is_an_event_before_its_answer()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        await sandbox.GivenFaultAsync(new { operation = "epayment_lookup", kind = "delay", delayMs = 600_000 });
        using StreamReader events = await ListenAsync(sandbox);
        await NextAsync(events);

        Task<Reply> held = sandbox.LookupAsync("x");
        await NextAsync(events);

        (await sandbox.RequestsAsync()).ShouldHaveSingleItem()!["status"].ShouldBeNull();
        await sandbox.SendAsync(HttpMethod.Delete, "/_sandbox/faults");
        (await held).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Looking_is_no_event_and_the_stream_ends_with_the_sandbox()
    {
        RunningSandbox sandbox = await RunningSandbox.StartAsync();
        using StreamReader events = await ListenAsync(sandbox);
        await NextAsync(events);

        await sandbox.RequestsAsync();
        await sandbox.TransactionsAsync();
        await sandbox.GetAsync("/_sandbox/");
        Task<string> rest = events.ReadToEndAsync(TestContext.Current.CancellationToken);
        await sandbox.DisposeAsync();

        (await rest).ShouldBeEmpty();
    }

    private static async Task<StreamReader> ListenAsync(RunningSandbox sandbox)
    {
        HttpClient http = new() { BaseAddress = sandbox.Address };
        HttpResponseMessage answer = await http.GetAsync(
            "/_sandbox/events", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        return new StreamReader(await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
    }

    private static async Task NextAsync(StreamReader events)
    {
        (await events.ReadLineAsync(TestContext.Current.CancellationToken)).ShouldBe("data: changed");
        (await events.ReadLineAsync(TestContext.Current.CancellationToken)).ShouldBe("");
    }
}
