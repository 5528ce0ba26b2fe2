using System.Diagnostics;

namespace KhaltiCheckout.Tests.Support;

/// <summary>The real program under strace, which traces its system calls or injects failures.</summary>
internal static class Strace
{
    private const string Program = "/usr/bin/strace";

    internal static void SkipWithout() => Assert.SkipUnless(File.Exists(Program), "There is no strace on this machine.");

    /// <param name="what">strace's own arguments.</param>
    /// <param name="arguments">The shop's.</param>
    internal static Process Start(string[] what, string[] arguments)
    {
        ProcessStartInfo start = new(Program, ["-f", "-qq", .. what, "dotnet", Repository.Shop, .. arguments])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        start.QuickStart();
        return Process.Start(start)!;
    }
}
