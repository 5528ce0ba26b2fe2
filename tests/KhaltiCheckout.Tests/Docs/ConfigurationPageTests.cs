using System.Reflection;
using System.Text.RegularExpressions;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Docs;

/// <summary>docs/configuration.md has a line for each setting, and for nothing else.</summary>
public sealed partial class ConfigurationPageTests
{
    // Settings of ASP.NET Core.
    private static readonly string[] Others = ["AllowedHosts", "Hsts:IncludeSubDomains"];

    private static readonly string Page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "configuration.md"));

    [Fact]
    public void Every_setting_has_a_line_and_every_line_is_a_setting()
    {
        string[] settings = [.. typeof(CheckoutDb).Assembly.GetTypes()
            .Where(type => SectionOf(type) is not null)
            .SelectMany(type => SettingsOf(type, SectionOf(type)!))];
        settings.Length.ShouldBeGreaterThan(30);

        Row().Matches(Page).Select(match => match.Groups["setting"].Value)
            .ShouldBe([.. settings, .. Others], ignoreOrder: true);
    }

    private static string? SectionOf(Type type) =>
        type.GetField("Section", BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static)?.GetValue(null) as string;

    private static IEnumerable<string> SettingsOf(Type type, string section) =>
        type.GetProperties().SelectMany(property => property.PropertyType is { IsClass: true } part && part.Assembly == type.Assembly
            ? SettingsOf(part, $"{section}:{property.Name}")
            : [$"{section}:{property.Name}"]);

    [GeneratedRegex(@"^\| `(?<setting>[A-Za-z:]+)` \|", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex Row();
}
