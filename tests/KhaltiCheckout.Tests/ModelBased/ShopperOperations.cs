using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;

namespace KhaltiCheckout.Tests.ModelBased;

internal sealed record PlaceAnOrder(int Product, int? Key) : Operation
{
    private static readonly string[] Products = ["ilam-tea", "timur-pepper"];
    private static readonly TimeSpan KeysLive = TimeSpan.FromHours(24);

    internal override async Task DoAsync(World world)
    {
        string product = Pick(Products, Product);
        Answer answer = await world.PostAsync(
            "/api/v1/orders", new { items = new[] { new { productId = product, quantity = 1 } } }, Key is { } key ? $"key-{key}-of-a-shopper-of-the-model" : null);
        DateTimeOffset now = world.Facts.At;
        if (Key is { } used && world.Keys.TryGetValue(used, out (int Product, string Order, DateTimeOffset At) first) && now < first.At + KeysLive)
        {
            bool same = Pick(Products, first.Product) == product;
            (answer.Status, answer.Code).ShouldBe(same ? (201, null) : (422, "idempotency_key_reused"));
            answer.Replayed.ShouldBe(same);
            (same ? (string?)answer.Body["id"] : first.Order).ShouldBe(first.Order);
            return;
        }

        (answer.Status, answer.Replayed).ShouldBe((201, false));
        string order = (string)answer.Body["id"]!;
        world.Orders.ShouldNotContain(order);
        world.Orders.Add(order);
        if (Key is { } fresh)
        {
            world.Keys[fresh] = (Product, order, now);
        }
    }

    internal override IEnumerable<Operation> Simpler() => Key is null ? [] : [this with { Key = null }];

    public override string ToString() => $"place an order of {Pick(Products, Product)}{(Key is { } key ? $" with key {key}" : "")}";
}

/// <summary>The shopper at Khalti: what the widget was opened with, and whether the code was given.</summary>
internal sealed record OpenTheWidget(int Order, long Tweak, bool OtherProduct, bool Confirm) : Operation
{
    internal override async Task DoAsync(World world)
    {
        if (world.Orders.Count == 0)
        {
            return;
        }

        int at = Order % world.Orders.Count;
        string other = world.Orders.Count > 1 ? Pick(world.Orders, at + 1) : "another-product";
        System.Text.Json.Nodes.JsonNode made = await world.Shop.Sandbox.PostAsync("/_sandbox/payments", new
        {
            amount = (long)world.Facts.Order(world.Orders[at]).Amount + Tweak,
            productIdentity = OtherProduct ? other : world.Orders[at],
            confirm = Confirm,
        });
        world.Widgets.Add(new Widget((string)made["token"]!, at));
    }

    internal override IEnumerable<Operation> Simpler()
    {
        if (Tweak != 0)
        {
            yield return this with { Tweak = 0 };
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
        $"the shopper opens the widget for order {Order}{(Tweak != 0 ? $" with {Tweak} paisa too many" : "")}"
        + $"{(OtherProduct ? " naming another product" : "")}{(Confirm ? " and confirms" : "")}";
}

internal sealed record Cancel(int Order) : Operation
{
    internal override async Task DoAsync(World world)
    {
        if (world.Orders.Count == 0)
        {
            return;
        }

        string id = Pick(world.Orders, Order);
        Order before = world.Facts.Order(id);
        bool may = before.Status == OrderStatus.Pending && !before.Payments.Any(Expected.IsOpen);
        string[] links = [.. Expected.Links(world.Facts, before).Select(link => link.State)];
        bool known = world.KhaltiIsWell || links.Length == 0;

        Answer answer = await world.PostAsync($"/api/v1/orders/{id}/cancel", null);

        (Facts was, Facts after) = await world.LookAsync();
        after.Khalti.ShouldBe(was.Khalti);
        if (known && !links.Any(state => state is "Completed" or "Pending" || state.Contains("efunded", StringComparison.Ordinal)))
        {
            (answer.Status, answer.Code).ShouldBe(may ? (200, null) : (409, "not_cancellable"));
            after.Order(id).Status.ShouldBe(may ? OrderStatus.Cancelled : before.Status);
        }
        else if (known)
        {
            // Khalti was asked first, and money has moved or may be on its way.
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

internal sealed record ReadTheOrder(int Order) : Operation
{
    internal override async Task DoAsync(World world)
    {
        if (world.Orders.Count == 0)
        {
            return;
        }

        Order kept = world.Facts.Order(Pick(world.Orders, Order));
        (int status, System.Text.Json.Nodes.JsonNode shown) = await world.Shop.GetAsync($"/api/v1/orders/{kept.Id}");
        status.ShouldBe(200);
        ((string?)shown["status"]).ShouldBe(SnakeCase.Of(kept.Status));
        ((long)shown["amount"]!).ShouldBe((long)kept.Amount);
        shown["payments"]!.AsArray().Select(payment => (string)payment!["status"]!).Order(StringComparer.Ordinal)
            .ShouldBe(kept.Payments.Select(payment => SnakeCase.Of(payment.Status)).Order(StringComparer.Ordinal));
    }

    public override string ToString() => $"read order {Order}";
}
