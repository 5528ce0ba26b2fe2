using System.CommandLine;
using System.Globalization;
using KhaltiCheckout.Http;
using KhaltiCheckout.Storage;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Operations;

/// <summary>
/// <c>backup FILE</c> on the command line, beside a running shop or without one. It only reads: the tables stay those of the
/// shop's version, so that a new version can back up before it changes them.
/// </summary>
internal static class BackupCommand
{
    internal static Command Define(string[] settings)
    {
        Argument<string> file = new("file") { Description = "The file that becomes the copy." };
        file.Validators.Add(static result =>
        {
            if (result.Tokens is [{ Value: "" }])
            {
                result.AddError("The file needs a name.");
            }
        });
        Option<bool> replace = new("--replace") { Description = "Replace the file if it is there." };
        Command backup = new("backup", "Copy the whole SQLite database, also while the shop serves.") { file, replace };
        backup.SetAction((given, _) => RunAsync(Path.GetFullPath(given.GetRequiredValue(file)), given.GetValue(replace), settings));
        return backup;
    }

    private static async Task<int> RunAsync(string file, bool mayReplace, string[] settings)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(settings);
        builder.Services.AddStorage();
        await using WebApplication program = builder.Build();
        DatabaseOptions options = program.Services.GetRequiredService<IOptions<DatabaseOptions>>().Value;
        if (options.IsPostgreSql)
        {
            await Console.Error.WriteLineAsync(
                "PostgreSQL makes its own backups, also while the shop serves: pg_dump --format=custom --file=FILE DATABASE");
            return CommandLine.Failed;
        }

        DateTimeOffset began = TimeProvider.System.GetUtcNow();
        if (SqliteBackup.Make(
            SqliteSettings.Absolute(options.ConnectionString, builder.Environment.ContentRootPath), file, mayReplace) is { } failure)
        {
            await Console.Error.WriteLineAsync(failure);
            return CommandLine.Failed;
        }

        await Console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{file} has all that was answered before {began.UtcDateTime:yyyy-MM-dd HH:mm:ss'Z'}: "
            + $"a whole database of {new FileInfo(file).Length} bytes."));
        return CommandLine.Done;
    }
}
