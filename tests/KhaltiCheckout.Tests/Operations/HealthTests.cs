using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Tests.Operations;

public sealed class HealthTests
{
    [Fact]
    public async Task A_running_shop_is_live_and_ready()
    {
        await using Shop shop = await Shop.OpenAsync();

        (await shop.AskAsync("/health/live")).Text.ShouldBe("""{"status":"alive"}""");
        Answer ready = await shop.AskAsync("/health/ready");
        (ready.Status, ready.Text).ShouldBe((200, """{"status":"ready","database":"fine","khalti":"fine","khaltiSince":null}"""));
    }

    [Fact]
    public async Task A_key_refused_by_Khalti_is_reported_and_the_shop_stays_ready()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.Sandbox.FaultAsync("*", "error", status: 401);
        (await shop.VerifyAsync(order, token)).Status.ShouldBe(202);

        Answer refused = await shop.AskAsync("/health/ready");

        (refused.Status, refused.Text).ShouldBe(
            (200, """{"status":"ready","database":"fine","khalti":"key_refused","khaltiSince":"2026-11-21T06:00:00.000Z"}"""));

        await shop.Sandbox.MendAsync();
        await shop.PassAfterAsync(TimeSpan.FromSeconds(10));

        ((string?)(await shop.AskAsync("/health/ready")).Json["khalti"]).ShouldBe("fine");
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Theory]
    [InlineData("error")]
    [InlineData("drop_after")]
    [InlineData("garbage")]
    public async Task Three_failed_calls_are_reported_and_the_shop_stays_ready(string fault)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        await shop.Sandbox.FaultAsync("verify", fault, status: fault == "error" ? 503 : null);
        List<string?> told = [];
        for (int shopper = 0; shopper < 3; shopper++)
        {
            (JsonNode order, string token) = await shop.GivenConfirmedAsync();
            (await shop.VerifyAsync(order, token)).Status.ShouldBe(202);
            Answer ready = await shop.AskAsync("/health/ready");
            ready.Status.ShouldBe(200);
            told.Add((string?)ready.Json["khalti"]);
        }

        told.ShouldBe(["fine", "fine", "not_answering"]);
    }

    [Fact]
    public async Task Without_its_tables_the_shop_is_live_but_not_ready()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        await shop.InDatabaseAsync(db => db.Database.ExecuteSqlRawAsync("""ALTER TABLE "Orders" RENAME TO "Elsewhere";"""));

        await ShouldBeNotReadyAsync(shop);

        await shop.InDatabaseAsync(db => db.Database.ExecuteSqlRawAsync("""ALTER TABLE "Elsewhere" RENAME TO "Orders";"""));
        (await shop.AskAsync("/health/ready")).Status.ShouldBe(200);
    }

    [Fact]
    [Trait("Database", "Sqlite")]
    public async Task Without_its_file_the_shop_is_live_but_not_ready()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        string file = await shop.InDatabaseAsync(db => Task.FromResult(db.Database.GetDbConnection().DataSource));
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        File.Delete(file);
        Directory.CreateDirectory(file);

        await ShouldBeNotReadyAsync(shop);
    }

    [Fact]
    [Trait("Database", "Sqlite")]
    public async Task A_deleted_database_is_reported_and_not_recreated()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        await shop.GivenOrderAsync(); // the file is open, to write and to read
        string file = await shop.InDatabaseAsync(db => Task.FromResult(db.Database.GetDbConnection().DataSource));
        File.Delete(file);

        await ShouldBeNotReadyAsync(shop);
        File.Exists(file).ShouldBeFalse();
    }

    private static async Task ShouldBeNotReadyAsync(Shop shop)
    {
        JsonNode problem = (await shop.AskAsync("/health/ready")).ShouldBeProblem(503, "not_ready");
        ((string?)problem["database"], (string?)problem["khalti"]).ShouldBe(("not_reachable", "fine"));
        (await shop.AskAsync("/health/live")).Status.ShouldBe(200);
    }
}
