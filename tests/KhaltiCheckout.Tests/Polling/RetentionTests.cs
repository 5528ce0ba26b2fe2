using System.Text.Json.Nodes;
using KhaltiCheckout.Access;
using KhaltiCheckout.Idempotency;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Tests.Support;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Tests.Polling;

/// <summary>Retention: which rows are deleted, when, and how many at a time; and that rows kept forever cost nothing.</summary>
public sealed class RetentionTests
{
    private static readonly KeyHolder Merchant = new("key", "a key", [Scopes.Read]);

    [Fact]
    public async Task Expired_idempotent_answers_are_deleted_a_thousand_at_a_time()
    {
        await using Shop shop = await Shop.OpenAsync();
        await GivenAnswersAsync(shop, "old", 2500);
        shop.Clock.Advance(IdempotentRequest.Lifetime - TimeSpan.FromSeconds(1));
        await GivenAnswersAsync(shop, "young", 5);
        await shop.PassAsync();
        (await AnswersAsync(shop)).ShouldBe(2505);

        List<int> left = [];
        for (int pass = 0; pass < 4; pass++)
        {
            await shop.PassAfterAsync(TimeSpan.FromSeconds(1));
            left.Add(await AnswersAsync(shop));
        }

        left.ShouldBe([1505, 505, 5, 5]);
        (await shop.InDatabaseAsync(db => db.IdempotentRequests.CountAsync(request => request.Id.StartsWith("young")))).ShouldBe(5);
    }

    [Fact]
    public async Task Expired_sign_ins_are_deleted_a_thousand_at_a_time()
    {
        await using Shop shop = await Shop.OpenAsync();
        await GivenSessionsAsync(shop, "old", 1001);
        shop.Clock.Advance(AdminSession.Lifetime - TimeSpan.FromSeconds(1));
        await GivenSessionsAsync(shop, "young", 5);

        List<int> left = [];
        for (int pass = 0; pass < 3; pass++)
        {
            await shop.PassAfterAsync(TimeSpan.FromSeconds(1));
            left.Add(await shop.InDatabaseAsync(db => db.AdminSessions.CountAsync()));
        }

        left.ShouldBe([6, 5, 5]);
    }

    [Fact]
    [Trait("Database", "Sqlite")]
    public async Task Expired_rows_are_found_by_an_index()
    {
        await using Shop shop = await Shop.OpenAsync();
        string[] deletes = [.. WorkerPlanTests.Statements.Where(statement => statement.StartsWith("DELETE", StringComparison.Ordinal))];
        deletes.Length.ShouldBe(2);
        foreach (string delete in deletes)
        {
            List<string> plan = await shop.InDatabaseAsync(db => WorkerPlanTests.PlanAsync(db.Database.GetDbConnection(), delete));
            plan.ShouldContain(
                step => step.StartsWith("SEARCH", StringComparison.Ordinal) && step.Contains("_ExpiresAt", StringComparison.Ordinal),
                string.Join('\n', plan));
            plan.ShouldAllBe(
                step => !step.StartsWith("SCAN", StringComparison.Ordinal) && !step.Contains("TEMP B-TREE", StringComparison.Ordinal),
                string.Join('\n', plan));
        }
    }

    [Fact]
    [Trait("Database", "Sqlite")]
    public async Task No_step_of_a_checkout_reads_the_timeline()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        JsonNode linked = await shop.GivenOrderAsync();
        string id = order.Id();
        await shop.SqlAsync($"""
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
            INSERT INTO "Timeline" ("OrderId", "Id", "At", "What", "By") SELECT {id}, -i, '2026-01-01 00:00:00', 'looked_at', 'merchant'
                FROM n
            """);

        // From now on one can write into the timeline, and whoever reads it fails.
        await shop.SqlAsync($"""
            ALTER TABLE "Timeline" RENAME TO "Written";
            CREATE VIEW "Timeline" AS SELECT * FROM "Written" WHERE abs(-9223372036854775807 - 1) > 0;
            CREATE TRIGGER "Write" INSTEAD OF INSERT ON "Timeline" BEGIN
                INSERT INTO "Written" ("OrderId", "Id", "PaymentId", "At", "What", "By", "KeyName", "Note")
                VALUES (NEW."OrderId", NEW."Id", NEW."PaymentId", NEW."At", NEW."What", NEW."By", NEW."KeyName", NEW."Note");
            END;
            """);
        await Should.ThrowAsync<SqliteException>(() => shop.SqlAsync($"""CREATE TEMP TABLE "Read" AS SELECT * FROM "Timeline" """));

        (await shop.GivenOrderAsync()).Status().ShouldBe("pending");
        (await shop.VerifyAsync(order, token)).Status.ShouldBe(200);
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
        string pidx = await shop.GivenLinkAsync(linked);
        await shop.ComeBackAsync(await shop.Sandbox.OutcomeAsync(pidx, "completed"));
        (await shop.ReadAsync(linked)).Status().ShouldBe("paid");
        (await shop.ListAsync("?status=paid")).Length.ShouldBe(2);
        (await shop.SqlAsync($"""DELETE FROM "Written" WHERE "OrderId" = {id} AND "What" <> 'looked_at'""")).ShouldBeGreaterThan(2);
    }

    private static Task<int> AnswersAsync(Shop shop) => shop.InDatabaseAsync(db => db.IdempotentRequests.CountAsync());

    private static Task<int> GivenAnswersAsync(Shop shop, string name, int count) => AddAsync(
        shop, count, number => IdempotentRequest.Begin($"{name} {number}", "any", shop.Clock.GetUtcNow(), TimeSpan.Zero));

    private static Task<int> GivenSessionsAsync(Shop shop, string name, int count) => AddAsync(
        shop, count, number => AdminSession.Begin($"{name} {number}", Merchant.Id, Merchant.Name, "192.0.2.1", shop.Clock.GetUtcNow()));

    private static Task<int> AddAsync(Shop shop, int count, Func<int, object> row) => shop.InDatabaseAsync((CheckoutDb db) => db.WriteAsync(
        () =>
        {
            db.AddRange(Enumerable.Range(0, count).Select(row));
            return Task.FromResult(count);
        },
        TestContext.Current.CancellationToken));
}
