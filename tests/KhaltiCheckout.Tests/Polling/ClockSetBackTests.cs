using System.Text.Json.Nodes;
using KhaltiCheckout.Gateway;
using KhaltiCheckout.Model;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Polling;

/// <summary>A clock that was a day ahead and was set right does not keep anything waiting for that day.</summary>
public sealed class ClockSetBackTests
{
    private static readonly TimeSpan Ahead = TimeSpan.FromDays(1);

    [Fact]
    public async Task A_payment_scheduled_by_a_clock_ahead_is_checked_at_once()
    {
        await using Shop shop = await OpenAheadAsync();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.Sandbox.FaultAsync("verify", "drop_after", times: 1);
        await shop.Sandbox.FaultAsync("status", "error", status: 503, times: 3);
        (await shop.VerifyAsync(order, token)).Status.ShouldBe(202);
        await shop.PassAfterAsync(TimeSpan.FromMinutes(1));

        shop.Clock.Advance(-Ahead);
        await shop.PassAsync();

        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Fact]
    public async Task An_open_link_scheduled_by_a_clock_ahead_is_checked_at_once()
    {
        await using Shop shop = await OpenAheadAsync();
        (_, string pidx) = await shop.GivenLinkAsync();
        await shop.PassAfterAsync(TimeSpan.FromMinutes(1));
        int before = await shop.Sandbox.CountAsync("epayment_lookup");
        await shop.Sandbox.OutcomeAsync(pidx, "completed");

        shop.Clock.Advance(-Ahead);
        await shop.PassAsync();

        (await shop.Sandbox.CountAsync("epayment_lookup")).ShouldBe(before + 1);
    }

    [Fact]
    public async Task A_link_cancelled_by_a_clock_ahead_has_its_last_check_at_once()
    {
        await using Shop shop = await OpenAheadAsync();
        (_, string pidx) = await shop.GivenLinkAsync();
        await shop.Sandbox.OutcomeAsync(pidx, "canceled");
        await shop.PassAfterAsync(TimeSpan.FromMinutes(1));
        int before = await shop.Sandbox.CountAsync("epayment_lookup");

        shop.Clock.Advance(-Ahead);
        await shop.PassAsync();

        (await shop.Sandbox.CountAsync("epayment_lookup")).ShouldBe(before + 1);
    }

    [Fact]
    public async Task Later_checks_of_an_ended_link_wait_when_the_clock_was_right()
    {
        await using Shop shop = await Shop.OpenAsync();
        (_, string pidx) = await shop.GivenLinkAsync();
        await shop.Sandbox.OutcomeAsync(pidx, "canceled");
        foreach (TimeSpan step in (TimeSpan[])[TimeSpan.FromMinutes(
            1), TimeSpan.FromHours(2), TimeSpan.FromHours(12), TimeSpan.FromDays(2)])
        {
            await shop.PassAfterAsync(step);
            int before = await shop.Sandbox.CountAsync("epayment_lookup");

            await shop.PassAfterAsync(TimeSpan.FromSeconds(1));

            (await shop.Sandbox.CountAsync("epayment_lookup")).ShouldBe(before, $"after {step}");
        }
    }

    [Fact]
    public async Task A_link_ended_by_a_clock_ahead_is_checked_at_once()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (_, string pidx) = await shop.GivenLinkAsync();
        await shop.Sandbox.OutcomeAsync(pidx, "canceled");
        await shop.PassAfterAsync(Ahead);
        int before = await shop.Sandbox.CountAsync("epayment_lookup");

        shop.Clock.Advance(-Ahead);
        await shop.PassAsync();
        await shop.PassAsync();

        (await shop.Sandbox.CountAsync("epayment_lookup")).ShouldBe(before + 1);
    }

    [Fact]
    public async Task A_refund_scheduled_by_a_clock_ahead_is_checked_at_once()
    {
        await using Shop shop = await OpenAheadAsync();
        (JsonNode order, _) = await shop.GivenPaidAsync();
        await shop.Sandbox.FaultAsync("refund", "drop_after", times: 1);
        (int status, JsonNode refund) = await shop.RefundAsync(order);
        status.ShouldBe(202);

        shop.Clock.Advance(-Ahead);
        await shop.PassAsync();

        (await shop.ReadRefundAsync(refund)).Status().ShouldBe("completed");
    }

    [Theory]
    [InlineData("Payments")]
    [InlineData("Refunds")]
    public async Task A_lease_of_a_clock_ahead_is_ignored(string table)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        JsonNode order;
        if (table == "Payments")
        {
            (order, string token) = await shop.GivenConfirmedAsync();
            await shop.Sandbox.FaultAsync("verify", "drop_after", times: 1);
            await shop.VerifyAsync(order, token);
        }
        else
        {
            (order, _) = await shop.GivenPaidAsync();
            await shop.Sandbox.FaultAsync("refund", "drop_after", times: 1);
            await shop.RefundAsync(order);
        }

        DateTime until = (shop.Clock.GetUtcNow() + Ahead).UtcDateTime;
        await (table == "Payments"
            ? shop.SqlAsync($"""UPDATE "Payments" SET "LeasedUntil" = {until}""")
            : shop.SqlAsync($"""UPDATE "Refunds" SET "LeasedUntil" = {until}"""));

        (await shop.PassAfterAsync(TimeSpan.FromSeconds(10))).Asked.ShouldBe(1);
    }

    [Fact]
    public async Task A_link_being_made_by_a_killed_process_with_a_clock_ahead_is_closed()
    {
        await using Shop shop = await OpenAheadAsync();
        JsonNode order = await shop.GivenOrderAsync();
        await shop.GivenLinkAsync(order);
        DateTime leasedUntil = shop.Clock.GetUtcNow().UtcDateTime.AddMinutes(1);
        await shop.SqlAsync($"""UPDATE "Payments" SET "Pidx" = NULL, "PaymentUrl" = NULL, "LeasedUntil" = {leasedUntil}""");

        shop.Clock.Advance(-Ahead);
        await shop.PassAsync();

        (await shop.ReadAsync(order)).PaymentStatus().ShouldBe("failed");
    }

    [Fact]
    public async Task An_idempotent_request_leased_by_a_clock_ahead_runs_again()
    {
        await using Shop shop = await OpenAheadAsync();
        object body = new { items = new[] { new { productId = "ilam-tea", quantity = 1 } } };
        (await shop.SendAsync(HttpMethod.Post, "/api/v1/orders", body, ("Idempotency-Key", "the-key-of-this-test-1"))).Status.ShouldBe(201);
        await shop.SqlAsync($"""UPDATE "IdempotentRequests" SET "AnswerStatus" = NULL, "AnswerBody" = NULL""");

        shop.Clock.Advance(-Ahead);

        (await shop.SendAsync(HttpMethod.Post, "/api/v1/orders", body, ("Idempotency-Key", "the-key-of-this-test-1"))).Status.ShouldBe(201);
    }

    [Fact]
    public void A_failing_gateway_is_probed_at_once_after_the_clock_is_set_back()
    {
        GatewayHealth health = new();
        DateTimeOffset now = new(2026, 11, 21, 6, 0, 0, TimeSpan.Zero);
        for (int lost = 0; lost < 3; lost++)
        {
            health.Record(new Finding(FindingKind.Unanswered, RuleId.NoAnswer, "no answer"), now + Ahead);
        }

        health.TakeProbe(now + Ahead).ShouldBeTrue();

        health.TakeProbe(now).ShouldBeTrue();
        health.TakeProbe(now).ShouldBeFalse();
    }

    [Fact]
    public void No_scheduled_check_is_beyond_the_limit_that_detects_a_wrong_clock()
    {
        DateTimeOffset now = new(2026, 11, 21, 6, 0, 0, TimeSpan.Zero);
        for (int checks = 0; checks < 2 * CheckSchedule.LastCheck; checks++)
        {
            // As it is counted when it is scheduled: the row has one more.
            TimeSpan longest = checks < CheckSchedule.LastCheck ? CheckSchedule.MaxHourly : CheckSchedule.MaxDaily;
            foreach (TimeSpan? retryAfter in (TimeSpan?[])[null, TimeSpan.FromDays(365)])
            {
                CheckSchedule.Next(checks, retryAfter, now, chance: 1).ShouldBeLessThanOrEqualTo(now + longest);
            }
        }

    }

    private static async Task<Shop> OpenAheadAsync()
    {
        Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        shop.Clock.Advance(Ahead);
        return shop;
    }
}
