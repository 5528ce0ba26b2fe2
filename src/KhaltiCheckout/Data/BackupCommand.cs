using System.Globalization;
using KhaltiCheckout.Http;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Data;

/// <summary>
/// <c>backup FILE</c> on the command line, beside a running shop or without one. It only reads: the tables stay those of the
/// shop's version, so that a new version can back up before it changes them.
/// </summary>
internal static class BackupCommand
{
    /// <summary>Gives back the exit code: 0 for done, 1 for not done, 2 for a command that there is not.</summary>
    internal static async Task<int> RunAsync(string[] arguments)
    {
        const string replace = "--replace";
        CommandLine line = CommandLine.Read(arguments, options: [], flags: [replace]);
        if (line is not { Trouble: null, Words: ["backup", { Length: > 0 } name] })
        {
            return CommandLine.Wrong(line.Trouble);
        }

        WebApplicationBuilder builder = WebApplication.CreateBuilder([.. line.Settings]);
        builder.Services.AddData();
        await using WebApplication program = builder.Build();
        DatabaseOptions options = program.Services.GetRequiredService<IOptions<DatabaseOptions>>().Value;
        if (options.IsPostgreSql)
        {
            await Console.Error.WriteLineAsync("PostgreSQL makes its own backups, also while the shop serves: pg_dump --format=custom --file=FILE DATABASE");
            return CommandLine.Failed;
        }

        string file = Path.GetFullPath(name);
        DateTimeOffset began = TimeProvider.System.GetUtcNow();
        if (SqliteBackup.Make(
            SqliteSettings.Absolute(options.ConnectionString, builder.Environment.ContentRootPath), file, line.Options.ContainsKey(replace)) is { } trouble)
        {
            await Console.Error.WriteLineAsync(trouble);
            return CommandLine.Failed;
        }

        await Console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{file} has all that was answered before {began.UtcDateTime:yyyy-MM-dd HH:mm:ss'Z'}: a whole database of {new FileInfo(file).Length} bytes."));
        return CommandLine.Done;
    }
}
