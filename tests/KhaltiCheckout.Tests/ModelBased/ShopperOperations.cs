using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;

namespace KhaltiCheckout.Tests.ModelBased;

internal sealed record PlaceOrder(int Product, int? Key) : Operation
{
    private static readonly string[] Products = ["ilam-tea", "timur-pepper"];
    private static readonly TimeSpan KeyLifetime = TimeSpan.FromHours(24);

    internal override async Task ExecuteAsync(ModelContext context)
    {
        string product = Pick(Products, Product);
        Answer answer = await context.PostAsync(
            "/api/v1/orders", new { items = new[] { new { productId = product, quantity = 1 } } },
            Key is { } key ? $"key-{key}-of-a-shopper-of-the-model" : null);
        DateTimeOffset now = context.Snapshot.At;
        if (Key is { } used && context.Keys.TryGetValue(used, out (int Product, string Order, DateTimeOffset At) first)
            && now < first.At + KeyLifetime)
        {
            bool same = Pick(Products, first.Product) == product;
            (answer.Status, answer.Code).ShouldBe(same ? (201, null) : (422, "idempotency_key_reused"));
            answer.Replayed.ShouldBe(same);
            (same ? (string?)answer.Body["id"] : first.Order).ShouldBe(first.Order);
            return;
        }

        (answer.Status, answer.Replayed).ShouldBe((201, false));
        string order = (string)answer.Body["id"]!;
        context.Orders.ShouldNotContain(order);
        context.Orders.Add(order);
        if (Key is { } fresh)
        {
            context.Keys[fresh] = (Product, order, now);
        }
    }

    internal override IEnumerable<Operation> Shrink() => Key is null ? [] : [this with { Key = null }];

    public override string ToString() => $"place an order of {Pick(Products, Product)}{(Key is { } key ? $" with key {key}" : "")}";
}

/// <summary>Opens the widget for an order, possibly with another amount or product, and possibly confirms.</summary>
internal sealed record OpenWidget(int Order, long AmountDelta, bool OtherProduct, bool Confirm) : Operation
{
    internal override async Task ExecuteAsync(ModelContext context)
    {
        if (context.Orders.Count == 0)
        {
            return;
        }

        int at = Order % context.Orders.Count;
        string other = context.Orders.Count > 1 ? Pick(context.Orders, at + 1) : "another-product";
        System.Text.Json.Nodes.JsonNode made = await context.Shop.Sandbox.PostAsync("/_sandbox/payments", new
        {
            amount = (long)context.Snapshot.Order(context.Orders[at]).Amount + AmountDelta,
            productIdentity = OtherProduct ? other : context.Orders[at],
            confirm = Confirm,
        });
        context.Widgets.Add(new Widget((string)made["token"]!, at));
    }

    internal override IEnumerable<Operation> Shrink()
    {
        if (AmountDelta != 0)
        {
            yield return this with { AmountDelta = 0 };
        }

        if (OtherProduct)
        {
            yield return this with { OtherProduct = false };
        }

        if (Order > 0)
        {
            yield return this with { Order = 0 };
        }
    }

    public override string ToString() =>
        $"the shopper opens the widget for order {Order}{(AmountDelta != 0 ? $" with {AmountDelta} paisa too many" : "")}"
        + $"{(OtherProduct ? " naming another product" : "")}{(Confirm ? " and confirms" : "")}";
}

/// <summary>Khalti takes the money, and the shopper's token never reaches the shop: a bank payment, or a page that was closed.</summary>
internal sealed record LoseToken(int Order, long AmountDelta) : Operation
{
    internal override async Task ExecuteAsync(ModelContext context)
    {
        if (context.Orders.Count == 0)
        {
            return;
        }

        Order order = context.Snapshot.Order(Pick(context.Orders, Order));
        string idx = await context.Shop.Sandbox.CompletedTransactionAsync((long)order.Amount + AmountDelta, order.Id);
        context.LostTokens[idx] = context.Snapshot.At;
    }

    internal override IEnumerable<Operation> Shrink()
    {
        if (AmountDelta != 0)
        {
            yield return this with { AmountDelta = 0 };
        }

        if (Order > 0)
        {
            yield return this with { Order = 0 };
        }
    }

    public override string ToString() =>
        $"Khalti takes the money of order {Order}{(AmountDelta != 0 ? $", {AmountDelta} paisa too many," : "")} and the token is lost";
}

internal sealed record CancelOrder(int Order) : Operation
{
    internal override async Task ExecuteAsync(ModelContext context)
    {
        if (context.Orders.Count == 0)
        {
            return;
        }

        string id = Pick(context.Orders, Order);
        Order before = context.Snapshot.Order(id);
        bool isAllowed = before.Status == OrderStatus.Pending && !before.Payments.Any(ExpectedVerifyAnswer.IsOpen);
        string[] links = [.. ExpectedVerifyAnswer.Links(context.Snapshot, before).Select(link => link.State)];
        bool known = context.IsKhaltiHealthy || links.Length == 0;

        Answer answer = await context.PostAsync($"/api/v1/orders/{id}/cancel", null);

        (Snapshot was, Snapshot after) = await context.CheckInvariantsAsync();
        after.Khalti.ShouldBe(was.Khalti);
        if (known && !links.Any(state => state is "Completed" or "Pending" || state.Contains("efunded", StringComparison.Ordinal)))
        {
            (answer.Status, answer.Code).ShouldBe(isAllowed ? (200, null) : (409, "not_cancellable"));
            after.Order(id).Status.ShouldBe(isAllowed ? OrderStatus.Cancelled : before.Status);
        }
        else if (known)
        {
            // The lookup before the cancellation found that money has moved or may move.
            (answer.Status, answer.Code).ShouldBe((409, "not_cancellable"));
            after.Order(id).Status.ShouldNotBe(before.Status == OrderStatus.Cancelled ? OrderStatus.Pending : OrderStatus.Cancelled);
        }
        else
        {
            (answer.Status, answer.Code).ShouldBeOneOf((200, null), (409, "not_cancellable"));
            (after.Order(id).Status == OrderStatus.Cancelled).ShouldBe(answer.Status == 200 || before.Status == OrderStatus.Cancelled);
        }
    }

    public override string ToString() => $"cancel order {Order}";
}

internal sealed record ReadOrder(int Order) : Operation
{
    internal override async Task ExecuteAsync(ModelContext context)
    {
        if (context.Orders.Count == 0)
        {
            return;
        }

        Order stored = context.Snapshot.Order(Pick(context.Orders, Order));
        (int status, System.Text.Json.Nodes.JsonNode shown) = await context.Shop.GetAsync($"/api/v1/orders/{stored.Id}");
        status.ShouldBe(200);
        ((string?)shown["status"]).ShouldBe(SnakeCase.Of(stored.Status));
        ((long)shown["amount"]!).ShouldBe((long)stored.Amount);
        shown["payments"]!.AsArray().Select(payment => (string)payment!["status"]!).Order(StringComparer.Ordinal)
            .ShouldBe(stored.Payments.Select(payment => SnakeCase.Of(payment.Status)).Order(StringComparer.Ordinal));
    }

    public override string ToString() => $"read order {Order}";
}
