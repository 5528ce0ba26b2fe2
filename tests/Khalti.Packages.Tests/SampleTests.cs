using Khalti.Packages.Tests.Support;

namespace Khalti.Packages.Tests;

/// <summary>The samples in <c>samples/sandbox</c>, run as their README says.</summary>
public sealed class SampleTests
{
    private static readonly Dictionary<string, string> Environment = new(StringComparer.Ordinal)
    {
        ["KHALTI_SANDBOX"] = $"dotnet {SandboxProgram.Built}",
        ["PYTHONDONTWRITEBYTECODE"] = "1",
    };

    [Fact]
    public async Task The_DotNet_sample_runs()
    {
        string program = Path.Combine(
            Repository.Root, "artifacts", "bin", "Sample", Repository.Configuration, "KhaltiSandboxSample.dll");

        (await Run.ToEndAsync("dotnet", [program])).ShouldSucceed().Output.ShouldContain("ok");
    }

    [Fact]
    public async Task The_Node_sample_runs()
    {
        Runtime.Require("node");

        Run run = await Run.ToEndAsync("node", ["--test", "samples/sandbox/node/"], environment: Environment);

        run.ShouldSucceed().Output.ShouldContain("pass 1");
    }

    [Fact]
    public async Task The_PHP_sample_runs()
    {
        Runtime.Require("php");

        (await Run.ToEndAsync("php", ["samples/sandbox/php/payment_test.php"], environment: Environment))
            .ShouldSucceed().Output.ShouldContain("ok");
    }

    [Fact]
    public async Task The_Python_sample_runs()
    {
        Runtime.Require("python3");

        Run run = await Run.ToEndAsync("python3", ["-m", "unittest", "discover", "samples/sandbox/python"], environment: Environment);

        run.ShouldSucceed().Errors.ShouldContain("Ran 1 test");
    }
}
