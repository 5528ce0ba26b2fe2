using System.Text.Json.Nodes;
using Khalti.Client;
using KhaltiCheckout.Model;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Tests.Payments;
using KhaltiCheckout.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace KhaltiCheckout.Tests.Storage;

/// <summary>A decision rests on the facts as they are in the transaction that saves it, whatever was read or saved here before.</summary>
public sealed class OrderStoreTests
{
    [Fact]
    public async Task An_order_changed_since_it_was_read_is_read_again_before_the_decision()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        Order known = await FindAsync(shop, order);
        (await shop.CancelAsync(order)).Status.ShouldBe(200);

        (await DecideAsync(shop, known, found => found.Status)).ShouldBe(OrderStatus.Cancelled);
    }

    [Fact]
    public async Task A_change_of_a_payment_alone_is_detected()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = (await shop.GivenLinkAsync()).Order;
        Order known = await FindAsync(shop, order);
        await shop.SqlAsync($"""UPDATE "Payments" SET "Version" = "Version" + 1, "Checks" = 7 WHERE "OrderId" = {order.Id()}""");

        (await DecideAsync(shop, known, found => found.Payments.Single().Checks)).ShouldBe(7);
    }

    [Fact]
    public async Task A_new_payment_is_detected_though_its_order_is_unchanged()
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
    public async Task A_change_of_the_order_during_a_call_is_kept_and_the_payment_completes(bool inAnotherProcess)
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

        (await Store(shop).UpdateAsync(
            OrderQuery.ById("ord_nobody"), found => found.Order is null, TestContext.Current.CancellationToken)).ShouldBeTrue();
    }

    [Fact]
    [Trait("Database", "Sqlite")]
    public async Task The_cached_rows_of_an_order_equal_those_of_the_database()
    {
        await using Shop shop = await Shop.OpenAsync();
        await using Shop other = shop.OpenAnother();
        shop.Clock.Advance(TimeSpan.FromTicks(7)); // less than a database can hold
        (JsonNode paid, string _) = await shop.GivenPaidAsync();
        OrderSnapshot kept = shop.Services.GetRequiredService<RecentOrders>().Find(paid.Id())!;

        Order read = await FindAsync(other, paid);

        kept.Order.ShouldBeEquivalentTo(OrderTables.Instance.Orders.Copy(read));
        kept.Lines.ShouldHaveSingleItem().ShouldBeEquivalentTo(read.Lines.Single());
        kept.Payments.ShouldHaveSingleItem().ShouldBeEquivalentTo(read.Payments.Single());
    }

    [Fact]
    [Trait("Database", "Sqlite")]
    public async Task Cached_rows_are_used_only_while_the_versions_match()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        await shop.SqlAsync($"""UPDATE "Orders" SET "CustomerName" = 'Sita' WHERE "Id" = {order.Id()}""");
        (await DecideAsync(shop, order, found => found.CustomerName)).ShouldBeNull();

        await shop.SqlAsync($"""UPDATE "Orders" SET "Version" = "Version" + 1 WHERE "Id" = {order.Id()}""");

        (await DecideAsync(shop, order, found => found.CustomerName)).ShouldBe("Sita");
    }

    [Fact]
    public async Task Rows_are_cached_briefly_and_only_for_small_orders()
    {
        await using Shop shop = await Shop.OpenAsync();
        RecentOrders recent = new(shop.Clock);
        OrderSnapshot small = Of(lines: 5), large = Of(lines: 6);
        recent.Keep(small);
        recent.Keep(large);

        shop.Clock.Advance(TimeSpan.FromMinutes(2));
        recent.Find(small.Order.Id).ShouldBeSameAs(small);
        recent.Find(large.Order.Id).ShouldBeNull();
        shop.Clock.Advance(TimeSpan.FromTicks(1));
        recent.Find(small.Order.Id).ShouldBeNull();

        static OrderSnapshot Of(int lines)
        {
            Order order = Order.Place(
                new OrderDraft { Lines = [.. Enumerable.Repeat(new DraftLine("ilam-tea", "Ilam tea", new Paisa(18_500), 1), lines)] },
                DateTimeOffset.UnixEpoch, TimeSpan.FromHours(1));
            return new OrderSnapshot(0, order, order.Lines, [], [], []);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_placed_order_that_changed_since_is_read_again(bool inAnotherProcess)
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
    public async Task An_order_cancelled_by_another_process_is_not_paid()
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
    public async Task A_decision_rolled_back_with_its_group_is_repeated_on_fresh_data_once()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        Order known = await FindAsync(shop, order);
        List<int> decided = [];
        using Busy writer = await Busy.MakeAsync(shop.Services.GetRequiredService<Database>(), TestContext.Current.CancellationToken);

        Task<int> told = DecideAsync(shop, known, found =>
        {
            decided.Add(found.Version);
            found.Record(TimelineEvent.CheckRequested, Actor.Merchant, shop.Clock.GetUtcNow(), facts: null);
            return found.Version;
        });
        Task<bool> failing = FailAsync(shop);
        writer.Open();

        (await told).ShouldBe(2);
        await Should.ThrowAsync<InvalidOperationException>(failing);
        decided.ShouldBe([1, 1]);
        (await shop.TimelineAsync(order)).ShouldBe(["order_placed", "check_requested"]);
        (await FindAsync(shop, order)).Version.ShouldBe(2);
    }

    [Fact]
    [Trait("Database", "Sqlite")]
    public async Task A_decision_that_fails_on_stale_data_is_repeated()
    {
        await using Shop shop = await Shop.OpenAsync();
        await using Shop other = shop.OpenAnother();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        (int status, JsonNode paid) = await other.VerifyAsync(order, token);
        status.ShouldBe(200);
        string payment = paid.Payment().Id();
        using Busy writer = await Busy.MakeAsync(shop.Services.GetRequiredService<Database>(), TestContext.Current.CancellationToken);

        Task<bool> failing = FailAsync(shop);
        Task<PaymentStatus> decided = DecideAsync(shop, order, found => found.PaymentOf(payment).Status);
        writer.Open();

        await Should.ThrowAsync<InvalidOperationException>(failing);
        (await decided).ShouldBe(PaymentStatus.Completed);
    }

    [Fact]
    public async Task An_error_on_fresh_data_reaches_the_caller()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();

        await Should.ThrowAsync<NotSupportedException>(DecideAsync<bool>(shop, order, _ => throw new NotSupportedException("never")));
    }

    [Fact]
    public async Task A_change_of_another_payment_is_detected_with_a_change_of_the_order()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = (await shop.GivenLinkAsync()).Order;
        Order known = await FindAsync(shop, order);
        await shop.SqlAsync($"""UPDATE "Payments" SET "Version" = "Version" + 1, "Checks" = 7 WHERE "OrderId" = {order.Id()}""");

        (await DecideAsync(shop, known, found =>
        {
            found.Record(TimelineEvent.CheckRequested, Actor.Merchant, shop.Clock.GetUtcNow(), facts: null);
            return found.Payments.Single().Checks;
        })).ShouldBe(7);
        (await shop.TimelineAsync(order)).Count(what => what == "check_requested").ShouldBe(1);
    }

    [Fact]
    public async Task A_decision_that_lost_a_conflict_leaves_no_changes()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        int rounds = 0;

        (await DecideAsync(shop, await FindAsync(shop, order), found =>
        {
            found.Record(TimelineEvent.CheckRequested, Actor.Merchant, shop.Clock.GetUtcNow(), facts: null);
            return ++rounds < 3 ? throw new ConcurrencyConflictException("a row") : found.Version;
        })).ShouldBe(2);

        rounds.ShouldBe(3);
        (await shop.TimelineAsync(order)).ShouldBe(["order_placed", "check_requested"]);
    }

    [Fact]
    [Trait("Database", "Sqlite")]
    public async Task Payments_beside_failing_work_are_verified_once()
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

    private static OrderStore Store(Shop shop) => shop.Services.GetRequiredService<OrderStore>();

    private static async Task<Order> FindAsync(Shop shop, JsonNode order) =>
        (await Store(shop).FindAsync(order.Id(), TestContext.Current.CancellationToken))!;

    private static Task<T> DecideAsync<T>(Shop shop, Order known, Func<Order, T> decide) => Store(shop).UpdateAsync(
        OrderQuery.ById(known.Id), found => decide(found.Order!), TestContext.Current.CancellationToken);

    private static Task<T> DecideAsync<T>(Shop shop, JsonNode placed, Func<Order, T> decide) => Store(shop).UpdateAsync(
        OrderQuery.ById(placed.Id()), found => decide(found.Order!), TestContext.Current.CancellationToken);

    private static Task<bool> FailAsync(Shop shop) => shop.Services.GetRequiredService<Database>().WriteAsync<bool>(
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
