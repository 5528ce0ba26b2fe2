using System.Diagnostics;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Storage;

/// <summary>Names, phone numbers and key hashes are for the program's own user.</summary>
[Trait("Database", "Sqlite")]
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class FileModeTests : IDisposable
{
    private const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnFolder = OwnFile | UnixFileMode.UserExecute;

    private readonly string _folder = Directory.CreateTempSubdirectory("checkout-modes-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task New_database_files_are_readable_by_their_user_only()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such modes.");
        string folder = Path.Combine(_folder, "data");
        await using (Shop shop = await Shop.OpenAsync(
            ("Database:Provider", "Sqlite"), ("Database:ConnectionString", $"Data Source={folder}/checkout.db"),
            ("Sandbox:Embedded", "true"), ("Sandbox:Url", "http://127.0.0.1:0"),
            ("Sandbox:ConnectionString", $"Data Source={folder}/sandbox.db")))
        {
            await shop.GivenOrderAsync();
            string[] files = [.. Directory.GetFiles(folder).Select(file => Path.GetFileName(file)!)];
            files.ShouldContain("checkout.db-wal");
            files.ShouldContain("sandbox.db");
            ModesShouldBePrivate(folder);
        }

        File.GetUnixFileMode(folder).ShouldBe(OwnFolder);
    }

    [Fact]
    public async Task An_existing_database_becomes_private_and_its_folder_keeps_its_mode()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such modes.");
        const UnixFileMode others = OwnFile | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        string file = Path.Combine(_folder, "checkout.db");
        using TestDatabase database = TestDatabase.WithTablesIn(_folder);
        File.SetUnixFileMode(file, others);
        File.SetUnixFileMode(_folder, OwnFolder | UnixFileMode.OtherRead);

        await using Shop shop = await Shop.OpenAsync(("Database:Provider", "Sqlite"), ("Database:ConnectionString", $"Data Source={file}"));
        await shop.GivenOrderAsync();

        ModesShouldBePrivate(_folder);
        File.GetUnixFileMode(_folder).ShouldBe(OwnFolder | UnixFileMode.OtherRead);
    }

    [Fact]
    public async Task A_backup_is_private_and_its_folder_is_flushed()
    {
        Strace.SkipWithout();
        using TestDatabase database = TestDatabase.WithTablesIn(_folder);
        string copies = Directory.CreateDirectory(Path.Combine(_folder, "copies")).FullName;
        string copy = Path.Combine(copies, "copy.db");

        string[] calls = await StraceAsync("backup", copy, database.Arguments);

        File.GetUnixFileMode(copy).ShouldBe(OwnFile);
        int renamed = Array.FindLastIndex(
            calls, call => call.Contains("rename", StringComparison.Ordinal) && call.Contains(copy, StringComparison.Ordinal));
        renamed.ShouldBeGreaterThan(0, string.Join('\n', calls));
        calls[renamed..]
            .ShouldContain(
                call => call.Contains("fsync(", StringComparison.Ordinal) && call.Contains($"<{copies}>", StringComparison.Ordinal),
                string.Join('\n', calls[renamed..]));
    }

    private static void ModesShouldBePrivate(string folder)
    {
        foreach (string file in Directory.GetFiles(folder))
        {
            File.GetUnixFileMode(file).ShouldBe(OwnFile, file);
        }
    }

    /// <summary>What the backup asks the system for, with the paths behind the numbers.</summary>
    private async Task<string[]> StraceAsync(string command, string copy, string[] settings)
    {
        string log = Path.Combine(_folder, "strace.log");
        using Process process =
            Strace.Start(["-y", "-e", "trace=rename,renameat,renameat2,fsync", "-o", log], [command, copy, .. settings]);
        string errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        process.ExitCode.ShouldBe(0, errors);
        return await File.ReadAllLinesAsync(log, TestContext.Current.CancellationToken);
    }
}
