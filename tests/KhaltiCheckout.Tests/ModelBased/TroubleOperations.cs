namespace KhaltiCheckout.Tests.ModelBased;

internal sealed record Wait(int Seconds) : Operation
{
    internal override Task DoAsync(World world)
    {
        world.Shop.Clock.Advance(TimeSpan.FromSeconds(Seconds));
        return Task.CompletedTask;
    }

    public override string ToString() => $"{TimeSpan.FromSeconds(Seconds)} pass";
}

internal sealed record Pass : Operation
{
    internal override Task DoAsync(World world) => world.Shop.PassAsync();

    public override string ToString() => "the worker makes a round";
}

internal sealed record Fault(string At, string Kind, int? Status, int Times) : Operation
{
    internal override Task DoAsync(World world) => world.FaultAsync(At, Kind, Status, Times);

    internal override IEnumerable<Operation> Simpler() => Times > 1 ? [this with { Times = 1 }] : [];

    public override string ToString() => $"Khalti's {At} goes wrong {Times} times: {Kind} {Status}";
}

internal sealed record Mend : Operation
{
    internal override Task DoAsync(World world) => world.MendAsync();

    public override string ToString() => "Khalti is well again";
}

internal sealed record Restart : Operation
{
    internal override Task DoAsync(World world) => world.RestartAsync();

    public override string ToString() => "the shop is restarted";
}

/// <summary>The process dies while Khalti is being asked to move the money.</summary>
internal sealed record KillInVerify(int Widget, bool AfterKhaltiActed) : Operation
{
    internal override async Task DoAsync(World world)
    {
        if (Verify.Target(world, Widget, 0) is not { } target)
        {
            return;
        }

        await world.StallAsync(target.Order, target.Token, (long)world.Facts.Order(target.Order).Amount, AfterKhaltiActed);
        await world.KillAsync();
    }

    internal override IEnumerable<Operation> Simpler() => Enumerable.Range(0, Widget).Select(less => this with { Widget = less });

    public override string ToString() =>
        $"verify token {Widget}, and the shop is killed {(AfterKhaltiActed ? "after" : "before")} Khalti acted; it starts anew";
}

/// <summary>A verify that stands still while everything else goes on, as in a machine that was put to sleep.</summary>
internal sealed record Stall(int Widget, bool AfterKhaltiActed) : Operation
{
    internal override async Task DoAsync(World world)
    {
        if (Verify.Target(world, Widget, 0) is { } target)
        {
            await world.StallAsync(target.Order, target.Token, (long)world.Facts.Order(target.Order).Amount, AfterKhaltiActed);
        }
    }

    internal override IEnumerable<Operation> Simpler() => Enumerable.Range(0, Widget).Select(less => this with { Widget = less });

    public override string ToString() => $"verify token {Widget}, which stands still {(AfterKhaltiActed ? "after" : "before")} Khalti acts";
}

internal sealed record Release : Operation
{
    internal override async Task DoAsync(World world)
    {
        foreach (Answer answer in await world.ReleaseAsync())
        {
            answer.Status.ShouldBeOneOf(200, 202, 402);
        }
    }

    public override string ToString() => "what stands still goes on";
}

/// <summary>What the payer, the merchant at his dashboard, or Khalti itself does to a payment.</summary>
internal sealed record MoveAtKhalti(int Widget, string State) : Operation
{
    internal override async Task DoAsync(World world)
    {
        if (world.Widgets.Count > 0
            && world.Facts.TransactionOf(Pick(world.Widgets, Widget).Token) is { } transaction
            && May(transaction.State))
        {
            if (State is "Refunded" or "Partially refunded")
            {
                await world.DashboardAsync(transaction, State);
                return;
            }

            await world.Shop.Sandbox.PostAsync($"/_sandbox/transactions/{transaction.Idx}/state", new { state = State, force = State == "Frozen" });
        }
    }

    internal override IEnumerable<Operation> Simpler() => Enumerable.Range(0, Widget).Select(less => this with { Widget = less });

    public override string ToString() => $"at Khalti, the payment of token {Widget} becomes {State}";

    private bool May(string from) => (from, State) is ("Initiated", "Confirmed" or "Disabled" or "Failed") or ("Confirmed", "Failed" or "Frozen")
        or ("Completed", "Refunded" or "Partially refunded") or ("Partially refunded", "Refunded");
}

/// <summary>What Khalti's documents leave open, answered in another way.</summary>
internal sealed record Turn(bool VerifyAgainIsRefused, bool VerifyTellsTheProduct) : Operation
{
    internal override Task DoAsync(World world) => world.Shop.Sandbox.SwitchAsync(new
    {
        verifyAgain = VerifyAgainIsRefused ? "invalidToken" : "replay",
        extraVerifyFields = VerifyTellsTheProduct,
    });

    public override string ToString() =>
        $"Khalti {(VerifyAgainIsRefused ? "refuses" : "answers")} a second verify and {(VerifyTellsTheProduct ? "tells" : "does not tell")} the product";
}
