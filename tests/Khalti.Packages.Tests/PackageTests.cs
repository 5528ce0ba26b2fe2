using System.IO.Compression;
using Khalti.Packages.Tests.Support;

namespace Khalti.Packages.Tests;

/// <summary>The packages, packed and installed from a folder into a place outside the repository.</summary>
public sealed class PackageTests(PackageFeed feed) : IClassFixture<PackageFeed>
{
    [Theory]
    [InlineData("Khalti.Client")]
    [InlineData("Khalti.Sandbox")]
    [InlineData("Khalti.Sandbox.Tool")]
    public async Task A_package_has_a_description_a_licence_an_icon_and_a_readme(string id)
    {
        await using ZipArchive package = await ZipFile.OpenReadAsync(feed.File(id), TestContext.Current.CancellationToken);
        using StreamReader reader = new(package.GetEntry(id + ".nuspec")!.Open());
        string description = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);

        description.ShouldContain("""<license type="expression">MIT</license>""");
        description.ShouldContain("<icon>icon.png</icon>");
        description.ShouldContain("<readme>README.md</readme>");
        description.ShouldContain("<description>");
        description.ShouldNotContain(Repository.Root);
        package.GetEntry("icon.png")!.Length.ShouldBeGreaterThan(100);
        package.GetEntry("README.md")!.Length.ShouldBeGreaterThan(500);
    }

    [Fact]
    public async Task A_fresh_project_installs_client_and_sandbox_and_pays()
    {
        DirectoryInfo project = feed.NewFolder("shop");
        await WriteAsync(project, "Shop.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Khalti.Client" Version="{feed.Version}" />
                <PackageReference Include="Khalti.Sandbox" Version="{feed.Version}" />
              </ItemGroup>
            </Project>
            """);
        await WriteAsync(project, "Program.cs", """
            using Khalti.Client;
            using Khalti.Sandbox;
            using Microsoft.Extensions.DependencyInjection;

            await using KhaltiSandbox khalti = await KhaltiSandbox.StartAsync();
            ServiceCollection services = new();
            services.AddKhaltiClient(settings =>
                (settings.BaseUrl, settings.SecretKey) = (khalti.Address, SandboxKeys.EPaymentSecretKey));
            KhaltiClient client = services.BuildServiceProvider().GetRequiredService<KhaltiClient>();
            Reply<EPaymentLink> made = await client.InitiateAsync(new EPaymentRequest
            {
                ReturnUrl = new Uri("https://shop.example/khalti/return"),
                WebsiteUrl = new Uri("https://shop.example/"),
                Amount = new Paisa(130_000),
                PurchaseOrderId = "order-1042",
                PurchaseOrderName = "Two notebooks",
            });
            string pidx = ((Reply<EPaymentLink>.Answered)made).Value.Pidx;
            Console.WriteLine(await khalti.Control.PayAsync(pidx));
            Console.WriteLine(await client.LookupAsync(pidx) switch
            {
                Reply<EPayment>.Answered({ Status: EPaymentStatus.Completed } payment) => $"paid {(long)payment.TotalAmount!}",
                var other => other.ToString(),
            });
            """);

        Run run = await Run.ToEndAsync("dotnet", ["run", "--project", project.FullName], project.FullName);

        run.ShouldSucceed().Output.ShouldContain("paid 130000");
        run.Output.ShouldContain("https://shop.example/khalti/return?pidx=");
    }

    [Fact]
    public async Task The_commands_of_the_readme_install_the_command_and_pay_a_link_with_curl()
    {
        DirectoryInfo folder = feed.NewFolder("tool");
        Dictionary<string, string> home = new(StringComparer.Ordinal) { ["HOME"] = folder.FullName, ["DOTNET_CLI_HOME"] = folder.FullName };

        (await Readme.RunAsync(
            Readme.Block("dotnet tool install"), folder.FullName, home,
            "dotnet pack src/Khalti.Sandbox.Tool -o artifacts/packages", "true", // packed by the fixture
            "artifacts/packages", Path.GetDirectoryName(feed.File("Khalti.Sandbox.Tool"))!))
            .ShouldSucceed();

        await using SandboxProgram sandbox = await SandboxProgram.StartAsync(
            Path.Combine(folder.FullName, ".dotnet", "tools", Readme.Block("listens on").Split('#')[0].Trim()), ["--seed", "clients-2022"],
            folder.FullName);
        await Readme.ShouldPayAtAsync(sandbox.Address);
    }

    private static Task WriteAsync(DirectoryInfo folder, string name, string text) =>
        File.WriteAllTextAsync(Path.Combine(folder.FullName, name), text, TestContext.Current.CancellationToken);
}
