using System.Text.Json.Nodes;
using KhaltiCheckout.DailyReconciliation;
using KhaltiCheckout.Model;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Tests.Payments;
using KhaltiCheckout.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace KhaltiCheckout.Tests.Storage;

/// <summary>Whatever was read before its turn came, a decision rests on the facts as they are when it is written.</summary>
public sealed class OrderDecisionTests
{
    [Fact]
    public async Task An_order_that_has_changed_since_it_was_read_is_read_again_before_anything_is_decided()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        Order known = await FindAsync(shop, order);
        (await shop.CancelAsync(order)).Status.ShouldBe(200);

        (await DecideAsync(shop, known, found => found.Status)).ShouldBe(OrderStatus.Cancelled);
    }

    [Fact]
    public async Task A_payment_that_has_changed_without_its_order_is_seen_too()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = (await shop.GivenLinkAsync()).Order;
        Order known = await FindAsync(shop, order);
        await shop.SqlAsync($"""UPDATE "Payments" SET "Version" = "Version" + 1, "Checks" = 7 WHERE "OrderId" = {order.Id()}""");

        (await DecideAsync(shop, known, found => found.Payments.Single().Checks)).ShouldBe(7);
    }

    [Fact]
    public async Task A_payment_that_has_come_since_is_seen_though_its_order_has_not_changed()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        Order known = await FindAsync(shop, order);
        (await shop.VerifyAsync(order, token)).Status.ShouldBe(200);
        await shop.SqlAsync($"""UPDATE "Orders" SET "Version" = {known.Version} WHERE "Id" = {order.Id()}""");

        (await DecideAsync(shop, known, found => found.Payments.Count)).ShouldBe(1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_happens_to_an_order_while_Khalti_is_asked_is_kept_and_the_payment_completes(bool inAnotherProcess)
    {
        await using Shop shop = await Shop.OpenAsync();
        await using Shop other = shop.OpenAnother();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.Sandbox.HoldUpAsync("verify");
        Task<(int Status, JsonNode Body)> paying = shop.VerifyAsync(order, token);
        await Shop.UntilAsync(async () => await shop.Sandbox.CountAsync("verify") == 1);

        (await (inAnotherProcess ? other : shop).VerifyAsync(order, token, amount: 1)).Status.ShouldBe(422);
        await shop.Sandbox.MendAsync();

        (await paying).Status.ShouldBe(200);
        (await shop.TimelineAsync(order)).ShouldBe(["order_placed", "payment_verifying", "amount_mismatch", "payment_completed"]);
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Fact]
    public async Task An_order_that_does_not_exist_is_null()
    {
        await using Shop shop = await Shop.OpenAsync();

        (await Store(shop).DecideAsync(
            "ord_nobody", OrderParts.All, (_, found) => Task.FromResult(found is null), TestContext.Current.CancellationToken)).ShouldBeTrue();
    }

    [Fact]
    [Trait("Database", "Sqlite")]
    public async Task An_order_that_is_as_it_was_is_not_read_again()
    {
        await using Shop shop = await Shop.OpenAsync();
        Order known = await FindAsync(shop, (await shop.GivenLinkAsync()).Order);

        (await DecideAsync(shop, known, found => ReferenceEquals(found, known))).ShouldBeTrue();
    }

    [Fact]
    [Trait("Database", "Sqlite")]
    public async Task An_order_that_was_just_placed_here_is_not_read_for_its_first_decision_and_for_every_other_it_is()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Clock.Advance(TimeSpan.FromTicks(7)); // less than a database can hold
        JsonNode placed = await shop.GivenOrderAsync();
        Order read = await FindAsync(shop, placed);
        CheckoutStore store = Store(shop);
        Order kept = store.Recent!.Take<Order>(placed.Id())!;
        kept.ShouldNotBeSameAs(read);
        kept.Values().ShouldBe(read.Values());
        kept.StoredState.ShouldBe(read.StoredState);
        kept.Lines.Select(line => (line.Position, line.ProductId, line.Name, line.UnitPrice, line.Quantity, line.Amount))
            .ShouldBe(read.Lines.Select(line => (line.Position, line.ProductId, line.Name, line.UnitPrice, line.Quantity, line.Amount)));
        (kept.Payments.Count, kept.Timeline.Count, kept.SearchTerms.Count, kept.IsWhole).ShouldBe((0, 0, 0, true));

        store.Recent.Keep(kept, kept);
        (await DecideAsync(shop, placed, found => ReferenceEquals(found, kept))).ShouldBeTrue();
        (await DecideAsync(shop, placed, found => ReferenceEquals(found, kept))).ShouldBeFalse();
    }

    [Fact]
    [Trait("Database", "Sqlite")]
    public async Task An_order_is_not_kept_for_long_nor_when_it_is_large()
    {
        await using Shop shop = await Shop.OpenAsync();
        RecentOrders placed = new(shop.Clock);
        Order first = Given(shop, 1), second = Given(shop, 1);
        placed.Keep(first, first);
        placed.Keep(second, second);

        shop.Clock.Advance(TimeSpan.FromMinutes(2));
        placed.Take<Order>(first.Id).ShouldBeSameAs(first);
        shop.Clock.Advance(TimeSpan.FromTicks(1));
        placed.Take<Order>(second.Id).ShouldBeNull();

        Order small = Given(shop, 5), large = Given(shop, 6), described = Given(shop, 1, "why");
        placed.Keep(small, small);
        placed.Take<Order>(small.Id).ShouldBeSameAs(small);
        placed.Keep(large, large);
        placed.Take<Order>(large.Id).ShouldBeNull();
        placed.Keep(described, described);
        placed.Take<Order>(described.Id).ShouldBeNull();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_order_that_was_placed_here_and_has_changed_since_is_seen_as_it_is(bool inAnotherProcess)
    {
        await using Shop shop = await Shop.OpenAsync();
        await using Shop other = shop.OpenAnother();
        JsonNode placed = await shop.GivenOrderAsync();
        (await (inAnotherProcess ? other : shop).VerifyAsync(placed, "token-of-nobody", amount: 1)).Status.ShouldBe(422);
        (await (inAnotherProcess ? other : shop).CancelAsync(placed)).Status.ShouldBe(200);

        (await DecideAsync(shop, placed, found => (found.Status, found.MismatchesKept))).ShouldBe((OrderStatus.Cancelled, 1));
        (await shop.VerifyAsync(placed, "token-of-nobody")).Status.ShouldBe(409);
    }

    [Fact]
    public async Task An_order_that_was_placed_here_and_cancelled_elsewhere_is_not_paid()
    {
        await using Shop shop = await Shop.OpenAsync();
        await using Shop other = shop.OpenAnother();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        (await other.CancelAsync(order)).Status.ShouldBe(200);

        (int status, JsonNode problem) = await shop.VerifyAsync(order, token);

        (status, (string?)problem["code"]).ShouldBe((409, "order_not_payable"));
        (await shop.Sandbox.CountAsync("verify")).ShouldBe(0);
        (await shop.TimelineAsync(order)).ShouldBe(["order_placed", "order_cancelled"]);
    }

    [Fact]
    [Trait("Database", "Sqlite")]
    public async Task Of_many_who_want_a_placed_order_one_gets_it_and_newer_ones_take_the_place_of_older_ones()
    {
        await using Shop shop = await Shop.OpenAsync();
        RecentOrders placed = new(shop.Clock);
        Order[] orders = [.. Enumerable.Range(0, 5000).Select(_ => Given(shop, 1))];
        foreach (Order order in orders)
        {
            placed.Keep(order, order);
        }

        System.Collections.Concurrent.ConcurrentBag<Order> taken = [];
        await Parallel.ForEachAsync(orders.Concat(orders), (order, _) =>
        {
            if (placed.Take<Order>(order.Id) is { } one)
            {
                one.ShouldBeSameAs(order);
                taken.Add(one);
            }

            return ValueTask.CompletedTask;
        });

        taken.ShouldBeUnique();
        taken.Count.ShouldBeInRange(500, 1024);
        taken.ShouldContain(orders[^1]);
    }

    [Fact]
    [Trait("Database", "Sqlite")]
    public async Task A_decision_that_was_undone_with_its_group_is_made_again_on_fresh_facts_and_counts_once()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        Order known = await FindAsync(shop, order);
        List<(bool IsKnown, int Version)> decided = [];
        using Busy writer = await Busy.MakeAsync(Store(shop), TestContext.Current.CancellationToken);

        Task<int> told = DecideAsync(shop, known, found =>
        {
            decided.Add((ReferenceEquals(found, known), found.Version));
            found.Tell("told_once", Actor.Merchant, shop.Clock.GetUtcNow());
            return found.Version;
        });
        Task<bool> failing = FailAsync(shop);
        writer.Open();

        (await told).ShouldBe(2);
        await Should.ThrowAsync<InvalidOperationException>(failing);
        decided.ShouldBe([(true, 1), (false, 1)]);
        (await shop.TimelineAsync(order)).ShouldBe(["order_placed", "told_once"]);
        (await FindAsync(shop, order)).Version.ShouldBe(2);
    }

    [Fact]
    [Trait("Database", "Sqlite")]
    public async Task A_decision_that_fails_on_what_was_true_is_made_again_also_behind_another_that_failed()
    {
        await using Shop shop = await Shop.OpenAsync();
        await using Shop other = shop.OpenAnother();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        (int status, JsonNode paid) = await other.VerifyAsync(order, token);
        status.ShouldBe(200);
        string payment = paid.Payment().Id();
        using Busy writer = await Busy.MakeAsync(Store(shop), TestContext.Current.CancellationToken);

        Task<bool> failing = FailAsync(shop);
        Task<PaymentStatus> decided = DecideAsync(shop, order, found => found.PaymentOf(payment).Status);
        writer.Open();

        await Should.ThrowAsync<InvalidOperationException>(failing);
        (await decided).ShouldBe(PaymentStatus.Completed);
    }

    [Fact]
    public async Task What_goes_wrong_on_fresh_facts_is_told_as_it_is()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();

        await Should.ThrowAsync<NotSupportedException>(DecideAsync<bool>(shop, order, _ => throw new NotSupportedException("never")));
    }

    [Fact]
    public async Task Another_payment_that_has_changed_without_its_order_is_seen_though_the_order_is_changed_now()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = (await shop.GivenLinkAsync()).Order;
        Order known = await FindAsync(shop, order);
        await shop.SqlAsync($"""UPDATE "Payments" SET "Version" = "Version" + 1, "Checks" = 7 WHERE "OrderId" = {order.Id()}""");

        (await DecideAsync(shop, known, found =>
        {
            found.Tell("told_once", Actor.Merchant, shop.Clock.GetUtcNow());
            return found.Payments.Single().Checks;
        })).ShouldBe(7);
        (await shop.TimelineAsync(order)).Count(what => what == "told_once").ShouldBe(1);
    }

    [Fact]
    public async Task A_decision_that_lost_a_race_leaves_nothing_of_itself_behind()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        int rounds = 0;

        (await DecideAsync(shop, await FindAsync(shop, order), found =>
        {
            found.Tell("told_once", Actor.Merchant, shop.Clock.GetUtcNow());
            return ++rounds < 3 ? throw new ConcurrencyConflictException("a row") : found.Version;
        })).ShouldBe(2);

        rounds.ShouldBe(3);
        (await shop.TimelineAsync(order)).ShouldBe(["order_placed", "told_once"]);
    }

    [Fact]
    [Trait("Database", "Sqlite")]
    public async Task Payments_among_others_work_that_fails_all_the_time_are_verified_once_and_refused_for_good()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode Order, string Token)[] paid = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => shop.GivenConfirmedAsync()));
        JsonNode[] refused = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => shop.GivenOrderAsync()));
        using CancellationTokenSource enough = new();
        Task<int>[] failing = [.. Enumerable.Range(0, 4).Select(_ => FailUntilAsync(shop, enough.Token))];

        (int Status, JsonNode Body)[] answers;
        try
        {
            answers = await RaceTests.AtOnceAsync(40, shopper => shopper % 2 == 0
                ? shop.VerifyAsync(paid[shopper / 2].Order, paid[shopper / 2].Token)
                : shop.VerifyAsync(refused[shopper / 2], $"unknown{shopper}"));
        }
        finally
        {
            await enough.CancelAsync();
        }

        (await Task.WhenAll(failing)).ShouldAllBe(failed => failed > 0);
        answers.Select(answer => answer.Status).ShouldBe(Enumerable.Range(0, 40).Select(shopper => shopper % 2 == 0 ? 200 : 402));
        (await shop.Sandbox.CountAsync("verify")).ShouldBe(40);
        foreach ((JsonNode order, _) in paid)
        {
            (await shop.TimelineAsync(order)).ShouldBe(["order_placed", "payment_verifying", "payment_completed"]);
        }

        foreach (JsonNode order in refused)
        {
            (await shop.TimelineAsync(order)).ShouldBe(["order_placed", "payment_verifying", "payment_failed"]);
        }
    }

    private static Order Given(Shop shop, int lines, string? note = null)
    {
        OrderDraft wish = new()
        {
            Lines = [.. Enumerable.Range(0, lines).Select(_ => new DraftLine("ilam-tea", "Ilam tea", new Khalti.Client.Paisa(18_500), 1))],
            Metadata = note is null ? null : new Dictionary<string, string> { ["note"] = note },
        };
        return Order.Place(wish, shop.Clock.GetUtcNow(), TimeSpan.FromHours(1));
    }

    private static CheckoutStore Store(Shop shop) => shop.Services.GetRequiredService<CheckoutStore>();

    private static async Task<Order> FindAsync(Shop shop, JsonNode order) =>
        (await Store(shop).ReadAsync(sql => sql.FindOrderAsync(order.Id(), OrderParts.All), TestContext.Current.CancellationToken))!;

    private static Task<T> DecideAsync<T>(Shop shop, Order known, Func<Order, T> decide) => Store(shop).DecideAsync(
        known.Id, OrderParts.All, (_, found) => Task.FromResult(decide(found!)), TestContext.Current.CancellationToken, known: known);

    private static Task<T> DecideAsync<T>(Shop shop, JsonNode placed, Func<Order, T> decide) => Store(shop).DecideAsync(
        placed.Id(), OrderParts.All, (_, found) => Task.FromResult(decide(found!)), TestContext.Current.CancellationToken);

    private static Task<bool> FailAsync(Shop shop) => Store(shop).WriteAsync<bool>(
        _ => throw new InvalidOperationException("not this one"), TestContext.Current.CancellationToken);

    private static async Task<int> FailUntilAsync(Shop shop, CancellationToken enough)
    {
        int failed = 0;
        for (; !enough.IsCancellationRequested; failed++)
        {
            await Should.ThrowAsync<InvalidOperationException>(FailAsync(shop));
        }

        return failed;
    }
}
