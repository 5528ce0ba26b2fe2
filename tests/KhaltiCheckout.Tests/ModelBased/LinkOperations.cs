using System.Text.Json.Nodes;
using KhaltiCheckout.Model;
using KhaltiCheckout.Tests.Payments;

namespace KhaltiCheckout.Tests.ModelBased;

/// <summary>The shopper requests a payment link, once or with several parallel requests.</summary>
internal sealed record RequestLink(int Order, int Times) : Operation
{
    internal override async Task ExecuteAsync(ModelContext context)
    {
        if (context.Orders.Count == 0)
        {
            return;
        }

        string id = Pick(context.Orders, Order);
        bool wasOpen = context.Snapshot.Order(id).Payments.Any(ExpectedVerifyAnswer.IsOpen);
        bool isHealthy = context.IsKhaltiHealthy;

        // A link that a suspended process is creating would make this request wait; KillDuringInitiate covers that.
        if (context.Snapshot.Order(id).Payments.Any(payment => payment.IsLinkBeingMade && payment.LeasedUntil > context.Snapshot.At))
        {
            return;
        }

        Answer[] answers = await RaceTests.AtOnceAsync(Times, _ => context.RequestLinkAsync(id));

        (Snapshot before, Snapshot after) = await context.CheckInvariantsAsync();
        Order order = after.Order(id);
        foreach (Answer answer in answers)
        {
            switch (answer.Status, answer.Code)
            {
                case (201, null):
                    string pidx = (string)answer.Body["pidx"]!;
                    Payment payment = order.Payments.Single(one => one.Pidx == pidx);
                    (payment.Id, payment.Status).ShouldBe(((string)answer.Body["paymentId"]!, PaymentStatus.Initiated));
                    after.TransactionOf(pidx)!.ProductIdentity.ShouldBe(id);
                    if (!context.Links.Contains(pidx))
                    {
                        context.Links.Add(pidx);
                    }

                    break;
                case (409, "payment_in_progress"):
                    (wasOpen || !isHealthy || order.Payments.Any(ExpectedVerifyAnswer.IsOpen) || order.HasUnmatchedMoney)
                        .ShouldBeTrue("refused as payment_in_progress without an open payment or unmatched money");
                    break;
                case (409, "order_not_payable"):
                    (order.Status != OrderStatus.Pending || after.At >= order.ExpiresAt)
                        .ShouldBeTrue("refused as order_not_payable although it is payable");
                    break;
                case (409, "too_many_links"):
                    order.Payments.Count(payment => payment.Pidx is not null)
                        .ShouldBe(5, "number of links of an order that is refused another");
                    break;
                case (503, "khalti_unavailable"):
                    isHealthy.ShouldBeFalse("no link although Khalti has no faults");
                    break;
                default:
                    throw new InvalidOperationException($"A click was answered {answer.Status} {answer.Code}.");
            }
        }

        answers.Where(answer => answer.Status == 201).Select(answer => (string?)answer.Body["pidx"]).Distinct().Count()
            .ShouldBeLessThanOrEqualTo(1, "parallel requests were answered with different links");
        if (isHealthy)
        {
            (after.Count("epayment_initiate") - before.Count("epayment_initiate")).ShouldBeLessThanOrEqualTo(1, "calls of initiate");
        }
    }

    internal override IEnumerable<Operation> Shrink()
    {
        if (Times > 1)
        {
            yield return this with { Times = 1 };
        }

        if (Order > 0)
        {
            yield return this with { Order = 0 };
        }
    }

    public override string ToString() => $"ask for a link for order {Order}{(Times > 1 ? $", {Times} times at once" : "")}";
}

/// <summary>Sets the outcome of a link, as the payer, a bank or its expiry does.</summary>
internal sealed record SetLinkOutcome(int Link, string Outcome) : Operation
{
    internal override async Task ExecuteAsync(ModelContext context)
    {
        if (context.Links.Count == 0)
        {
            return;
        }

        string pidx = Pick(context.Links, Link);
        if (IsAllowed(context.Snapshot.TransactionOf(pidx)!.State))
        {
            await context.Shop.Sandbox.OutcomeAsync(pidx, Outcome);
        }
    }

    internal override IEnumerable<Operation> Shrink() => Enumerable.Range(0, Link).Select(smaller => this with { Link = smaller });

    public override string ToString() => $"at Khalti's page, link {Link} ends {Outcome}";

    private bool IsAllowed(string from) => (from, Outcome) is ("Initiated", _) or ("Pending", "completed" or "failed");
}

/// <summary>The browser returns from Khalti, with the genuine or a forged address.</summary>
internal sealed record ReturnFromKhalti(int Link, bool Forged) : Operation
{
    internal override async Task ExecuteAsync(ModelContext context)
    {
        if (context.Links.Count == 0)
        {
            return;
        }

        string pidx = Pick(context.Links, Link);
        Payment before = context.Snapshot.PaymentWith(pidx)!;
        Transaction link = context.Snapshot.TransactionOf(pidx)!;
        bool isHealthy = context.IsKhaltiHealthy && !(before.LeasedUntil > context.Snapshot.At);
        string another = context.Orders[^1];
        Uri address = await context.Shop.Sandbox.ForgedReturnAsync(
            pidx, Forged ? new
            {
                status = "Completed",
                total_amount = "1",
                purchase_order_id = another
            } : (object)new JsonObject { ["status"] = link.State });

        (await context.Shop.ComeBackAsync(address)).ShouldBe((303, "/order.html?id=" + before.OrderId));

        (_, Snapshot after) = await context.CheckInvariantsAsync();
        Payment now = after.PaymentWith(pidx)!;
        if (isHealthy && before.Status is PaymentStatus.Initiated or PaymentStatus.Verifying)
        {
            now.Status.ShouldBe(link.State switch
            {
                "Completed" => PaymentStatus.Completed,
                "Pending" => PaymentStatus.Verifying,
                "User canceled" => PaymentStatus.Cancelled,
                "Expired" => PaymentStatus.Expired,
                "Failed" => PaymentStatus.Failed,

                // It may have expired by Khalti's clock meanwhile.
                "Initiated" => now.Status == PaymentStatus.Expired ? PaymentStatus.Expired : PaymentStatus.Initiated,
                _ => PaymentStatus.NeedsReview,
            });
        }
    }

    internal override IEnumerable<Operation> Shrink()
    {
        if (Forged)
        {
            yield return this with { Forged = false };
        }

        for (int smaller = 0; smaller < Link; smaller++)
        {
            yield return this with { Link = smaller };
        }
    }

    public override string ToString() => $"the shopper of link {Link} comes back{(Forged ? " with a forged address" : "")}";
}

/// <summary>Kills the process during an initiate call.</summary>
internal sealed record KillDuringInitiate(int Order, bool AfterCall) : Operation
{
    internal override async Task ExecuteAsync(ModelContext context)
    {
        if (context.Orders.Count > 0 && await context.StallLinkAsync(Pick(context.Orders, Order), AfterCall))
        {
            await context.KillAsync();
        }
    }

    internal override IEnumerable<Operation> Shrink() => Enumerable.Range(0, Order).Select(smaller => this with { Order = smaller });

    public override string ToString() =>
        $"ask for a link for order {Order}, and the shop is killed {(AfterCall ? "after" : "before")} Khalti made it; it is restarted";
}

/// <summary>Refunds a link payment in Khalti's dashboard.</summary>
internal sealed record RefundLinkAtKhalti(int Link, bool Full) : Operation
{
    internal override async Task ExecuteAsync(ModelContext context)
    {
        if (context.Links.Count > 0
            && context.Snapshot.TransactionOf(Pick(context.Links, Link)) is { State: "Completed" } paid)
        {
            await context.DashboardAsync(paid, Full ? "Refunded" : "Partially Refunded");
        }
    }

    internal override IEnumerable<Operation> Shrink() => Enumerable.Range(0, Link).Select(smaller => this with { Link = smaller });

    public override string ToString() => $"at Khalti, {(Full ? "all" : "part")} of link {Link} is refunded";
}
