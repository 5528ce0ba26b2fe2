using System.CommandLine;
using System.Data.Common;

namespace Khalti.Sandbox.Tool;

/// <summary>The commands of the program. Without one it starts a sandbox.</summary>
internal static class Commands
{
    internal const int Done = 0;
    internal const int Failed = 1;

    internal static RootCommand Define()
    {
        RootCommand root = StartCommand.Define();
        root.Add(RunCommand.Define());
        root.Add(TrustCommand.Define());
        root.Add(DiffCommand.Define());
        return root;
    }

    /// <summary>Runs it; a wrong setting or file is one sentence on the error output.</summary>
    internal static async Task<int> ReportAsync(Func<Task<int>> run)
    {
        try
        {
            return await run();
        }
        catch (Exception wrong) when (wrong is InvalidOperationException or ArgumentException or IOException or DbException
            or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(wrong.Message);
            return Failed;
        }
    }
}
