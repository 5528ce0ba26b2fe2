using System.Text.Json;
using System.Text.Json.Nodes;
using Khalti.Sandbox;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Tests.Support;
using Microsoft.Data.Sqlite;

namespace KhaltiCheckout.Tests.Storage;

/// <summary>What an older copy means for money, and the files with which no backup is made.</summary>
[Trait("Database", "Sqlite")]
public sealed class RestoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("checkout-restore-").FullName;

    private string Copy => Path.Combine(_folder, "copy.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<VerifyAgain> EveryVerifyAgain => [.. Enum.GetValues<VerifyAgain>()];

    [Theory]
    [MemberData(nameof(EveryVerifyAgain))]
    public async Task Payments_after_the_backup_are_found_by_worker_or_reconciliation(VerifyAgain verifyAgain)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        await shop.Sandbox.SwitchAsync(new { verifyAgain = JsonNamingPolicy.CamelCase.ConvertName(verifyAgain.ToString()) });
        (JsonNode refunded, _) = await shop.GivenPaidAsync();
        (JsonNode waiting, string token) = await shop.GivenConfirmedAsync();
        (JsonNode linked, string pidx) = await shop.GivenLinkAsync();
        Backup(shop).ShouldBeNull();

        (JsonNode gone, _) = await shop.GivenPaidAsync();
        (await shop.VerifyAsync(waiting, token)).Status.ShouldBe(200);
        await shop.ComeBackAsync(await shop.Sandbox.OutcomeAsync(pidx, "completed"));
        (await shop.ReadAsync(linked)).Status().ShouldBe("paid");
        (await shop.RefundAsync(refunded)).Status.ShouldBe(201);
        await shop.ReopenAsync(("Database:ConnectionString", $"Data Source={Copy}"));

        // A link that the copy knows is asked about: nobody need do anything.
        await shop.PassAfterAsync(TimeSpan.FromMinutes(2));
        (await shop.ReadAsync(linked)).Status().ShouldBe("paid");
        (await shop.GetAsync($"/api/v1/orders/{gone.Id()}")).Status.ShouldBe(404);
        (await shop.ReadAsync(waiting)).Status().ShouldBe("pending");
        (await shop.ReadAsync(refunded)).Status().ShouldBe("paid");

        (int status, JsonNode close) = await shop.WithKeyAsync(HttpMethod.Post, "/api/v1/admin/closes", new { day = "2026-11-21" });
        status.ShouldBe(200, close.ToJsonString());
        close["report"]!["differences"]!.AsArray()
            .Select(one => ((string)one!["kind"]!, (string?)one["orderId"], (string)one["here"]!, (string)one["action"]!))
            .ShouldBe(
            [
                ("paid_at_khalti_only", null, "no order of this shop", "look_at_khalti"),
                ("paid_at_khalti_only", waiting.Id(), "no payment of this order is it", "look_at_order"),
                ("refund", refunded.Id(), "completed, Rs 0.00 refunded", "check_payment"),
            ], ignoreOrder: true);

        await shop.WithKeyAsync(HttpMethod.Post, $"/api/v1/admin/payments/{refunded.Payment().Id()}/check");
        (await shop.ReadAsync(refunded)).Status().ShouldBe("refunded");

        // A page that is still open posts its token again, and the order is paid after all.
        (await shop.VerifyAsync(waiting, token)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_refund_made_after_the_backup_is_not_made_again()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, _) = await shop.GivenPaidAsync();
        Backup(shop).ShouldBeNull();
        (await shop.RefundAsync(order)).Status.ShouldBe(201);
        await shop.ReopenAsync(("Database:ConnectionString", $"Data Source={Copy}"));

        (int status, JsonNode problem) = await shop.RefundAsync(order);

        (status, problem.Code()).ShouldBe((409, "not_refundable"));
        (await shop.ReadAsync(order)).Status().ShouldBe("refunded");
        (await shop.Sandbox.CountAsync("refund")).ShouldBe(1);
        shop.ExpectWarnings();
    }

    [Fact]
    public async Task Restore_replaces_an_existing_file_only_with_force()
    {
        await using Shop shop = await Shop.OpenAsync();
        File.WriteAllText(Copy, "last night's");

        Backup(shop).ShouldBe($"{Copy} is there already: name another file, or add --replace.");
        File.ReadAllText(Copy).ShouldBe("last night's");

        Backup(shop, mayReplace: true).ShouldBeNull();
        Files().ShouldBe(["copy.db"]);
        File.ReadAllBytes(Copy)[..15].ShouldBe("SQLite format 3"u8.ToArray());
    }

    [Fact]
    public async Task Restore_never_replaces_a_database_in_use()
    {
        await using Shop shop = await Shop.OpenAsync();
        await shop.GivenOrderAsync();
        string database = Source(shop).DataSource;
        string other = Path.Combine(Path.GetDirectoryName(database)!, ".", Path.GetFileName(database));

        SqliteBackup.Make(Source(shop), database, mayReplace: true).ShouldBe($"{database} is the database itself: name another file.");
        SqliteBackup.Make(Source(shop), other, mayReplace: true).ShouldStartWith($"{other}-wal is there, so ");
        await shop.GivenOrderAsync();
    }

    [Fact]
    public async Task An_aborted_backup_blocks_nothing_but_a_running_one_does()
    {
        await using Shop shop = await Shop.OpenAsync();
        await File.WriteAllTextAsync(Copy + ".part", "half of it", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Copy + ".part-wal", "more of it", TestContext.Current.CancellationToken);
        using (FileStream running = new(Copy + ".part.lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
        {
            Backup(shop).ShouldStartWith("No backup was made: ");
            File.Exists(Copy + ".part").ShouldBeTrue("it is the other's");
        }

        Backup(shop).ShouldBeNull();
        Files().ShouldBe(["copy.db"]);
    }

    [Fact]
    public async Task A_damaged_database_is_not_backed_up()
    {
        string damaged = Path.Combine(_folder, "damaged.db");
        await using (Shop shop = await Shop.OpenAsync())
        {
            for (int order = 0; order < 20; order++)
            {
                await shop.GivenOrderAsync();
            }

            SqliteBackup.Make(Source(shop), damaged, mayReplace: false).ShouldBeNull();
        }

        using (FileStream bytes = File.OpenWrite(damaged))
        {
            // The pages from the fifth to the last, but for the beginning of each.
            for (long page = 4 * 4096; page < bytes.Length; page += 4096)
            {
                bytes.Position = page + 100;
                bytes.Write(new byte[2000]);
            }
        }

        string trouble = SqliteBackup.Make(new SqliteConnectionStringBuilder { DataSource = damaged }, Copy, mayReplace: false)
            .ShouldNotBeNull();

        trouble.ShouldStartWith("No backup was made: ");
        Files().ShouldBe(["damaged.db"], "nothing that looks like a backup");
    }

    [Fact]
    public async Task Missing_backup_paths_are_reported_in_one_sentence()
    {
        await using Shop shop = await Shop.OpenAsync();

        SqliteBackup.Make(new SqliteConnectionStringBuilder { DataSource = "/nowhere/checkout.db" }, Copy, mayReplace: false)
            .ShouldBe("There is no database at /nowhere/checkout.db.");
        SqliteBackup.Make(Source(shop), "/proc/nowhere/copy.db", mayReplace: false).ShouldNotBeNull()
            .ShouldStartWith("No backup was made: ");
        await File.WriteAllTextAsync(Path.Combine(_folder, "no.db"), new string('x', 5000), TestContext.Current.CancellationToken);
        SqliteBackup.Make(new SqliteConnectionStringBuilder { DataSource = Path.Combine(_folder, "no.db") }, Copy, mayReplace: false)
            .ShouldNotBeNull().ShouldContain("not a database");
        Files().ShouldBe(["no.db"]);
    }

    [Theory]
    [InlineData(2, "Required argument 'file' missing", "backup")]
    [InlineData(2, "Unrecognized command or argument 'two.db'.", "backup", "one.db", "two.db")]
    [InlineData(2, "Unrecognized command or argument 'yes'.", "backup", "one.db", "--replace=yes")]
    [InlineData(2, "Unrecognized command or argument '--force'.", "backup", "one.db", "--force")]
    [InlineData(
        1, "PostgreSQL makes its own backups, also while the shop serves: pg_dump", "backup", "one.db", "--Database:Provider=PostgreSql",
        "--Database:ConnectionString=Host=localhost")]
    [InlineData(
        1, "There is no database at /nowhere/checkout.db.", "backup", "one.db",
        "--Database:ConnectionString=Data Source=/nowhere/checkout.db")]
    public async Task A_failed_backup_reports_the_reason(int expected, string says, params string[] arguments)
    {
        (int exitCode, string[] output, string[] errors) = await ShopProgram.RunCommandAsync("Production", arguments);

        exitCode.ShouldBe(expected, string.Join('\n', errors));
        output.ShouldBeEmpty();
        errors[0].ShouldStartWith(says);
        (errors.Length > 1).ShouldBe(expected == 2, "wrong usage is told the right one");
    }

    private static SqliteConnectionStringBuilder Source(Shop shop) => new(shop.Database.ConnectionString);

    private string? Backup(Shop shop, bool mayReplace = false) => SqliteBackup.Make(Source(shop), Copy, mayReplace);

    private IEnumerable<string?> Files() => Directory.GetFiles(_folder).Select(Path.GetFileName);
}
