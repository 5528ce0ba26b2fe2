using Khalti.Sandbox.Tests.Support;

namespace Khalti.Sandbox.Tests;

public sealed class FaultTests
{
    // Longer than a client's timeout.
    private const int TooLong = 600_000;

    [Theory]
    [InlineData(401, """{"detail": "Invalid token.", "status_code": 401}""")]
    [InlineData(404, """{"detail": "Not found."}""")]
    [InlineData(403, """{"detail": "Forbidden."}""")]
    [InlineData(429, """{"detail": "Request was throttled."}""")]
    public async Task Fault_error_answers_and_does_nothing(int status, string body)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string token = await sandbox.GivenConfirmedAsync();
        await sandbox.GivenFaultAsync(new { operation = "verify", kind = "error", status, times = 1 });

        (await sandbox.VerifyAsync(token)).ShouldBe(status, body);

        (await sandbox.StateAsync(token)).ShouldBe("Confirmed");
        (await sandbox.VerifyAsync(token)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_429_fault_has_Retry_After()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        await sandbox.GivenFaultAsync(new { operation = "verify", kind = "error", status = 429, times = 1 });
        await sandbox.GivenFaultAsync(new { operation = "verify", kind = "error", status = 429, retryAfterSeconds = 30 });

        (await sandbox.VerifyAsync("x")).Header("Retry-After").ShouldBe("1");
        (await sandbox.VerifyAsync("x")).Header("Retry-After").ShouldBe("30");
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    public async Task A_5xx_fault_answers_HTML(int status)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        await sandbox.GivenFaultAsync(new { operation = "*", kind = "error", status });

        Reply reply = await sandbox.StatusAsync("x");

        reply.Status.ShouldBe(status);
        reply.Message.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
    }

    [Theory]
    [InlineData("drop_before", "Confirmed")]
    [InlineData("drop_after", "Completed")]
    public async Task Drop_faults_close_the_connection_before_or_after_the_call(string kind, string state)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string token = await sandbox.GivenConfirmedAsync();
        await sandbox.GivenFaultAsync(new { operation = "verify", kind, times = 1 });

        await Should.ThrowAsync<HttpRequestException>(() => sandbox.VerifyAsync(token));

        (await sandbox.StateAsync(token)).ShouldBe(state);
        (await sandbox.RequestsAsync()).Last()!["status"].ShouldBeNull();
        (await sandbox.VerifyAsync(token)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Fault_garbage_executes_the_call_and_answers_invalid_JSON()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string token = await sandbox.GivenConfirmedAsync();
        await sandbox.GivenFaultAsync(new { operation = "verify", kind = "garbage" });

        Reply reply = await sandbox.VerifyAsync(token);

        reply.Status.ShouldBe(200);
        Should.Throw<System.Text.Json.JsonException>(() => reply.Json);
        (await sandbox.StateAsync(token)).ShouldBe("Completed");
    }

    [Fact]
    public async Task A_delayed_call_is_executed_even_if_the_client_disconnects()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string token = await sandbox.GivenConfirmedAsync();
        await sandbox.GivenFaultAsync(new { operation = "verify", kind = "delay", delayMs = TooLong });
        using HttpClient impatient = new() { BaseAddress = sandbox.Address };
        impatient.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", $"Key {RunningSandbox.SecretKey}");
        using CancellationTokenSource patience = new();
        Task<HttpResponseMessage> reply = impatient.PostAsync(
            "/api/v2/payment/verify/",
            new FormUrlEncodedContent([KeyValuePair.Create("token", token), KeyValuePair.Create("amount", "1500")]),
            patience.Token);
        await HeldUpAsync(sandbox, "verify");
        await patience.CancelAsync();
        await Should.ThrowAsync<TaskCanceledException>(() => reply);
        (await sandbox.StateAsync(token)).ShouldBe("Confirmed");

        await sandbox.SendAsync(HttpMethod.Delete, "/_sandbox/faults");
        while (await sandbox.StateAsync(token) != "Completed")
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }
    }

    [Fact]
    public async Task Removing_the_faults_continues_delayed_calls()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string token = await sandbox.GivenConfirmedAsync();
        await sandbox.GivenFaultAsync(new { operation = "verify", kind = "delay", delayMs = TooLong });
        Task<Reply> reply = sandbox.VerifyAsync(token);
        await HeldUpAsync(sandbox, "verify");
        (await sandbox.StateAsync(token)).ShouldBe("Confirmed");

        await sandbox.SendAsync(HttpMethod.Delete, "/_sandbox/faults");

        (await reply).Status.ShouldBe(200);
        (await sandbox.VerifyAsync(await sandbox.GivenConfirmedAsync())).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_delay_combines_with_another_fault()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        await sandbox.GivenFaultAsync(new { operation = "status", kind = "error", status = 500, delayMs = 20 });
        long start = TimeProvider.System.GetTimestamp();

        (await sandbox.StatusAsync("x")).Status.ShouldBe(500);

        TimeProvider.System.GetElapsedTime(start).ShouldBeGreaterThan(TimeSpan.FromMilliseconds(15));
    }

    [Fact]
    public async Task Fault_not_found_hides_an_existing_transaction()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string token = await sandbox.GivenCompletedAsync();
        await sandbox.GivenFaultAsync(new { operation = "status", kind = "not_found", times = 1 });

        (await sandbox.StatusAsync(token)).ShouldBe(200, """{"status": false, "state": "Error", "detail": "Transaction not found"}""");
        (await sandbox.StatusAsync(token)).Json["state"]!.ToString().ShouldBe("Complete");
    }

    [Fact]
    public async Task Bank_lists_do_not_use_up_a_fault_of_any_operation()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        await sandbox.GivenFaultAsync(new { operation = "*", kind = "error", status = 500, times = 1 });

        (await sandbox.GetAsync("/api/v2/bank/")).Status.ShouldBe(200);
        (await sandbox.InitiateAsync()).Status.ShouldBe(500);

        await sandbox.GivenFaultAsync(new { operation = "banks", kind = "error", status = 500 });
        (await sandbox.GetAsync("/api/v2/bank/")).Status.ShouldBe(500);
    }

    [Fact]
    public async Task The_times_of_a_rule_hold_for_parallel_calls()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        await sandbox.GivenFaultAsync(new { operation = "status", kind = "error", status = 500, times = 3 });

        Reply[] replies = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => sandbox.StatusAsync("x")));

        replies.Count(one => one.Status == 500).ShouldBe(3);
    }

    [Fact]
    public async Task A_rule_that_is_used_up_is_no_longer_listed()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        await sandbox.GivenFaultAsync(new { operation = "epayment_lookup", kind = "error", times = 2 });
        await sandbox.GivenFaultAsync(new { operation = "verify", kind = "error" });

        await sandbox.LookupAsync("x");
        (await sandbox.GetAsync("/_sandbox/faults")).Json.AsArray().Count.ShouldBe(2);
        await sandbox.LookupAsync("x");

        (await sandbox.GetAsync("/_sandbox/faults")).Json.AsArray().ShouldHaveSingleItem()!["operation"]!.ToString().ShouldBe("verify");
    }

    [Fact]
    public async Task A_fault_applies_only_to_its_operation_until_removed()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        await sandbox.GivenFaultAsync(new { operation = "verify", kind = "error", status = 500 });
        await sandbox.GivenFaultAsync(new { operation = "*", kind = "error", status = 500, probability = 0 });

        (await sandbox.StatusAsync("x")).Status.ShouldBe(200);
        (await sandbox.VerifyAsync("x")).Status.ShouldBe(500);
        (await sandbox.SendAsync(HttpMethod.Delete, "/_sandbox/faults")).Status.ShouldBe(200);
        (await sandbox.VerifyAsync("x")).Status.ShouldBe(400);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("nonsense")]
    [InlineData("""{"operation": "pay", "kind": "error"}""")]
    [InlineData("""{"operation": "verify", "kind": "explode"}""")]
    [InlineData("""{"operation": "verify", "kind": "delay"}""")]
    [InlineData("""{"operation": "verify", "kind": "delay", "delayMs": -1}""")]
    [InlineData("""{"operation": "verify", "kind": "error", "status": 99}""")]
    [InlineData("""{"operation": "verify", "kind": "drop_after", "status": 500}""")]
    [InlineData("""{"operation": "verify", "kind": "error", "status": "500"}""")]
    [InlineData("""{"operation": "verify", "kind": "error", "probability": 1.5}""")]
    [InlineData("""{"operation": "verify", "kind": "error", "times": 0}""")]
    [InlineData("""{"operation": "verify", "kind": "error", "tmies": 1}""")]
    [InlineData("""{"operation": "verify", "kind": "not_found"}""")]
    public async Task An_invalid_fault_rule_is_refused_with_a_message(string rule)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();

        Reply reply = await sandbox.TextAsync("/_sandbox/faults", rule, "application/json");

        reply.Status.ShouldBe(400);
        reply.Text.Length.ShouldBeGreaterThan(20);
        (await sandbox.GetAsync("/_sandbox/faults")).ShouldBe(200, "[]");
    }

    private static async Task HeldUpAsync(RunningSandbox sandbox, string operation)
    {
        while (!(await sandbox.RequestsAsync()).Any(request => (string?)request!["operation"] == operation && request["status"] is null))
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }
    }
}
