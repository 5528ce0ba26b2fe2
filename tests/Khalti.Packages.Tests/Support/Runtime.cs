namespace Khalti.Packages.Tests.Support;

/// <summary>A program that a test needs and a machine may lack. <c>.ci/run</c> installs all of them.</summary>
internal static class Runtime
{
    internal static async Task RequireMountNamespaceAsync()
    {
        Require("unshare");
        string[] root = Environment.IsPrivilegedProcess ? [] : ["--user", "--map-root-user"];
        Run run = await Run.ToEndAsync("unshare", [.. root, "--mount", "--", "mount", "--bind", "/etc/hosts", "/etc/hosts"]);
        Assert.SkipUnless(run.ExitCode == 0, $"Needs a mount namespace: {run.Errors}");
    }

    internal static void Require(string program)
    {
        bool isThere = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, program)));
        Assert.SkipUnless(isThere, $"Needs {program}, which is not on the path.");
    }
}
