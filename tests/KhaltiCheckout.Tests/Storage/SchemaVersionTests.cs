using KhaltiCheckout.Storage;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Storage;

/// <summary>A database that a later version has made unreadable for this one is refused, and one that it only added to is not.</summary>
public sealed class SchemaVersionTests
{
    [Fact]
    public async Task A_database_of_a_newer_version_is_refused_in_one_sentence()
    {
        await using Shop shop = await Shop.OpenAsync();
        await shop.SqlAsync($"""UPDATE "SchemaVersion" SET "LeastReader" = {SchemaVersion.Program + 1}""");

        string sentence = await Starting.RefusalAsync("Development", ("Database:ConnectionString", shop.Database.ConnectionString));

        sentence.ShouldContain("newer version");
        sentence.ShouldContain("restore the backup");
        sentence.ShouldNotContain("folder");
        sentence.Split(". ").Length.ShouldBe(1);
    }

    [Fact]
    public async Task A_process_whose_database_becomes_too_new_is_not_ready_and_stops()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        await shop.SqlAsync($"""UPDATE "SchemaVersion" SET "LeastReader" = {SchemaVersion.Program + 1}""");

        Answer ready = await shop.AskAsync("/health/ready");

        (ready.Status, (string?)ready.Json["database"]).ShouldBe((503, "newer_version"));
        await shop.ShouldStopAsync();
    }

    [Fact]
    public async Task An_additive_migration_does_not_stop_an_older_version()
    {
        await using Shop shop = await Shop.OpenAsync();
        await shop.SqlAsync(
            $"""INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion") VALUES ('29990101000000_Later', '99.0.0')""");
        await shop.SqlAsync($"""ALTER TABLE "Products" ADD COLUMN "AddedLater" INTEGER NULL""");

        await shop.ReopenAsync();

        (await shop.GivenPaidAsync()).Order.Status().ShouldBe("paid");
        (await shop.AskAsync("/health/ready")).Status.ShouldBe(200);
    }
}
