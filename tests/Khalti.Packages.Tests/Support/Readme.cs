namespace Khalti.Packages.Tests.Support;

/// <summary>The commands of the sandbox's README, run as they stand there but for folders and the port.</summary>
internal static class Readme
{
    /// <summary>The block of commands that has the text.</summary>
    internal static string Block(string text) => File.ReadAllText(Path.Combine(Repository.Root, "src", "Khalti.Sandbox", "README.md"))
        .Split("```").Where((block, at) => at % 2 == 1 && block.StartsWith("sh\n", StringComparison.Ordinal))
        .Single(block => block.Contains(text, StringComparison.Ordinal))["sh\n".Length..];

    internal static Task<Run> RunAsync(
        string commands, string? folder = null, IReadOnlyDictionary<string, string>? environment = null, params string[] replaced)
    {
        foreach (string[] pair in replaced.Chunk(2))
        {
            commands.ShouldContain(pair[0]);
            commands = commands.Replace(pair[0], pair[1], StringComparison.Ordinal);
        }

        return Run.ToEndAsync("sh", ["-e", "-c", commands], folder, environment);
    }

    /// <summary>Makes a link, pays it and looks it up with curl.</summary>
    internal static async Task ShouldPayAtAsync(Uri sandbox)
    {
        Runtime.Require("curl");
        Run run = await RunAsync(Block("epayment/initiate/"), replaced: ["localhost:5081", sandbox.Authority]);

        run.ShouldSucceed().Output.ShouldContain("\"payment_url\":\"" + sandbox);
        run.Output.ShouldContain("http://localhost:5080/?pidx=");
        run.Output.ShouldContain("\"total_amount\":1300,\"status\":\"Completed\"");
    }
}
