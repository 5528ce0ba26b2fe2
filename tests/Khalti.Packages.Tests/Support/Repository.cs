namespace Khalti.Packages.Tests.Support;

internal static class Repository
{
    internal static string Root { get; } = Find(AppContext.BaseDirectory);

    /// <summary>Debug or Release, as the tests were built.</summary>
    internal static string Configuration { get; } = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));

    private static string Find(string folder) =>
        File.Exists(Path.Combine(folder, "KhaltiCheckout.sln")) ? folder : Find(Path.GetDirectoryName(folder)!);
}
