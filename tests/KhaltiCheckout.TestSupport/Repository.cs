namespace KhaltiCheckout.Tests.Support;

/// <summary>Where this repository is, and the programs built beside the tests.</summary>
internal static class Repository
{
    internal static string Root { get; } = Find(AppContext.BaseDirectory);

    /// <summary>The shop's program: as it is shipped, where somebody has published it for the tests.</summary>
    internal static string Shop { get; } =
        Environment.GetEnvironmentVariable("CHECKOUT_PROGRAM") is { Length: > 0 } shipped ? shipped : Program("KhaltiCheckout");

    /// <summary>The program of a project, of the same build as the tests.</summary>
    internal static string Program(string project)
    {
        string configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        return Path.Combine(Root, "artifacts", "bin", project, configuration, project + ".dll");
    }

    private static string Find(string folder) =>
        File.Exists(Path.Combine(folder, "KhaltiCheckout.sln"))
            ? folder
            : Find(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(folder))
                ?? throw new DirectoryNotFoundException("The tests run outside the repository."));
}
