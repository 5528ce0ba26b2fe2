using System.CommandLine;
using System.Globalization;
using FluentValidation.Results;
using KhaltiCheckout.Http;
using KhaltiCheckout.Storage;

namespace KhaltiCheckout.Access;

/// <summary>
/// <c>keys create</c>, <c>keys list</c> and <c>keys revoke</c> on the command line, for the first key and after a
/// lockout. Works on the database beside a running shop and starts nothing else of the program. A new key is
/// the only thing on standard output, so that a script can catch it.
/// </summary>
internal static class KeysCommand
{
    private static readonly string[] AllScopes = [.. Scopes.All.Order(StringComparer.Ordinal)];

    internal static Command Define(string[] settings)
    {
        Option<string> name = new("--name") { Description = "Whose key it is.", HelpName = "name", Required = true };
        Option<string> scopes = new("--scopes")
        {
            Description = $"What it may do: {string.Join(", ", AllScopes)}. Several with commas.",
            HelpName = "scope,scope",
            Required = true,
        };
        scopes.CompletionSources.Add(AllScopes);
        Command create = new("create", "Make a key and print it, once.") { name, scopes };
        create.SetAction((given, _) => CreateAsync(
            new CreateKeyRequest(
                given.GetRequiredValue(name),
                given.GetRequiredValue(scopes).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)),
            settings));

        Command list = new("list", "List every key that was ever made.");
        list.SetAction((_, _) => WithDatabaseAsync(settings, (db, _) => ListAsync(db)));

        Argument<string> id = new("id") { Description = "As the list shows it: key_..." };
        Command revoke = new("revoke", "End a key at once.") { id };
        revoke.SetAction((given, _) => WithDatabaseAsync(settings, (db, now) => RevokeAsync(given.GetRequiredValue(id), db, now)));

        return new Command("keys", "Make, list and revoke API keys, also while the shop serves.") { create, list, revoke };
    }

    private static async Task<int> CreateAsync(CreateKeyRequest request, string[] settings)
    {
        ValidationResult rules = await new KeyRules().ValidateAsync(request);
        if (rules.IsValid)
        {
            return await WithDatabaseAsync(settings, (db, now) => CreateAsync(request, db, now));
        }

        foreach (ValidationFailure error in rules.Errors)
        {
            await Console.Error.WriteLineAsync($"--{error.PropertyName.ToLowerInvariant()}: {error.ErrorMessage}");
        }

        await Console.Error.WriteLineAsync("What it takes: keys create --help");
        return CommandLine.WrongUsage;
    }

    private static async Task<int> WithDatabaseAsync(string[] settings, Func<CheckoutDb, DateTimeOffset, Task<int>> work)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(settings);
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddStorage();
        await using WebApplication program = builder.Build();
        await ActivatorUtilities.CreateInstance<PrepareDatabase>(program.Services).StartAsync(CancellationToken.None);
        await using AsyncServiceScope scope = program.Services.CreateAsyncScope();
        return await work(scope.ServiceProvider.GetRequiredService<CheckoutDb>(), TimeProvider.System.GetUtcNow());
    }

    private static async Task<int> CreateAsync(CreateKeyRequest request, CheckoutDb db, DateTimeOffset now)
    {
        (ApiKey? made, string text) = await CreateKey.MakeAsync(request, KeyRules.CommandLine, db, now, CancellationToken.None);
        if (made is null)
        {
            await Console.Error.WriteLineAsync(
                $"Another key that works is named \"{request.Name}\". Choose another name, or revoke that key first.");
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
                $"{key.Id}  {key.Hint}...  \"{key.Name}\"  {key.Scopes.Replace(' ', ',')}"
                + $"  made {Instant(key.CreatedAt)} by {key.CreatedBy}, {used}{end}");
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

    private static string Instant(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
}
