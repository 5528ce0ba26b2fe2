using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Access;

/// <summary>The program's own commands, run as a merchant runs them: beside a shop, or before there is one.</summary>
public sealed partial class KeysCommandTests
{
    [Fact]
    public async Task A_key_created_by_the_command_works_until_revoked()
    {
        await using ShopProgram shop = ShopProgram.Start("Development");
        // The sandbox inside it listens first, the shop last.
        await shop.LineAsync(line => line.Contains("Application started", StringComparison.Ordinal));
        Uri address = new(shop.Output.Select(line => Address().Match(line)).Last(match => match.Success).Groups["url"].Value);
        using HttpClient http = new() { BaseAddress = address };

        (int exitCode, string[] output, string[] errors) =
            await shop.CommandAsync("keys", "create", "--name", "Till 2", "--scopes", "read,refund");
        exitCode.ShouldBe(0, string.Join('\n', errors));
        string key = output.ShouldHaveSingleItem();
        string id = Id().Match(string.Join('\n', errors)).Value;
        errors.ShouldAllBe(line => !line.Contains(key));
        (await WhoAsync(http, key)).ShouldBe((HttpStatusCode.OK, """{"name":"Till 2","scopes":["read","refund"],"expiresAt":null}"""));

        (exitCode, output, errors) = await shop.CommandAsync("keys", "create", "--name=Till 2", "--scopes=read");
        (exitCode, output.Length).ShouldBe((1, 0));
        errors.ShouldHaveSingleItem().ShouldContain("\"Till 2\"");

        (exitCode, output, _) = await shop.CommandAsync("keys", "list");
        exitCode.ShouldBe(0);
        output.ShouldHaveSingleItem().ShouldMatch($"^{id}  {key[..16]}\\.\\.\\.  \"Till 2\"  read,refund  made .* by command line, ");
        output[0].ShouldNotContain(key[17..]);

        (exitCode, _, _) = await shop.CommandAsync("keys", "revoke", id);
        exitCode.ShouldBe(0);
        (await WhoAsync(http, key)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (_, output, _) = await shop.CommandAsync("keys", "list");
        output.ShouldHaveSingleItem().ShouldContain("revoked");
    }

    [Fact]
    public async Task The_first_key_can_be_created_without_a_running_shop()
    {
        await using ShopFolder folder = new();

        (int exitCode, string[] output, string[] errors) =
            await folder.CommandAsync("Production", "keys", "create", "--name", "पसल", "--scopes", "admin");

        exitCode.ShouldBe(0, string.Join('\n', errors));
        output.ShouldHaveSingleItem().ShouldMatch("^kck_[0-9a-z]{12}_[0-9a-z]{40}$", "nothing else started and said so");
        (exitCode, output, _) = await folder.CommandAsync("Production", "keys", "list");
        (exitCode, output.Length).ShouldBe((0, 1));
        output[0].ShouldContain("\"पसल\"");
    }

    [Theory]
    [InlineData(1, "There is no such key.", "keys", "revoke", "key_01k9x4c7qmf3t8v5z2w6y1n0ah")]
    [InlineData(2, "Required command was not provided.", "keys")]
    [InlineData(2, "Required command was not provided.", "keys", "make")]
    [InlineData(2, "Required argument 'id' missing for command: 'revoke'.", "keys", "revoke")]
    [InlineData(2, "Unrecognized command or argument 'all'.", "keys", "list", "all")]
    [InlineData(2, "Option '--scopes' is required.", "keys", "create", "--name", "Till")]
    [InlineData(2, "Required argument missing for option: '--scopes'.", "keys", "create", "--name", "Till", "--scopes")]
    [InlineData(2, "Unrecognized command or argument '--scope'.", "keys", "create", "--name", "Till", "--scope", "read")]
    [InlineData(
        2, "Option '--name' expects a single argument but 2 were provided.", "keys", "create", "--name", "A", "--name", "B", "--scopes",
        "read")]
    [InlineData(2, "--scopes: Only admin, checkout, read, refund", "keys", "create", "--name", "Till", "--scopes", "read,write")]
    [InlineData(2, "--scopes: At least one scope.", "keys", "create", "--name", "Till", "--scopes", ",")]
    [InlineData(2, "--name: That is the name of another kind of key.", "keys", "create", "--name", "settings key 1", "--scopes", "read")]
    public async Task An_invalid_keys_command_prints_the_reason(int expected, string says, params string[] arguments)
    {
        await using ShopFolder folder = new();

        (int exitCode, string[] output, string[] errors) = await folder.CommandAsync("Production", arguments);

        exitCode.ShouldBe(expected, string.Join('\n', errors));
        output.ShouldBeEmpty();
        errors[0].ShouldStartWith(says);
        (errors.Length > 1).ShouldBe(expected == 2, "wrong usage is told the right one");
    }

    [Fact]
    public async Task A_keys_command_on_an_unusable_database_prints_one_sentence()
    {
        (int exitCode, string[] output, string[] errors) = await ShopProgram.RunCommandAsync(
            "Production", "keys", "list", "--Database:ConnectionString=Data Source=/proc/checkout.db");

        (exitCode, output.Length).ShouldBe((1, 0));
        errors.ShouldHaveSingleItem().ShouldStartWith("Khalti Checkout can't start: Database:ConnectionString can't be used");
    }

    private static async Task<(HttpStatusCode Status, string Body)> WhoAsync(HttpClient http, string key)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "/api/v1/admin/session");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using HttpResponseMessage answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [GeneratedRegex(@"Now listening on: \W*(?<url>http://[0-9.:]+)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Address();

    [GeneratedRegex("key_[0-9a-z]{26}", RegexOptions.NonBacktracking)]
    private static partial Regex Id();

    private sealed class ShopFolder : IAsyncDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("checkout-command-").FullName;
        private readonly TestDatabase _database;

        internal ShopFolder() => _database = TestDatabase.In(_folder);

        internal Task<(int ExitCode, string[] Output, string[] Errors)> CommandAsync(string environment, params string[] arguments) =>
            ShopProgram.RunCommandAsync(environment, [.. arguments, .. _database.Arguments]);

        public ValueTask DisposeAsync()
        {
            _database.Dispose();
            Directory.Delete(_folder, recursive: true);
            return ValueTask.CompletedTask;
        }
    }
}
