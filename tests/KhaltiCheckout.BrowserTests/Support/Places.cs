namespace KhaltiCheckout.BrowserTests.Support;

/// <summary>Where things are in the repository, from wherever the tests run.</summary>
internal static class Places
{
    internal static string Repository { get; } = FindRepository();

    /// <summary>Screenshots and traces: build output, never committed.</summary>
    internal static string Results { get; } = Directory.CreateDirectory(Path.Combine(Repository, "TestResults", "browser")).FullName;

    /// <summary>What was fetched once and is kept between runs.</summary>
    internal static string Cache { get; } = Directory.CreateDirectory(Path.Combine(Repository, "artifacts", "browser-tests")).FullName;

    private static string FindRepository()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "KhaltiCheckout.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("These tests run inside the repository.");
    }
}
