namespace KhaltiCheckout.Tests.ModelBased;

internal sealed record AdvanceClock(int Seconds) : Operation
{
    internal override Task ExecuteAsync(ModelContext context)
    {
        context.Shop.Clock.Advance(TimeSpan.FromSeconds(Seconds));
        return Task.CompletedTask;
    }

    public override string ToString() => $"{TimeSpan.FromSeconds(Seconds)} pass";
}

internal sealed record RunWorker : Operation
{
    internal override Task ExecuteAsync(ModelContext context) => context.Shop.PassAsync();

    public override string ToString() => "the worker runs once";
}

/// <summary>Reads Khalti's list of transactions and decides about those that no payment has, for some rounds of ten seconds.</summary>
internal sealed record ReadList(int Rounds) : Operation
{
    internal override Task ExecuteAsync(ModelContext context) =>
        context.Shop.MatchForAsync(TimeSpan.FromSeconds(10 * (Rounds - 1)));

    internal override IEnumerable<Operation> Shrink() => Rounds > 1 ? [this with { Rounds = Rounds - 1 }] : [];

    public override string ToString() => $"Khalti's list is read for {Rounds} rounds";
}

/// <summary>Khalti's list shows a transaction only some minutes after it was begun.</summary>
internal sealed record LagList(int Minutes) : Operation
{
    internal override Task ExecuteAsync(ModelContext context) =>
        context.Shop.Sandbox.SwitchAsync(new { listLagSeconds = Minutes * 60 });

    public override string ToString() => $"Khalti's list lags by {Minutes} minutes";
}

internal sealed record AddFault(string At, string Kind, int? Status, int Times) : Operation
{
    internal override Task ExecuteAsync(ModelContext context) => context.FaultAsync(At, Kind, Status, Times);

    internal override IEnumerable<Operation> Shrink() => Times > 1 ? [this with { Times = 1 }] : [];

    public override string ToString() => $"Khalti's {At} fails {Times} times: {Kind} {Status}";
}

internal sealed record RemoveFaults : Operation
{
    internal override Task ExecuteAsync(ModelContext context) => context.MendAsync();

    public override string ToString() => "Khalti's faults are removed";
}

internal sealed record RestartShop : Operation
{
    internal override Task ExecuteAsync(ModelContext context) => context.RestartAsync();

    public override string ToString() => "the shop is restarted";
}

/// <summary>Kills the process during a verify call.</summary>
internal sealed record KillDuringVerify(int Widget, bool AfterCall) : Operation
{
    internal override async Task ExecuteAsync(ModelContext context)
    {
        if (VerifyToken.Target(context, Widget, 0) is not { } target)
        {
            return;
        }

        await context.StallVerifyAsync(target.Order, target.Token, (long)context.Snapshot.Order(target.Order).Amount, AfterCall);
        await context.KillAsync();
    }

    internal override IEnumerable<Operation> Shrink() => Enumerable.Range(0, Widget).Select(smaller => this with { Widget = smaller });

    public override string ToString() =>
        $"verify token {Widget}, and the shop is killed {(AfterCall ? "after" : "before")} Khalti acted; it is restarted";
}

/// <summary>Suspends a verify call while everything else continues, as on a suspended machine.</summary>
internal sealed record StallVerify(int Widget, bool AfterCall) : Operation
{
    internal override async Task ExecuteAsync(ModelContext context)
    {
        if (VerifyToken.Target(context, Widget, 0) is { } target)
        {
            await context.StallVerifyAsync(target.Order, target.Token, (long)context.Snapshot.Order(target.Order).Amount, AfterCall);
        }
    }

    internal override IEnumerable<Operation> Shrink() => Enumerable.Range(0, Widget).Select(smaller => this with { Widget = smaller });

    public override string ToString() => $"verify token {Widget}, which is suspended {(AfterCall ? "after" : "before")} Khalti acts";
}

internal sealed record Release : Operation
{
    internal override async Task ExecuteAsync(ModelContext context)
    {
        foreach (Answer answer in await context.ReleaseAsync())
        {
            answer.Status.ShouldBeOneOf(200, 202, 402);
        }
    }

    public override string ToString() => "suspended calls continue";
}

/// <summary>Changes a payment's state at Khalti, as the payer, the merchant's dashboard or Khalti itself does.</summary>
internal sealed record ChangeStateAtKhalti(int Widget, string State) : Operation
{
    internal override async Task ExecuteAsync(ModelContext context)
    {
        if (context.Widgets.Count > 0
            && context.Snapshot.TransactionOf(Pick(context.Widgets, Widget).Token) is { } transaction
            && IsAllowed(transaction.State))
        {
            if (State is "Refunded" or "Partially refunded")
            {
                await context.DashboardAsync(transaction, State);
                return;
            }

            await context.Shop.Sandbox.PostAsync(
                $"/_sandbox/transactions/{transaction.Idx}/state", new { state = State, force = State == "Frozen" });
        }
    }

    internal override IEnumerable<Operation> Shrink() => Enumerable.Range(0, Widget).Select(smaller => this with { Widget = smaller });

    public override string ToString() => $"at Khalti, the payment of token {Widget} becomes {State}";

    private bool IsAllowed(string from) =>
        (from, State) is ("Initiated", "Confirmed" or "Disabled" or "Failed") or ("Confirmed", "Failed" or "Frozen")
        or ("Completed", "Refunded" or "Partially refunded") or ("Partially refunded", "Refunded");
}

/// <summary>Changes the sandbox's behaviour where Khalti's documents leave it open.</summary>
internal sealed record ChangeSandboxBehaviour(bool RefuseSecondVerify, bool IncludeProductInVerify) : Operation
{
    internal override Task ExecuteAsync(ModelContext context) => context.Shop.Sandbox.SwitchAsync(new
    {
        verifyAgain = RefuseSecondVerify ? "invalidToken" : "replay",
        extraVerifyFields = IncludeProductInVerify,
    });

    public override string ToString() =>
        $"Khalti {(RefuseSecondVerify ? "refuses" : "answers")} a second verify and "
        + $"{(IncludeProductInVerify ? "includes" : "does not tell")} the product";
}
