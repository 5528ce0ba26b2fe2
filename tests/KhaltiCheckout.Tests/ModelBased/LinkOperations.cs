using System.Text.Json.Nodes;
using KhaltiCheckout.Model;
using KhaltiCheckout.Tests.Payments;

namespace KhaltiCheckout.Tests.ModelBased;

/// <summary>The shopper asks to pay at Khalti's page, once or with several clicks at once.</summary>
internal sealed record AskForALink(int Order, int Times) : Operation
{
    internal override async Task DoAsync(World world)
    {
        if (world.Orders.Count == 0)
        {
            return;
        }

        string id = Pick(world.Orders, Order);
        bool wasOpen = world.Facts.Order(id).Payments.Any(Expected.IsOpen);
        bool isWell = world.KhaltiIsWell;

        // A link that is being made by a process that stands still is waited for; that is told with a kill, not here.
        if (world.Facts.Order(id).Payments.Any(payment => payment.IsLinkBeingMade && payment.LeasedUntil > world.Facts.At))
        {
            return;
        }

        Answer[] answers = await RaceTests.AtOnceAsync(Times, _ => world.AskForALinkAsync(id));

        (Facts before, Facts after) = await world.LookAsync();
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
                    if (!world.Links.Contains(pidx))
                    {
                        world.Links.Add(pidx);
                    }

                    break;
                case (409, "payment_in_progress"):
                    (wasOpen || !isWell || order.Payments.Any(Expected.IsOpen)).ShouldBeTrue("refused for a payment under way, and there is none");
                    break;
                case (409, "order_not_payable"):
                    (order.Status != OrderStatus.Pending || after.At >= order.ExpiresAt).ShouldBeTrue("refused as not payable, and it is");
                    break;
                case (409, "too_many_links"):
                    order.Payments.Count(payment => payment.Pidx is not null).ShouldBe(5, "links of an order that gets no more");
                    break;
                case (503, "khalti_unavailable"):
                    isWell.ShouldBeFalse("Khalti was well, and no link was given");
                    break;
                default:
                    throw new InvalidOperationException($"A click was answered {answer.Status} {answer.Code}.");
            }
        }

        answers.Where(answer => answer.Status == 201).Select(answer => (string?)answer.Body["pidx"]).Distinct().Count()
            .ShouldBeLessThanOrEqualTo(1, "clicks at once were given several links");
        if (isWell)
        {
            (after.Count("epayment_initiate") - before.Count("epayment_initiate")).ShouldBeLessThanOrEqualTo(1, "calls of initiate");
        }
    }

    internal override IEnumerable<Operation> Simpler()
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

/// <summary>What the payer does at Khalti's page, or time, or a bank.</summary>
internal sealed record AtKhaltisPage(int Link, string Outcome) : Operation
{
    internal override async Task DoAsync(World world)
    {
        if (world.Links.Count == 0)
        {
            return;
        }

        string pidx = Pick(world.Links, Link);
        if (May(world.Facts.TransactionOf(pidx)!.State))
        {
            await world.Shop.Sandbox.OutcomeAsync(pidx, Outcome);
        }
    }

    internal override IEnumerable<Operation> Simpler() => Enumerable.Range(0, Link).Select(less => this with { Link = less });

    public override string ToString() => $"at Khalti's page, link {Link} ends {Outcome}";

    private bool May(string from) => (from, Outcome) is ("Initiated", _) or ("Pending", "completed" or "failed");
}

/// <summary>The browser comes back, as Khalti sent it or with an address that somebody made up.</summary>
internal sealed record ComeBack(int Link, bool Forged) : Operation
{
    internal override async Task DoAsync(World world)
    {
        if (world.Links.Count == 0)
        {
            return;
        }

        string pidx = Pick(world.Links, Link);
        Payment before = world.Facts.PaymentWith(pidx)!;
        Transaction link = world.Facts.TransactionOf(pidx)!;
        bool isWell = world.KhaltiIsWell && !(before.LeasedUntil > world.Facts.At);
        string another = world.Orders[^1];
        Uri address = await world.Shop.Sandbox.ForgedReturnAsync(
            pidx, Forged ? new { status = "Completed", total_amount = "1", purchase_order_id = another } : (object)new JsonObject { ["status"] = link.State });

        (await world.Shop.ComeBackAsync(address)).ShouldBe((303, "/order.html?id=" + before.OrderId));

        (_, Facts after) = await world.LookAsync();
        Payment now = after.PaymentWith(pidx)!;
        if (isWell && before.Status is PaymentStatus.Initiated or PaymentStatus.Verifying)
        {
            now.Status.ShouldBe(link.State switch
            {
                "Completed" => PaymentStatus.Completed,
                "Pending" => PaymentStatus.Verifying,
                "User canceled" => PaymentStatus.Cancelled,
                "Expired" => PaymentStatus.Expired,
                "Failed" => PaymentStatus.Failed,

                // Khalti's own clock may have ended it in this moment.
                "Initiated" => now.Status == PaymentStatus.Expired ? PaymentStatus.Expired : PaymentStatus.Initiated,
                _ => PaymentStatus.NeedsReview,
            });
        }
    }

    internal override IEnumerable<Operation> Simpler()
    {
        if (Forged)
        {
            yield return this with { Forged = false };
        }

        for (int less = 0; less < Link; less++)
        {
            yield return this with { Link = less };
        }
    }

    public override string ToString() => $"the shopper of link {Link} comes back{(Forged ? " with a forged address" : "")}";
}

/// <summary>The process dies while Khalti is being asked for a link.</summary>
internal sealed record KillWhileAskingForALink(int Order, bool AfterKhaltiActed) : Operation
{
    internal override async Task DoAsync(World world)
    {
        if (world.Orders.Count > 0 && await world.StallLinkAsync(Pick(world.Orders, Order), AfterKhaltiActed))
        {
            await world.KillAsync();
        }
    }

    internal override IEnumerable<Operation> Simpler() => Enumerable.Range(0, Order).Select(less => this with { Order = less });

    public override string ToString() =>
        $"ask for a link for order {Order}, and the shop is killed {(AfterKhaltiActed ? "after" : "before")} Khalti made it; it starts anew";
}

/// <summary>Money of a link is given back at the merchant's dashboard.</summary>
internal sealed record RefundALinkAtKhalti(int Link, bool AllOfIt) : Operation
{
    internal override async Task DoAsync(World world)
    {
        if (world.Links.Count > 0
            && world.Facts.TransactionOf(Pick(world.Links, Link)) is { State: "Completed" } paid)
        {
            await world.DashboardAsync(paid, AllOfIt ? "Refunded" : "Partially Refunded");
        }
    }

    internal override IEnumerable<Operation> Simpler() => Enumerable.Range(0, Link).Select(less => this with { Link = less });

    public override string ToString() => $"at Khalti, {(AllOfIt ? "all" : "part")} of link {Link} is given back";
}
