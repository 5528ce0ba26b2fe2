using Khalti.Packages.Tests.Support;

namespace Khalti.Packages.Tests;

/// <summary>A folder with the packages of this build, and folders beside it that install from there only what is ours.</summary>
public sealed class PackageFeed : IAsyncLifetime
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("khalti-packages-");

    internal string Version { get; private set; } = "";

    private string Feed => Path.Combine(_root.FullName, "feed");

    public async ValueTask InitializeAsync()
    {
        foreach (string project in (string[])["Khalti.Client", "Khalti.Sandbox", "Khalti.Sandbox.Tool"])
        {
            (await Run.ToEndAsync("dotnet",
            [
                "pack", Path.Combine(Repository.Root, "src", project), "--no-build", "--no-restore",
                "--configuration", Repository.Configuration, "--output", Feed,
            ])).ShouldSucceed();
        }

        const string Client = "Khalti.Client.";
        string name = Path.GetFileNameWithoutExtension(Directory.GetFiles(Feed, Client + "*.nupkg").ShouldHaveSingleItem());
        Version = name[Client.Length..];

        // A cache of its own, as a package of the same version may have been installed before; others come from the machine's.
        string cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        await System.IO.File.WriteAllTextAsync(Path.Combine(_root.FullName, "nuget.config"), $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="{Path.Combine(_root.FullName, "cache")}" /></config>
              <fallbackPackageFolders><add key="machine" value="{cache}" /></fallbackPackageFolders>
              <packageSources><add key="feed" value="{Feed}" /></packageSources>
            </configuration>
            """);
    }

    public ValueTask DisposeAsync()
    {
        _root.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    internal string File(string id) => Path.Combine(Feed, $"{id}.{Version}.nupkg");

    internal DirectoryInfo NewFolder(string name) => _root.CreateSubdirectory(name);
}
