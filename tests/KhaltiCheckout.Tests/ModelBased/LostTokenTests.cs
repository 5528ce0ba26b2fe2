using System.Globalization;
using System.Text.Json.Nodes;
using KhaltiCheckout.Model;
using KhaltiCheckout.Tests.Support;
using KhaltiCheckout.TransactionMatching;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Tests.ModelBased;

/// <summary>
/// Random sequences of shoppers of whom some never bring their token, with a list at Khalti that lags or is away, answers that are lost, a
/// worker that is slow and a shop that restarts. Whatever happened: in the end each rupee that Khalti took is one payment here, or a reason
/// for a person to look.
/// </summary>
public sealed class LostTokenTests(ITestOutputHelper output)
{
    private const int Steps = 40;

    public static TheoryData<int> Seeds()
    {
        string? asked = Environment.GetEnvironmentVariable("MODEL_SEQUENCES");
        _ = int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out int sequences);
        return [.. Enumerable.Range(1, Math.Max(5, sequences / 10))];
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Each_rupee_that_Khalti_took_is_one_payment_or_one_reason(int seed)
    {
        Random random = new(seed);
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        List<JsonNode> orders = [];
        List<string> story = [];
        try
        {
            for (int step = 0; step < Steps; step++)
            {
                story.Add(await StepAsync(shop, random, orders));
                await CheckAsync(shop, isEnd: false);
            }

            // No faults any more, and time enough for every check.
            await shop.Sandbox.MendAsync();
            await shop.Sandbox.SwitchAsync(new { listLagSeconds = 0 });
            for (int round = 0; round < 50; round++)
            {
                await shop.PassAfterAsync(TimeSpan.FromMinutes(round < 20 ? 2 : 30));
                await shop.MatchForAsync(TimeSpan.FromSeconds(30));
            }

            await CheckAsync(shop, isEnd: true);
        }
        catch
        {
            output.WriteLine(string.Join('\n', story));
            throw;
        }
    }

    private static async Task<string> StepAsync(Shop shop, Random random, List<JsonNode> orders)
    {
        if (orders.Count == 0 || random.Next(5) == 0)
        {
            orders.Add(await shop.GivenOrderAsync());
            return "an order is placed";
        }

        int at = random.Next(orders.Count);
        JsonNode order = orders[at];
        long amount = (long)order["amount"]!;
        switch (random.Next(13))
        {
            case 0 or 1:
                await shop.Sandbox.CompletedTransactionAsync(amount, order.Id());
                return $"Khalti takes the money of order {at}, and the token is lost";
            case 2:
                await shop.Sandbox.CompletedTransactionAsync(amount + 100, order.Id());
                return $"Khalti takes another amount for order {at}, and the token is lost";
            case 3:
                (int status, _) = await shop.VerifyAsync(order, await shop.Sandbox.ConfirmedTokenAsync(amount, order.Id()));
                return $"order {at} is paid in the widget: {status}";
            case 4:
                await shop.Sandbox.FaultAsync("verify", random.Next(2) == 0 ? "drop_after" : "drop_before", times: 1);
                (status, _) = await shop.VerifyAsync(order, await shop.Sandbox.ConfirmedTokenAsync(amount, order.Id()));
                return $"order {at} is paid in the widget and the answer is lost: {status}";
            case 5:
                (status, JsonNode link) = await shop.InitiateAsync(order);
                if (status == 201)
                {
                    await shop.Sandbox.OutcomeAsync((string)link["pidx"]!, random.Next(3) switch { 0 => "pending", _ => "completed" });
                }

                return $"order {at} is paid by link: {status}";
            case 6:
                await shop.CancelAsync(order);
                return $"order {at} is cancelled";
            case 7:
                await shop.Sandbox.SwitchAsync(new { listLagSeconds = random.Next(2) * 600 });
                return "the list lags, or does not any more";
            case 8:
                await shop.Sandbox.FaultAsync(random.Next(2) == 0 ? "list" : "detail", "drop_after", times: 2);
                return "answers of list or detail are lost";
            case 9:
                await shop.ReopenAsync();
                return "the shop restarts";
            case 10:
                await shop.PassAfterAsync(TimeSpan.FromSeconds(random.Next(1, 4000)));
                return "time passes and the worker looks";
            default:
                await shop.MatchForAsync(TimeSpan.FromMinutes(random.Next(3)));
                return "the list is read";
        }
    }

    private static async Task CheckAsync(Shop shop, bool isEnd)
    {
        IReadOnlyList<JsonNode> khalti = await shop.Sandbox.ListAsync("/_sandbox/transactions");
        (List<Order> orders, List<UnmatchedTransaction> unmatched) = await shop.InDatabaseAsync(async db => (
            await db.Orders.AsNoTracking().AsSplitQuery().Include(order => order.Payments).Include(order => order.Timeline).ToListAsync(),
            await db.UnmatchedTransactions.AsNoTracking().ToListAsync()));
        foreach (Order order in orders)
        {
            Payment[] completed = [.. order.Payments.Where(payment => payment.CompletedAt is not null)];
            (order.Status == OrderStatus.Paid).ShouldBe(completed.Length > 0, order.Id);
            foreach (Payment payment in completed)
            {
                JsonNode taken = khalti.Single(one => (string?)one["idx"] == payment.TransactionId);
                ((string?)taken["state"], (long)taken["amount"]!).ShouldBe(("Completed", (long)order.Amount), payment.Id);
            }

            if (completed.Length > 1)
            {
                order.Timeline.ShouldContain(entry => entry.What == "attention" && entry.Note == "double_payment");
            }
        }

        if (!isEnd)
        {
            return;
        }

        foreach (JsonNode taken in khalti.Where(one => (string?)one["state"] == "Completed"))
        {
            string idx = (string)taken["idx"]!;
            bool isPayment = orders.SelectMany(order => order.Payments).Count(payment => payment.TransactionId == idx) == 1;
            bool isReason = orders.Any(order => order.Reasons.Any(reason => reason.TransactionId == idx));
            (isPayment != isReason).ShouldBeTrue($"transaction {idx}: a payment {isPayment}, a reason {isReason}");
        }

        unmatched.ShouldAllBe(one => one.Status == UnmatchedStatus.Reported || one.Status == UnmatchedStatus.Matched);
    }
}
