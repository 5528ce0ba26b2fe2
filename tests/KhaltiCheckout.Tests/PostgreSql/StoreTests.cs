using KhaltiCheckout.Catalogue;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace KhaltiCheckout.Tests.PostgreSql;

/// <summary>What becomes of a write when another is in its way or its connection breaks.</summary>
[Trait("Database", "PostgreSql")]
public sealed class StoreTests
{
    private const string Price = """UPDATE "Products" SET "Price" = "Price" + 1000 WHERE "Id" = 'ilam-tea'""";

    [OnPostgreSql]
    public async Task A_conflicting_write_is_retried_on_fresh_data()
    {
        await using Shop shop = await Shop.OpenAsync();
        int rounds = 0;

        long seen = await WriteAsync(shop, async sql =>
        {
            rounds++;
            long price = await PriceAsync(sql);
            if (rounds == 1)
            {
                await BesidesAsync(shop, Price);
            }

            await sql.ExecuteAsync(Price);
            return price;
        });

        (rounds, seen).ShouldBe((2, 19_500));
        (await PriceAsync(shop)).ShouldBe(20_500);
    }

    [OnPostgreSql]
    public async Task Two_writes_that_depend_on_each_other_do_not_both_succeed()
    {
        // Write skew: each looks at the other's row and writes its own. Row locks and versions would let both through.
        await using Shop shop = await Shop.OpenAsync();
        TaskCompletionSource bothHaveLooked = new();
        int looked = 0;
        Task<bool> ChangeAsync(string mine, string other) => WriteAsync(shop, async sql =>
        {
            long price = await sql.FindAsync("""SELECT "Price" FROM "Products" WHERE "Id" = @p0""", row => row.Number(0), other);
            if (Interlocked.Increment(ref looked) == 2)
            {
                bothHaveLooked.SetResult();
            }

            await bothHaveLooked.Task;
            bool isFirst = price != 1;
            await sql.ExecuteAsync("""UPDATE "Products" SET "Price" = 1 WHERE "Id" = @p0 AND @p1""", mine, isFirst);
            return isFirst;
        });

        bool[] first = await Task.WhenAll(ChangeAsync("ilam-tea", "prayer-flags"), ChangeAsync("prayer-flags", "ilam-tea"));

        first.Count(one => one).ShouldBe(1);
    }

    [OnPostgreSql]
    public async Task Two_writes_of_one_order_wait_for_each_other_without_a_retry()
    {
        await using Shop shop = await Shop.OpenAsync();
        string id = (await shop.GivenOrderAsync()).Id();
        TaskCompletionSource hasRead = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource maySave = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int rounds = 0;

        Task first = KeepMismatchAsync(async () =>
        {
            hasRead.TrySetResult();
            await maySave.Task;
        });
        await hasRead.Task;
        Task second = KeepMismatchAsync(() => Task.CompletedTask);
        await Shop.UntilAsync(async () => await WaitingForALockAsync(shop) > 0);
        maySave.SetResult();
        await Task.WhenAll(first, second);

        rounds.ShouldBe(2);
        (await shop.InDatabaseAsync(db => db.Orders.Where(order => order.Id == id).Select(order => order.MismatchesKept).SingleAsync()))
            .ShouldBe(2);

        Task<bool> KeepMismatchAsync(Func<Task> meanwhile) => shop.Services.GetRequiredService<OrderStore>().UpdateAsync(
            OrderQuery.ById(id),
            found =>
            {
                Interlocked.Increment(ref rounds);
                return found.Order!.RecordAmountMismatch(new Khalti.Client.Paisa(1), shop.Clock.GetUtcNow());
            },
            TestContext.Current.CancellationToken,
            (_, _) => meanwhile());
    }

    [OnPostgreSql]
    public async Task A_write_that_always_conflicts_is_answered_busy()
    {
        await using Shop shop = await Shop.OpenAsync();
        using CancellationTokenSource somebodyWaits = new();

        await Should.ThrowAsync<StoreBusyException>(() => WriteAsync(shop, AlwaysLosing(shop), cancellationToken: somebodyWaits.Token));

        long changed = await PriceAsync(shop);
        (changed - 18_500).ShouldBe(20_000, "so many rounds, and in each only the other won");
    }

    [OnPostgreSql]
    public async Task A_write_that_often_conflicts_is_finally_run_exclusively()
    {
        await using Shop shop = await Shop.OpenAsync();
        List<Task<int>> others = [];
        int rounds = 0;

        await WriteAsync(shop, async sql =>
        {
            rounds++;
            await PriceAsync(sql);
            others.Add(WriteAsync(shop, quick => quick.ExecuteAsync(Price)));
            await Shop.UntilAsync(async () => others[^1].IsCompleted || await WaitingForALockAsync(shop) > 0);
            return await sql.ExecuteAsync(Price);
        });

        await Task.WhenAll(others);
        (rounds, await PriceAsync(shop)).ShouldBe((4, 18_500 + (5 * 1000)));
    }

    [OnPostgreSql]
    public async Task A_connection_lost_during_a_write_causes_a_retry()
    {
        await using Shop shop = await Shop.OpenAsync();
        int rounds = 0;

        await WriteAsync(shop, async sql =>
        {
            await sql.ExecuteAsync(Price);
            if (++rounds == 1)
            {
                await EndAsync(shop, ((NpgsqlConnection)sql.Connection).ProcessID);
            }

            return await PriceAsync(sql);
        });

        (rounds, await PriceAsync(shop)).ShouldBe((2, 19_500));
    }

    [OnPostgreSql]
    public async Task A_connection_lost_at_commit_applies_the_write_at_most_once()
    {
        await using Shop shop = await Shop.OpenAsync();
        int rounds = 0;

        await Should.ThrowAsync<CommitUnknownException>(() => WriteAsync(shop, async sql =>
        {
            rounds++;
            await sql.ExecuteAsync(Price);
            await EndAsync(shop, ((NpgsqlConnection)sql.Connection).ProcessID);
            return true;
        }));

        rounds.ShouldBe(1);
        (await PriceAsync(shop)).ShouldBe(18_500);
    }

    [OnPostgreSql]
    public async Task Connections_lost_between_requests_cause_no_error()
    {
        await using Shop shop = await Shop.OpenAsync();
        (System.Text.Json.Nodes.JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => shop.ReadAsync(order)));

        await EndAllAsync(shop);
        (await shop.ReadAsync(order)).Status().ShouldBe("pending");
        await EndAllAsync(shop);
        (await shop.VerifyAsync(order, token)).Status.ShouldBe(200);
        await EndAllAsync(shop);
        (await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => shop.ReadAsync(order)))).ShouldAllBe(read => read.Status() == "paid");
    }

    [OnPostgreSql]
    public async Task A_short_database_outage_after_verify_loses_no_result()
    {
        await using Shop shop = await Shop.OpenAsync();
        NpgsqlConnectionStringBuilder direct = new(shop.Database.ConnectionString);
        await using Relay relay = new(direct.Port);
        await shop.ReopenAsync(("Database:ConnectionString", $"{direct};Host=127.0.0.1;Port={relay.Port}"));

        // The worker may meet the outage, too, and says so.
        shop.ExpectWarnings();
        (System.Text.Json.Nodes.JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.Sandbox.FaultAsync("verify", "delay", delayMs: 500);

        Task<(int Status, System.Text.Json.Nodes.JsonNode Body)> paying = shop.VerifyAsync(order, token);
        await Shop.UntilAsync(async () => await shop.Sandbox.CountAsync("verify") == 1);
        relay.Break();
        await Shop.UntilAsync(() => Task.FromResult(relay.Refused >= 3));
        relay.Mend();

        (await paying).Status.ShouldBe(200, string.Join('\n', shop.Log.Lines));
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
        (await shop.Sandbox.CountAsync("verify")).ShouldBe(1);
    }

    [OnPostgreSql]
    public async Task A_database_outage_is_503_until_the_database_is_back()
    {
        await using Shop shop = await Shop.OpenAsync();
        NpgsqlConnectionStringBuilder direct = new(shop.Database.ConnectionString);
        await using Relay relay = new(direct.Port);
        await shop.ReopenAsync(("Database:ConnectionString", $"{direct};Host=127.0.0.1;Port={relay.Port}"));
        shop.ExpectWarnings();
        System.Text.Json.Nodes.JsonNode order = await shop.GivenOrderAsync();
        relay.Break();

        Answer write = await shop.AskAsync(HttpMethod.Post, $"/api/v1/orders/{order.Id()}/cancel");
        Answer read = await shop.AskAsync("/api/v1/orders/" + order.Id());
        Answer list = await shop.AskAsync("/api/v1/products");
        Answer ready = await shop.AskAsync("/health/ready");
        relay.Mend();

        foreach (Answer answer in (Answer[])[write, read, list])
        {
            answer.ShouldBeProblem(503, "busy");
            answer.Headers.Keys.ShouldContain("Retry-After");
        }

        ready.ShouldBeProblem(503, "not_ready");
        (await shop.AskAsync("/health/ready")).Status.ShouldBe(200);
        (await shop.ReadAsync(order)).Status().ShouldBe("pending");
    }

    [OnPostgreSql]
    public async Task An_exhausted_pool_is_503_with_Retry_After_and_waiting_requests_succeed()
    {
        await using Shop shop = await Shop.OpenAsync();
        await shop.ReopenAsync(("Database:ConnectionString", shop.Database.ConnectionString + ";Maximum Pool Size=2;Timeout=1"));
        shop.ExpectWarnings();
        System.Text.Json.Nodes.JsonNode order = await shop.GivenOrderAsync();

        Task<System.Text.Json.Nodes.JsonNode[]> waiting;
        using (shop.Database.BlockWriters("Orders"))
        {
            waiting = Task.WhenAll(shop.GivenOrderAsync(), shop.GivenOrderAsync());
            await Shop.UntilAsync(async () => await WaitingForALockAsync(shop) == 2);

            Answer write = await shop.AskAsync(HttpMethod.Post, "/api/v1/orders", new StringContent(
                """{"items":[{"productId":"ilam-tea","quantity":1}]}""", System.Text.Encoding.UTF8, "application/json"));
            Answer read = await shop.AskAsync("/api/v1/orders/" + order.Id());

            write.ShouldBeProblem(503, "busy");
            read.ShouldBeProblem(503, "busy");
            write.Headers.Keys.ShouldContain("Retry-After");
            read.Headers.Keys.ShouldContain("Retry-After");
            (await shop.AskAsync("/health/ready")).ShouldBeProblem(503, "not_ready");
        }

        (await waiting).Length.ShouldBe(2);
        (await shop.InDatabaseAsync(db => db.Orders.CountAsync())).ShouldBe(3);
    }

    [OnPostgreSql]
    public async Task A_search_for_text_that_PostgreSQL_cannot_store_finds_nothing()
    {
        await using Shop shop = await Shop.OpenAsync();

        foreach (string id in (string[])["ord_\0", "ord_\ud800"])
        {
            (await shop.InDatabaseAsync(db => db.Orders.CountAsync(order => order.Id == id))).ShouldBe(0);
        }

        string[] several = ["ilam-tea", "\0"];
        (await shop.InDatabaseAsync(db => db.Products.CountAsync(product => several.Contains(product.Id)))).ShouldBe(1);
        (await WriteAsync(shop, sql => sql.ListAsync("""SELECT "Id" FROM "Products" WHERE "Id" = @p0""", row => row.Text(0), "a\0b")))
            .ShouldBeEmpty();
    }

    private static Func<SqlSession, Task<bool>> AlwaysLosing(Shop shop) => async sql =>
    {
        await PriceAsync(sql);
        await BesidesAsync(shop, Price);
        await sql.ExecuteAsync(Price);
        return true;
    };

    private static Task<T> WriteAsync<T>(
        Shop shop, Func<SqlSession, Task<T>> work, Isolation isolation = Isolation.Serializable,
        CancellationToken cancellationToken = default) =>
        shop.Services.GetRequiredService<Database>().WriteAsync(isolation, work, cancellationToken);

    private static Task<long> PriceAsync(SqlSession sql) =>
        sql.FindAsync("""SELECT "Price" FROM "Products" WHERE "Id" = 'ilam-tea'""", row => row.Number(0))!;

    private static async Task<long> PriceAsync(Shop shop) =>
        (long)await shop.InDatabaseAsync(
            db => db.Products.Where(product => product.Id == "ilam-tea").Select(product => product.Price).SingleAsync());

    private static async Task BesidesAsync(Shop shop, string sql)
    {
        await using NpgsqlConnection connection = new(shop.Database.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
#pragma warning disable CA2100 // Constants of these tests.
        await using NpgsqlCommand command = new(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private static Task EndAsync(Shop shop, int process) => BesidesAsync(shop, $"SELECT pg_terminate_backend({process}, 5000)");

    private static Task EndAllAsync(Shop shop) => BesidesAsync(
        shop,
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");

    private static async Task<long> WaitingForALockAsync(Shop shop)
    {
        await using NpgsqlConnection connection = new(shop.Database.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using NpgsqlCommand command =
            new("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'", connection);
        return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
