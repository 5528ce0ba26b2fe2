using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Tests.Payments;

/// <summary>Khalti's answer is lost: the payment is neither paid nor failed until Khalti says so.</summary>
public sealed class UnknownOutcomeTests
{
    public static TheoryData<string, int?> WaysToLoseAnAnswer => new()
    {
        { "drop_before", null },
        { "drop_after", null },
        { "garbage", null },
        { "error", 401 },
        { "error", 403 },
        { "error", 429 },
        { "error", 500 },
        { "error", 502 },
        { "error", 503 },
    };

    [Theory]
    [MemberData(nameof(WaysToLoseAnAnswer))]
    public async Task A_lost_verify_answer_is_202_and_resolved_by_the_worker(string kind, int? status)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.Sandbox.FaultAsync("verify", kind, status, times: 1);

        (int answered, JsonNode waiting) = await shop.VerifyAsync(order, token);

        answered.ShouldBe(202);
        waiting.Status().ShouldBe("pending");
        waiting.PaymentStatus().ShouldBe("verifying");
        (await shop.PassAfterAsync(TimeSpan.FromSeconds(6))).Asked.ShouldBe(1);
        JsonNode settled = await shop.ReadAsync(order);
        settled.Status().ShouldBe("paid");
        settled.Payment()["transactionId"].ShouldNotBeNull();
        (await shop.Sandbox.StateAsync(token)).ShouldBe("Completed");
    }

    [Fact]
    public async Task A_verify_timeout_is_202_and_resolved_by_the_worker()
    {
        await using Shop shop = await Shop.OpenAsync(("Khalti:TimeoutSeconds", "1"));
        shop.ExpectWarnings();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.Sandbox.FaultAsync("verify", "delay", times: 1, delayMs: 2500);

        (int answered, JsonNode waiting) = await shop.VerifyAsync(order, token);

        answered.ShouldBe(202);
        waiting.PaymentStatus().ShouldBe("verifying");
        await shop.PassAfterAsync(TimeSpan.FromSeconds(6));
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Fact]
    public async Task While_the_outcome_is_unknown_the_same_token_gives_202_and_does_not_verify_again()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.Sandbox.FaultAsync("verify", "drop_after", times: 1);
        await shop.VerifyAsync(order, token);

        (int status, JsonNode again) = await shop.VerifyAsync(order, token);

        status.ShouldBe(202);
        again.PaymentStatus().ShouldBe("verifying");
        (await shop.Sandbox.CountAsync("verify")).ShouldBe(1);
    }

    [Fact]
    public async Task While_the_outcome_is_unknown_payment_and_cancel_are_refused()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.Sandbox.FaultAsync("verify", "drop_after", times: 1);
        await shop.VerifyAsync(order, token);
        string second = await shop.Sandbox.ConfirmedTokenAsync((long)order["amount"]!, order.Id());

        (int verify, JsonNode inProgress) = await shop.VerifyAsync(order, second);
        (int cancel, JsonNode notCancellable) = await shop.CancelAsync(order);

        (verify, inProgress.Code()).ShouldBe((409, "payment_in_progress"));
        (cancel, notCancellable.Code()).ShouldBe((409, "not_cancellable"));
        (await shop.Sandbox.StateAsync(second)).ShouldBe("Confirmed");
    }

    [Fact]
    public async Task An_order_whose_payment_is_unknown_does_not_expire()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.Sandbox.FaultAsync("*", "error", 503);
        await shop.VerifyAsync(order, token);

        (await shop.PassAfterAsync(TimeSpan.FromHours(2))).Expired.ShouldBe(0);

        (await shop.ReadAsync(order)).Status().ShouldBe("pending");
        await shop.Sandbox.MendAsync();
        await shop.PassAfterAsync(TimeSpan.FromHours(2));
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Fact]
    public async Task A_payment_of_a_process_killed_before_its_call_is_resolved_after_restart()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.Sandbox.FaultAsync("verify", "drop_before", times: 1);
        await shop.VerifyAsync(order, token);
        await RewindToTheMomentOfTheClaimAsync(shop);

        await shop.ReopenAsync();

        (await shop.PassAsync()).Asked.ShouldBe(0, "the lease of the process that died is not over");
        (await shop.PassAfterAsync(TimeSpan.FromSeconds(40))).Asked.ShouldBe(1);
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
        (await shop.Sandbox.StateAsync(token)).ShouldBe("Completed");
    }

    [Fact]
    public async Task A_payment_not_found_at_Khalti_fails_only_after_repeated_answers()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        JsonNode order = await shop.GivenOrderAsync();
        await shop.Sandbox.FaultAsync("verify", "drop_before", times: 1);
        await shop.VerifyAsync(order, "JustMadeThisTokenUp222");

        await shop.PassAfterAsync(TimeSpan.FromSeconds(6));
        (await shop.ReadAsync(order)).PaymentStatus().ShouldBe("verifying");
        await shop.PassAfterAsync(TimeSpan.FromSeconds(20));
        await shop.PassAfterAsync(TimeSpan.FromMinutes(2));
        await shop.PassAfterAsync(TimeSpan.FromMinutes(6));

        JsonNode settled = await shop.ReadAsync(order);
        settled.PaymentStatus().ShouldBe("failed");
        ((string?)settled.Payment()["failure"]).ShouldBe("never_confirmed");
        settled.Status().ShouldBe("pending");
    }

    [Fact]
    public async Task A_refused_second_verify_is_resolved_by_status_and_list()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        await shop.Sandbox.SwitchAsync(new { verifyAgain = "invalidToken" });
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.Sandbox.FaultAsync("verify", "drop_after", times: 1);
        await shop.VerifyAsync(order, token);

        await shop.PassAfterAsync(TimeSpan.FromSeconds(6));

        JsonNode settled = await shop.ReadAsync(order);
        settled.Status().ShouldBe("paid");
        ((string?)settled.Payment()["transactionId"]).ShouldBe((string?)(await shop.Sandbox.TransactionAsync(token))["idx"]);
    }

    // As if the process had ended right after it saved the payment: the row is as it was when the lease was taken.
    private static Task<int> RewindToTheMomentOfTheClaimAsync(Shop shop) =>
        shop.InDatabaseAsync(db => db.Payments.ExecuteUpdateAsync(set => set
            .SetProperty(payment => payment.Checks, 0)
            .SetProperty(payment => payment.NextCheckAt, payment => payment.CreatedAt)
            .SetProperty(payment => payment.LeasedUntil, shop.Clock.GetUtcNow().AddSeconds(35))));
}
