using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using Khalti.Client;
using Khalti.Sandbox;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Architecture;

/// <summary>The compiled shop has no dependency between layers but those listed in <see cref="Layers"/>.</summary>
public sealed class LayerTests
{
    private const string Shop = "KhaltiCheckout";
    private const string Client = "Khalti.Client";
    private const string Sandbox = "Khalti.Sandbox";

    private static readonly Edge[] Edges = [.. Read().Concat(ReadUsings()).Distinct()];

    [Fact]
    public void Every_type_knows_only_layers_that_its_own_may_know() =>
        Unexpected(Edges.Where(edge => IsLayer(edge.To) && !Rule(edge.From).Contains(edge.To, StringComparer.Ordinal)));

    [Fact]
    public void Every_folder_is_a_layer_with_a_rule()
    {
        string[] folders = [.. Directory.GetDirectories(Path.Combine(Repository.Root, "src", Shop))
            .Where(folder => Directory.EnumerateFiles(folder, "*.cs").Any()).Select(Path.GetFileName).OfType<string>()];

        folders.Order(StringComparer.Ordinal).ShouldBe(Layers.All.Select(layer => layer.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_layer_may_know_only_layers_before_it()
    {
        string[] before = [];
        foreach ((string name, string[] mayKnow) in Layers.All)
        {
            mayKnow.Except(before).ShouldBeEmpty(name);
            before = [.. before, name];
        }
    }

    [Fact]
    public void The_picture_in_the_documentation_shows_the_rules()
    {
        string[] drawn = [.. File.ReadLines(Path.Combine(Repository.Root, "docs", "architecture.md"))
            .Where(line => line.Contains(" --> ", StringComparison.Ordinal)).Select(line => line.Trim())];
        IEnumerable<string> rules = Layers.All.SelectMany(layer => layer.MayKnow
            .Except(Layers.Base.Contains(layer.Name) ? [] : Layers.Base).Select(known => $"{layer.Name} --> {known}"));

        drawn.Order(StringComparer.Ordinal).ShouldBe(rules.Append("Features --> Base").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_feature_may_know_only_features_that_it_uses()
    {
        string[] features = [.. Layers.All.Select(layer => layer.Name).SkipWhile(name => name != "Access").Skip(1)];

        foreach (string feature in features)
        {
            Rule(feature).Intersect(features).Except(Edges.Where(edge => edge.From == feature).Select(edge => edge.To))
                .ShouldBeEmpty(feature);
        }
    }

    [Fact]
    public void Only_the_gateway_knows_more_of_Khaltis_client_than_amounts() =>
        Unexpected(Edges.Where(edge => edge.To == Client && !Layers.KnowKhaltiClient.Contains(edge.From)));

    [Fact]
    public void Only_the_layers_that_are_named_know_the_sandbox() =>
        Unexpected(Edges.Where(edge => edge.To == Sandbox && !Layers.KnowSandbox.Contains(edge.From)));

    [Fact]
    public void The_pure_layers_know_no_database_no_network_and_no_web_server() =>
        Unexpected(Edges.Where(edge => Layers.Pure.Contains(edge.From)
            && Layers.InputAndOutput.Any(prefix => edge.Target.StartsWith(prefix, StringComparison.Ordinal))));

    [Fact]
    public void Client_and_sandbox_know_nothing_of_the_shop_nor_of_each_other()
    {
        foreach (System.Reflection.Assembly assembly in (System.Reflection.Assembly[])[typeof(
            KhaltiClient).Assembly, typeof(SandboxHost).Assembly])
        {
            assembly.GetReferencedAssemblies().Select(reference => reference.Name)
                .ShouldNotContain(name => name!.StartsWith("Khalti", StringComparison.Ordinal), assembly.GetName().Name);
        }
    }

    [Fact]
    public void Every_temporary_edge_is_still_there() =>
        Layers.Temporary.Where(left => !Edges.Any(edge => edge.From == left.From && edge.To == left.To))
            .Select(left => (left.From, left.To))
            .ShouldBeEmpty();

    private static void Unexpected(IEnumerable<Edge> edges) =>
        edges.Where(edge => !Layers.Temporary.Any(left => left.From == edge.From && left.To == edge.To))
            .Select(edge => $"{edge.Source} knows {edge.Target}").Order(StringComparer.Ordinal).ShouldBeEmpty();

    private static IEnumerable<Edge> Read()
    {
        ArchUnitNET.Domain.Architecture program = new ArchLoader().LoadAssemblies(typeof(CheckoutDb).Assembly).Build();
        foreach (IType type in program.Types.Where(type => IsLayer(LayerOf(type))))
        {
            foreach (IType target in type.Dependencies.Select(dependency => dependency.Target).Where(target =>
                target is not GenericParameter && LayerOf(target) != LayerOf(type) && target.FullName != typeof(Paisa).FullName))
            {
                yield return new Edge(LayerOf(type), LayerOf(target), type.FullName, target.FullName);
            }
        }
    }

    // Constants and documentation leave nothing in the compiled program.
    private static IEnumerable<Edge> ReadUsings()
    {
        foreach ((string layer, _) in Layers.All)
        {
            foreach (string file in Directory.EnumerateFiles(
                Path.Combine(Repository.Root, "src", Shop, layer), "*.cs", SearchOption.AllDirectories))
            {
                foreach (string line in File.ReadLines(file).Where(line => line.StartsWith($"using {Shop}.", StringComparison.Ordinal)))
                {
                    if (line.Split('.', ';')[1] is var known && known != layer)
                    {
                        yield return new Edge(layer, known, Path.GetFileName(file), line);
                    }
                }
            }
        }
    }

    // The first part of the shop's namespaces; of others the whole name.
    private static string LayerOf(IType type) =>
        type.Namespace?.FullName is not { } name ? "" : name.StartsWith(Shop + ".", StringComparison.Ordinal) ? name.Split('.')[1] : name;

    private static bool IsLayer(string name) => Array.Exists(Layers.All, layer => layer.Name == name);

    private static string[] Rule(string layer) => Array.Find(Layers.All, one => one.Name == layer).MayKnow;

    /// <param name="From">The layer that knows.</param>
    /// <param name="To">The layer that is known, or another namespace.</param>
    private sealed record Edge(string From, string To, string Source, string Target);
}
