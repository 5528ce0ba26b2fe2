using System.Diagnostics;
using System.Net.Http.Json;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Tests.Support;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace KhaltiCheckout.Tests.Storage;

/// <summary>A disk that does not take what is written to it: what the program believes to have saved may not be there.</summary>
[Trait("Database", "Sqlite")]
public sealed class LostFlushTests
{
    [Theory]
    [InlineData(1034)] // SQLITE_IOERR_FSYNC
    [InlineData(1290)] // SQLITE_IOERR_DIR_FSYNC
    public async Task A_process_with_a_failed_flush_stops_writing_and_ends(int code)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        Database store = shop.Services.GetRequiredService<Database>();
        ProgramStop stop = shop.Services.GetRequiredService<ProgramStop>();
        int written = 0;

        await Should.ThrowAsync<SqliteException>(store.WriteAsync<int>(
            _ => throw new SqliteException("disk I/O error", 10, code), TestContext.Current.CancellationToken));
        await Should.ThrowAsync<Exception>(store.WriteAsync(_ => Task.FromResult(++written), TestContext.Current.CancellationToken));

        written.ShouldBe(0);
        stop.ExitCode.ShouldBe(1);
        shop.Log.Lines.ShouldContain(line => line.Contains("The program stops: the disk did not take", StringComparison.Ordinal));
        await shop.ShouldStopAsync();
    }

    [Fact]
    public async Task A_failing_fsync_ends_the_process_with_an_exit_code()
    {
        Strace.SkipWithout();
        string folder = Directory.CreateTempSubdirectory("checkout-fsync-").FullName;
        using TestDatabase database = TestDatabase.WithTablesIn(folder);
        using Process process = Strace.Start(
            ["-o", "/dev/null", "-P", $"{folder}/checkout.db-wal", "-e", "trace=fdatasync,fsync", "-e", "inject=fdatasync,fsync:error=EIO"],
            ["--urls=http://127.0.0.1:0", "--environment=Development", "--Sandbox:Embedded=false", "--Reconciliation:Enabled=false",
                .. database.Arguments]);
        try
        {
            using HttpClient http = new() { BaseAddress = await ListeningAsync(process) };
            using HttpResponseMessage answer = await http.PostAsJsonAsync(
                "/api/v1/orders", new { items = new[] { new { productId = "ilam-tea", quantity = 1 } } },
                TestContext.Current.CancellationToken);
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            limit.CancelAfter(TimeSpan.FromSeconds(60));
            Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);

            ((int)answer.StatusCode).ShouldBe(500);
            process.ExitCode.ShouldBe(1, await output);
            (await output).ShouldContain("the disk did not take what was written");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }

            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<Uri> ListeningAsync(Process process)
    {
        const string Said = "Now listening on: ";
        while (true)
        {
            string line = (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))
                .ShouldNotBeNull("it ended at its start");
            if (line.IndexOf(Said, StringComparison.Ordinal) is >= 0 and int at)
            {
                return new Uri(line[(at + Said.Length)..].Split(' ', '"')[0]);
            }
        }
    }

    [Fact]
    public async Task A_full_disk_fails_its_writes_but_does_not_stop_the_process()
    {
        await using Shop shop = await Shop.OpenAsync();
        Database store = shop.Services.GetRequiredService<Database>();

        await Should.ThrowAsync<SqliteException>(store.WriteAsync<int>(
            _ => throw new SqliteException("database or disk is full", 13, 13), TestContext.Current.CancellationToken));

        await shop.GivenOrderAsync();
        shop.Services.GetRequiredService<ProgramStop>().ExitCode.ShouldBe(0);
    }
}
