using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Settings;

/// <summary>Places where no database can be.</summary>
[Trait("Database", "Sqlite")]
public sealed class DatabaseFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("checkout-file-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public Task A_folder_in_place_of_the_file_is_refused() => ShouldBeRefusedAsync($"Data Source={_folder}");

    [Fact]
    public Task A_path_whose_folder_cannot_be_created_is_refused() => ShouldBeRefusedAsync("Data Source=/proc/nowhere/checkout.db");

    [Fact]
    public async Task A_path_below_a_file_is_refused()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "file"), "", TestContext.Current.CancellationToken);

        await ShouldBeRefusedAsync($"Data Source={_folder}/file/checkout.db");
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_refused_and_unchanged()
    {
        string file = Path.Combine(_folder, "letter.txt");
        string letter = string.Concat(Enumerable.Repeat("Dear Sita, this is not a database. ", 100));
        await File.WriteAllTextAsync(file, letter, TestContext.Current.CancellationToken);

        await ShouldBeRefusedAsync($"Data Source={file}");

        (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).ShouldBe(letter);
    }

    [Fact]
    public Task An_invalid_connection_string_is_refused() => ShouldBeRefusedAsync("Nonsense=1");

    [Fact]
    public Task An_empty_connection_string_is_refused() => ShouldBeRefusedAsync("");

    // Root may write to read-only files; a read-only connection holds for root, too.
    [Fact]
    public async Task A_read_only_database_is_refused()
    {
        string file = Path.Combine(_folder, "checkout.db");
        (await Starting.TryAsync("Development", ("Database:ConnectionString", $"Data Source={file}"))).ShouldBeNull();

        await ShouldBeRefusedAsync($"Data Source={file};Mode=ReadOnly");
    }

    private static async Task ShouldBeRefusedAsync(string connectionString) =>
        (await Starting.RefusalAsync("Development", ("Database:ConnectionString", connectionString)))
            .ShouldContain("Database:ConnectionString");
}
