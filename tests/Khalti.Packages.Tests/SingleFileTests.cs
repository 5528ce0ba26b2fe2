using Khalti.Packages.Tests.Support;

namespace Khalti.Packages.Tests;

/// <summary>The sandbox as one file that needs no .NET on the machine, published as its README says.</summary>
public sealed class SingleFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("khalti-single-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_single_file_starts_without_DotNet_and_a_link_is_paid()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.Is64BitProcess, "The README publishes for Linux.");
        string[] lockFiles = Directory.GetFiles(Path.Combine(Repository.Root, "src"), "packages.lock.json", SearchOption.AllDirectories);
        string[] before = [.. lockFiles.Select(File.ReadAllText)];
        string output = Path.Combine(_folder.FullName, "published");
        string alone = Path.Combine(_folder.CreateSubdirectory("alone").FullName, "khalti-sandbox");

        // Builds outside the repository, where other tests work.
        (await Readme.RunAsync(Readme.Block("dotnet publish"), replaced:
        [
            "artifacts/khalti-sandbox", $"{output} --artifacts-path {_folder.FullName}/artifacts -p:RunAnalyzers=false",
        ])).ShouldSucceed();

        lockFiles.Select(File.ReadAllText).ShouldBe(before);
        File.Move(Path.Combine(output, "Khalti.Sandbox.Tool"), alone);
        Directory.Delete(output, recursive: true);
        await using SandboxProgram sandbox = await SandboxProgram.StartAsync(
            "env", ["-i", $"HOME={_folder.FullName}", alone], Path.GetDirectoryName(alone));
        await Readme.ShouldPayAtAsync(sandbox.Address);
    }
}
