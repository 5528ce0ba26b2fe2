using System.Globalization;
using FluentValidation.Results;
using KhaltiCheckout.Data;
using KhaltiCheckout.Http;
using KhaltiCheckout.Orders;

namespace KhaltiCheckout.Admin;

/// <summary>
/// <c>keys create</c>, <c>keys list</c> and <c>keys revoke</c> on the command line, for the first key and for whoever has
/// locked themselves out. Works on the database beside a running shop and starts nothing else of the program. A new key is
/// the only thing on standard output, so that a script can catch it.
/// </summary>
internal static class KeysCommand
{
    /// <summary>Gives back the exit code: 0 for done, 1 for not done, 2 for a command that there is not.</summary>
    internal static async Task<int> RunAsync(string[] arguments)
    {
        CommandLine line = CommandLine.Read(arguments, options: ["--name", "--scopes"], flags: []);
        Func<CheckoutDb, DateTimeOffset, Task<int>>? work = (line.Trouble, line.Words, line.Options.Count) switch
        {
            (not null, _, _) => null,
            (_, ["keys", "create"], 2) => (db, now) => CreateAsync(line.Options, db, now),
            (_, ["keys", "list"], 0) => (db, _) => ListAsync(db),
            (_, ["keys", "revoke", { } id], 0) => (db, now) => RevokeAsync(id, db, now),
            _ => null,
        };
        if (work is null)
        {
            return CommandLine.Wrong(line.Trouble);
        }

        WebApplicationBuilder builder = WebApplication.CreateBuilder([.. line.Settings]);
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<OrderChanges>();
        builder.Services.AddData();
        await using WebApplication program = builder.Build();
        await ActivatorUtilities.CreateInstance<PrepareDatabase>(program.Services).StartAsync(CancellationToken.None);
        await using AsyncServiceScope scope = program.Services.CreateAsyncScope();
        return await work(scope.ServiceProvider.GetRequiredService<CheckoutDb>(), TimeProvider.System.GetUtcNow());
    }

    private static async Task<int> CreateAsync(IReadOnlyDictionary<string, string> options, CheckoutDb db, DateTimeOffset now)
    {
        CreateKeyRequest request = new(
            options["--name"], options["--scopes"].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        ValidationResult rules = await new KeyRules().ValidateAsync(request);
        if (!rules.IsValid)
        {
            return CommandLine.Wrong(string.Join(' ', rules.Errors.Select(error => $"--{error.PropertyName.ToLowerInvariant()}: {error.ErrorMessage}")));
        }

        (ApiKey? made, string text) = await CreateKey.MakeAsync(request, KeyRules.CommandLine, db, now, CancellationToken.None);
        if (made is null)
        {
            await Console.Error.WriteLineAsync($"Another key that works is named \"{request.Name.Trim()}\". Choose another name, or revoke that key first.");
            return CommandLine.Failed;
        }

        await Console.Error.WriteLineAsync($"{made.Id} \"{made.Name}\" may {made.Scopes}. This is the key; it is not shown again:");
        await Console.Out.WriteLineAsync(text);
        return CommandLine.Done;
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

        return CommandLine.Done;
    }

    private static async Task<int> RevokeAsync(string id, CheckoutDb db, DateTimeOffset now)
    {
        if (await RevokeKey.EndAsync(id, KeyRules.CommandLine, db, now, CancellationToken.None) is not { } key)
        {
            await Console.Error.WriteLineAsync("There is no such key. Its id begins with key_ and stands in the list: keys list");
            return CommandLine.Failed;
        }

        await Console.Error.WriteLineAsync($"{key.Id} \"{key.Name}\" is revoked.");
        return CommandLine.Done;
    }

    private static string Instant(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
}
