using System.Data.Common;
using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Support;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;

namespace KhaltiCheckout.Tests.Storage;

public sealed class DatabaseTests
{
    [Fact]
    public async Task The_migrations_match_the_model()
    {
        await using Shop shop = await Shop.OpenAsync();

        (await shop.InDatabaseAsync(db => Task.FromResult(db.Database.HasPendingModelChanges()))).ShouldBeFalse();
        (await shop.InDatabaseAsync(async db => (await db.Database.GetPendingMigrationsAsync()).ToArray())).ShouldBeEmpty();
        (await shop.InDatabaseAsync(async db => (await db.Database.GetAppliedMigrationsAsync()).ToArray())).ShouldNotBeEmpty();
    }

    [Fact]
    [Trait("Database", "Sqlite")]
    public async Task The_bundled_SQLite_is_3_53_or_newer_and_logged()
    {
        await using Shop shop = await Shop.OpenAsync();

        const string ready = "Database ready, SQLite ";
        string line = shop.Log.Lines.Single(text => text.Contains(ready, StringComparison.Ordinal));
        Version.Parse(line[(line.IndexOf(ready, StringComparison.Ordinal) + ready.Length)..])
            .ShouldBeGreaterThanOrEqualTo(new Version(3, 53));
    }

    [Fact]
    public async Task A_restarted_shop_keeps_its_data()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode paid, string _) = await shop.GivenPaidAsync();

        await shop.ReopenAsync();

        (await shop.ReadAsync(paid)).ToJsonString().ShouldBe(paid.ToJsonString());
    }

    [Fact]
    public async Task Orders_keep_lines_timeline_and_search_terms_through_migrations()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode paid, string _) = await shop.GivenPaidAsync();
        (JsonNode confirmed, string token) = await shop.GivenConfirmedAsync();
        JsonNode named = await shop.GivenOrderOfAsync("Sita Rai", "sita@example.com", "9841234567");
        string[] before = await ReadOrdersAsync(shop);
        before.Length.ShouldBe(5);

        // The way back is there to be gone from again; it makes tables anew, and warns that it should not be killed.
        shop.ExpectWarnings();
        long[] old = await shop.InDatabaseAsync(async db =>
        {
            string[] all = [.. db.Database.GetMigrations()];
            IMigrator migrator = db.GetService<IMigrator>();
            await migrator.MigrateAsync(
                all[Array.FindIndex(all, name => name.EndsWith("_FastDesk", StringComparison.Ordinal)) - 1],
                TestContext.Current.CancellationToken);
            long[] numbers = await db.Database.SqlQueryRaw<long>("""SELECT "Id" AS "Value" FROM "Timeline" """)
                .ToArrayAsync(TestContext.Current.CancellationToken);
            await migrator.MigrateAsync(targetMigration: null, TestContext.Current.CancellationToken);
            return numbers;
        });
        old.Distinct().Count().ShouldBe(before.Length, "or else this was no way back");

        await shop.ReopenAsync();
        (await ReadOrdersAsync(shop)).ShouldBe(before);
        await shop.PassAsync();

        // The way back forgot the number, and the worker has given another.
        JsonNode read = await shop.ReadAsync(paid);
        ((string?)read["number"]).ShouldNotBeNull();
        read["number"] = (string?)paid["number"];
        read.ToJsonString().ShouldBe(paid.ToJsonString());
        (await shop.SearchAsync("rai")).ShouldBe([named.Id()]);
        (await shop.VerifyAsync(confirmed, token)).Status.ShouldBe(200);
        (await ReadOrdersAsync(shop)).Where(line => line.StartsWith(confirmed.Id(), StringComparison.Ordinal))
            .Select(line => line.Split(' ')[1])
            .ShouldBe(["order_placed", "payment_verifying", "payment_completed"]);
    }

    [Fact]
    [Trait("Database", "Sqlite")]
    public async Task Every_connection_has_the_durability_settings()
    {
        await using Shop shop = await Shop.OpenAsync();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => shop.GetAsync("/api/v1/products")));
        // Many at once, so that they are many connections, and not one of the pool again and again.
        await OpenAndCheckAsync(shop, connections: 8);
    }

    [Fact]
    [Trait("Database", "Sqlite")]
    public async Task Neither_a_start_on_current_tables_nor_a_checkout_uses_EF_Core()
    {
        await using Shop shop = await Shop.OpenAsync();
        int before = shop.Log.Lines.Count();

        await shop.ReopenAsync();
        await shop.GetAsync("/api/v1/products");
        await shop.GivenPaidAsync();
        await shop.PassAsync();
        await shop.AskAsync("/health/ready");

        string[] lines = [.. shop.Log.Lines.Skip(before)];
        lines.ShouldContain(line => line.Contains("Database ready", StringComparison.Ordinal));
        lines.ShouldNotContain(line => line.Contains("Executed DbCommand", StringComparison.Ordinal), "it would stay in memory for that");
        await shop.InDatabaseAsync(db => db.Orders.CountAsync());
        shop.Log.Lines.Skip(before)
            .ShouldContain(line => line.Contains("Executed DbCommand", StringComparison.Ordinal), "or else this test sees nothing");
    }

    [Fact]
    [Trait("Database", "Sqlite")]
    public async Task A_restored_database_file_gets_a_write_ahead_log()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode paid, string _) = await shop.GivenPaidAsync();
        string file = await shop.InDatabaseAsync(db => Task.FromResult(db.Database.GetDbConnection().DataSource));
        string copy = file + ".copy";
        await shop.SqlAsync($"VACUUM INTO {copy}");

        await shop.ReopenAsync(("Database:ConnectionString", $"Data Source={copy}"));

        (await shop.ReadAsync(paid)).ToJsonString().ShouldBe(paid.ToJsonString());
        (await shop.InDatabaseAsync(
            db => db.Database.SqlQuery<string>($"SELECT journal_mode AS Value FROM pragma_journal_mode").SingleAsync())).ShouldBe("wal");
    }

    [Theory]
    [InlineData("the same token twice", "token")]
    [InlineData("the same transaction twice", "transaction")]
    [InlineData("two verifying payments of one order", "verifying")]
    [InlineData("the same id twice", "id")]
    public async Task The_database_constraints_refuse_invalid_rows(string what, string kind)
    {
        await using Shop shop = await Shop.OpenAsync();
        string first = (await shop.GivenOrderAsync()).Id();
        string second = (await shop.GivenOrderAsync()).Id();
        await InsertAsync(shop, "pay_1", first, "verifying", "token-1", "transaction-1");

        DbException refusal = await Should.ThrowAsync<DbException>(() => kind switch
        {
            "token" => InsertAsync(shop, "pay_2", second, "verifying", "token-1", "transaction-2"),
            "transaction" => InsertAsync(shop, "pay_2", second, "completed", "token-2", "transaction-1"),
            "verifying" => InsertAsync(shop, "pay_2", first, "verifying", "token-2", "transaction-2"),
            _ => InsertAsync(shop, "pay_1", second, "failed", "token-2", "transaction-2"),
        });

        (refusal is SqliteException { SqliteExtendedErrorCode: 2067 or 1555 }
            or PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
            .ShouldBeTrue($"{what}: {refusal}");
    }

    [Fact]
    public async Task The_database_constraints_accept_valid_rows()
    {
        await using Shop shop = await Shop.OpenAsync();
        string first = (await shop.GivenOrderAsync()).Id();
        string second = (await shop.GivenOrderAsync()).Id();

        await InsertAsync(shop, "pay_1", first, "failed", "token-1", transaction: null);
        await InsertAsync(shop, "pay_2", first, "verifying", "token-2", transaction: null);
        await InsertAsync(shop, "pay_3", second, "verifying", token: null, transaction: null);
        await InsertAsync(shop, "pay_4", second, "completed", token: null, "transaction-4");
    }

    [Fact]
    public async Task Foreign_keys_protect_payments_and_their_orders()
    {
        await using Shop shop = await Shop.OpenAsync();
        string order = (await shop.GivenOrderAsync()).Id();
        await InsertAsync(shop, "pay_1", order, "failed", "token-1", transaction: null);

        (await Should.ThrowAsync<DbException>(() => InsertAsync(shop, "pay_2", "ord_nobody", "failed", "token-2", transaction: null)))
            .Message.ShouldContain("FOREIGN KEY", Case.Insensitive);
        (await Should.ThrowAsync<DbException>(
            () => shop.InDatabaseAsync(db => db.Database.ExecuteSqlAsync($"""DELETE FROM "Orders" WHERE "Id" = {order}"""))))
            .Message.ShouldContain("FOREIGN KEY", Case.Insensitive);
    }

    private static Task<bool> OpenAndCheckAsync(Shop shop, int connections) => shop.InDatabaseAsync(async db =>
    {
        DbConnection connection = db.Database.GetDbConnection();
        await db.Database.OpenConnectionAsync();
        (await PragmaAsync(connection, "journal_mode")).ShouldBe("wal");
        (await PragmaAsync(connection, "synchronous")).ShouldBe("2");
        (await PragmaAsync(connection, "foreign_keys")).ShouldBe("1");
        long.Parse(await PragmaAsync(connection, "busy_timeout"), System.Globalization.CultureInfo.InvariantCulture)
            .ShouldBeGreaterThanOrEqualTo(1000);
        return connections == 1 || await OpenAndCheckAsync(shop, connections - 1);
    });

    private static async Task<string> PragmaAsync(DbConnection connection, string name)
    {
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = $"PRAGMA {name};";
        return Convert.ToString(
            await command.ExecuteScalarAsync(TestContext.Current.CancellationToken), System.Globalization.CultureInfo.InvariantCulture)!;
    }

    // Beside all code of ours, as a person with a database tool or a careless later version would.
    private static Task<int> InsertAsync(Shop shop, string id, string order, string status, string? token, string? transaction) =>
        shop.InDatabaseAsync(db => db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO "Payments" ("Id", "OrderId", "Method", "Status", "Amount", "Token", "TransactionId", "CreatedAt", "Checks",
                "Denials", "LastAskUnanswered", "Version", "AmountRefunded", "AmountReserved")
            VALUES ({id}, {order}, 'widget', {status}, 18500, {token}, {transaction}, '2026-11-21 06:00:00', 0, 0, false, 0, 0, 0)
            """));

    private static Task<string[]> ReadOrdersAsync(Shop shop) => shop.InDatabaseAsync(db => db.Timeline
        .OrderBy(entry => entry.OrderId).ThenBy(entry => entry.Id)
        .Select(entry => entry.OrderId + " " + entry.What + " " + entry.By + " " + entry.PaymentId + " " + entry.Note)
        .ToArrayAsync());
}
