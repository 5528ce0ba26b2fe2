using System.Globalization;
using FluentValidation.Results;
using KhaltiCheckout.Data;
using KhaltiCheckout.Orders;

namespace KhaltiCheckout.Admin;

/// <summary>
/// <c>keys create</c>, <c>keys list</c> and <c>keys revoke</c> on the command line, for the first key and for whoever has
/// locked themselves out. Works on the database beside a running shop and starts nothing else of the program. A new key is
/// the only thing on standard output, so that a script can catch it.
/// </summary>
internal static class KeysCommand
{
    private const int Done = 0;
    private const int Failed = 1;
    private const int WrongUsage = 2;

    private const string Usage = """
        keys create --name <name> --scopes <scope,scope>   makes a key and prints it, once
        keys list                                          lists every key
        keys revoke <id>                                   ends a key at once
        Scopes are read, checkout, refund and admin. Settings such as --Database:ConnectionString=... may follow.
        """;

    private static readonly string[] HostSettings = ["--environment", "--contentRoot"];

    /// <summary>Whether the program was started to do something else than to serve: by a word, which no setting is.</summary>
    internal static bool IsAskedFor(string[] arguments) =>
        arguments is [{ Length: > 0 } first, ..] && first[0] is not ('-' or '/') && !first.Contains('=', StringComparison.Ordinal);

    /// <summary>Gives back the exit code: 0 for done, 1 for not done, 2 for a command that there is not.</summary>
    internal static async Task<int> RunAsync(string[] arguments)
    {
        (List<string> words, Dictionary<string, string> options, List<string> settings, string? trouble) = Read(arguments);
        Func<CheckoutDb, DateTimeOffset, Task<int>>? work = (trouble, words, options.Count) switch
        {
            (not null, _, _) => null,
            (_, ["keys", "create"], 2) => (db, now) => CreateAsync(options, db, now),
            (_, ["keys", "list"], 0) => (db, _) => ListAsync(db),
            (_, ["keys", "revoke", { } id], 0) => (db, now) => RevokeAsync(id, db, now),
            _ => null,
        };
        if (work is null)
        {
            return Wrong(trouble ?? "There is no such command, or something is missing or too much.");
        }

        WebApplicationBuilder builder = WebApplication.CreateBuilder([.. settings]);
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<OrderChanges>();
        builder.Services.AddData();
        await using WebApplication program = builder.Build();
        await ActivatorUtilities.CreateInstance<PrepareDatabase>(program.Services).StartAsync(CancellationToken.None);
        await using AsyncServiceScope scope = program.Services.CreateAsyncScope();
        return await work(scope.ServiceProvider.GetRequiredService<CheckoutDb>(), TimeProvider.System.GetUtcNow());
    }

    private static async Task<int> CreateAsync(Dictionary<string, string> options, CheckoutDb db, DateTimeOffset now)
    {
        CreateKeyRequest request = new(
            options["--name"], options["--scopes"].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        ValidationResult rules = await new KeyRules().ValidateAsync(request);
        if (!rules.IsValid)
        {
            return Wrong(string.Join(' ', rules.Errors.Select(error => $"--{error.PropertyName.ToLowerInvariant()}: {error.ErrorMessage}")));
        }

        (ApiKey? made, string text) = await CreateKey.MakeAsync(request, KeyRules.CommandLine, db, now, CancellationToken.None);
        if (made is null)
        {
            await Console.Error.WriteLineAsync($"Another key that works is named \"{request.Name.Trim()}\". Choose another name, or revoke that key first.");
            return Failed;
        }

        await Console.Error.WriteLineAsync($"{made.Id} \"{made.Name}\" may {made.Scopes}. This is the key; it is not shown again:");
        await Console.Out.WriteLineAsync(text);
        return Done;
    }

    private static async Task<int> ListAsync(CheckoutDb db)
    {
        foreach (ApiKey key in await ListKeys.AllAsync(db, CancellationToken.None))
        {
            string used = key.LastUsedAt is { } last ? $"last used {Instant(last)}" : "never used";
            string end = key.RevokedAt is { } revoked ? $", revoked {Instant(revoked)} by {key.RevokedBy}" : "";
            await Console.Out.WriteLineAsync(
                $"{key.Id}  {key.Hint}...  \"{key.Name}\"  {key.Scopes.Replace(' ', ',')}  made {Instant(key.CreatedAt)} by {key.CreatedBy}, {used}{end}");
        }

        return Done;
    }

    private static async Task<int> RevokeAsync(string id, CheckoutDb db, DateTimeOffset now)
    {
        if (await RevokeKey.EndAsync(id, KeyRules.CommandLine, db, now, CancellationToken.None) is not { } key)
        {
            await Console.Error.WriteLineAsync("There is no such key. Its id begins with key_ and stands in the list: keys list");
            return Failed;
        }

        await Console.Error.WriteLineAsync($"{key.Id} \"{key.Name}\" is revoked.");
        return Done;
    }

    private static int Wrong(string trouble)
    {
        Console.Error.WriteLine(trouble);
        Console.Error.WriteLine(Usage);
        return WrongUsage;
    }

    private static (List<string> Words, Dictionary<string, string> Options, List<string> Settings, string? Trouble) Read(string[] arguments)
    {
        List<string> words = [];
        List<string> settings = [];
        Dictionary<string, string> options = new(StringComparer.Ordinal);
        string? trouble = null;
        for (int position = 0; position < arguments.Length; position++)
        {
            string argument = arguments[position];
            if (!argument.StartsWith('-'))
            {
                words.Add(argument);
                continue;
            }

            string[] parts = argument.Split('=', 2);
            string? value = parts.Length == 2 ? parts[1]
                : position + 1 < arguments.Length && !arguments[position + 1].StartsWith("--", StringComparison.Ordinal) ? arguments[++position]
                : null;
            if (value is null)
            {
                trouble ??= $"{parts[0]} wants a value.";
            }
            else if (parts[0].Contains(':', StringComparison.Ordinal) || HostSettings.Contains(parts[0], StringComparer.OrdinalIgnoreCase))
            {
                settings.Add($"{parts[0]}={value}");
            }
            else if (parts[0] is not ("--name" or "--scopes") || !options.TryAdd(parts[0], value))
            {
                trouble ??= $"{parts[0]} is not known here, or is given twice.";
            }
        }

        return (words, options, settings, trouble);
    }

    private static string Instant(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
}
