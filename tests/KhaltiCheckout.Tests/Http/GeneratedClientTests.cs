using System.ComponentModel;
using System.Diagnostics;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Http;

/// <summary>Clients that other people's generators make of the API document: they compile, and place an order at the real shop.</summary>
[Trait("Database", "Sqlite")]
public sealed class GeneratedClientTests(SharedShop shared) : IClassFixture<SharedShop>
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private readonly Shop _shop = shared.Shop;

    [Theory]
    [InlineData("typescript")]
    [InlineData("kiota")]
    public async Task A_generated_client_compiles_and_places_an_order(string generator)
    {
        string id = (await RunAsync(generator)).Trim();

        (int status, _) = await _shop.GetAsync("/api/v1/orders/" + id);
        status.ShouldBe(200, id);
    }

    /// <summary>What the client wrote. Where its tools can't be fetched the test is skipped, but not in CI.</summary>
    private async Task<string> RunAsync(string generator)
    {
        string script = Path.Combine(Repository.Root, "tests", "api-clients", generator, "run");
        ProcessStartInfo start = new(script, [_shop.Http.BaseAddress!.ToString().TrimEnd('/')])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Limit);
        string trouble;
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync(patience.Token);
            string output = await process.StandardOutput.ReadToEndAsync(patience.Token);
            trouble = await errors;
            await process.WaitForExitAsync(patience.Token);
            if (process.ExitCode == 0)
            {
                return output;
            }
        }
        catch (Win32Exception missing)
        {
            trouble = missing.Message;
        }

        bool toolsAreMissing = trouble.Contains("npm", StringComparison.Ordinal) || trouble.Contains("NU1", StringComparison.Ordinal)
            || trouble.Contains("not found", StringComparison.Ordinal) || trouble.Contains("No such file", StringComparison.Ordinal);
        Assert.SkipWhen(
            toolsAreMissing && Environment.GetEnvironmentVariable("CI") is null, $"The tools of {generator} can't be had here: {trouble}");
        throw new InvalidOperationException(trouble);
    }
}
