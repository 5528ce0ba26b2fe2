using System.Text.Json.Nodes;
using Khalti.Sandbox.Tests.Support;

namespace Khalti.Sandbox.Tests;

/// <summary><c>/_sandbox/openapi.json</c> describes what there is.</summary>
public sealed class ControlDocumentTests
{
    [Fact]
    public async Task Every_call_of_the_document_exists_and_every_other_is_refused()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        JsonNode document = await DocumentAsync(sandbox);

        foreach ((string path, JsonNode? call) in document["paths"]!.AsObject())
        {
            string address = path.Replace("{idx}", "x", StringComparison.Ordinal).Replace("{pidx}", "x", StringComparison.Ordinal);
            bool isEndless = call!["get"]?["responses"]!["200"]!["content"]!["text/event-stream"] is not null;
            foreach (string method in (string[])[isEndless ? "patch" : "get", "post", "put", "delete"])
            {
                Reply reply = await sandbox.SendAsync(
                    new HttpMethod(method.ToUpperInvariant()), address, method == "get" ? null : new StringContent(""));
                JsonNode? described = call[method];
                if (described is null)
                {
                    reply.Status.ShouldBe(405, $"{method} {path}");
                    continue;
                }

                described["responses"]!.AsObject().ContainsKey($"{reply.Status}").ShouldBeTrue($"{method} {path}: {reply.Status}");
            }
        }
    }

    [Fact]
    public async Task Every_control_call_of_the_readme_is_in_the_document()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        JsonObject paths = (await DocumentAsync(sandbox))["paths"]!.AsObject();

        foreach (string path in (string[])
            ["/_sandbox/transactions", "/_sandbox/requests", "/_sandbox/faults", "/_sandbox/transactions/{idx}/state", "/_sandbox/payments",
             "/_sandbox/epayments/{pidx}/outcome", "/_sandbox/epayments/{pidx}/forged-return", "/_sandbox/clock", "/_sandbox/switches",
             "/_sandbox/reset"])
        {
            paths.ContainsKey(path).ShouldBeTrue(path);
        }
    }

    [Fact]
    public async Task The_switches_of_the_document_are_those_of_the_sandbox_with_their_defaults()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        JsonObject described = (await DocumentAsync(sandbox))["components"]!["schemas"]!["Switches"]!["properties"]!.AsObject();
        JsonObject switches = (await sandbox.GetAsync("/_sandbox/switches")).Json.AsObject();

        described.Select(one => one.Key).ShouldBe(switches.Select(one => one.Key), ignoreOrder: true);
        foreach ((string name, JsonNode? value) in switches)
        {
            JsonNode.DeepEquals(described[name]!["default"], value).ShouldBeTrue(name);
            foreach (JsonNode? allowed in described[name]!["enum"]?.AsArray() ?? [])
            {
                await sandbox.GivenSwitchAsync(new Dictionary<string, string> { [name] = allowed!.ToString() });
            }
        }
    }

    [Fact]
    public async Task Every_switch_is_in_the_table_of_the_readme()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string readme = await File.ReadAllTextAsync(
            Path.Combine(Root(AppContext.BaseDirectory), "src", "Khalti.Sandbox", "README.md"), TestContext.Current.CancellationToken);

        foreach ((string name, _) in (await sandbox.GetAsync("/_sandbox/switches")).Json.AsObject())
        {
            readme.ShouldContain($"`{char.ToUpperInvariant(name[0])}{name[1..]}`");
        }

        static string Root(string folder) =>
            File.Exists(Path.Combine(folder, "KhaltiCheckout.sln")) ? folder : Root(Path.GetDirectoryName(folder)!);
    }

    [Fact]
    public async Task Operations_and_kinds_of_the_document_are_those_of_fault_rules()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        JsonNode fault = (await DocumentAsync(sandbox))["components"]!["schemas"]!["Fault"]!["properties"]!;

        fault["operation"]!["enum"]!.AsArray().Select(one => one!.ToString()).ShouldBe(Operation.All);
        foreach (JsonNode? kind in fault["kind"]!["enum"]!.AsArray())
        {
            await sandbox.GivenFaultAsync(new { operation = "status", kind = kind!.ToString(), delayMs = 1 });
        }
    }

    private static async Task<JsonNode> DocumentAsync(RunningSandbox sandbox)
    {
        Reply reply = await sandbox.GetAsync("/_sandbox/openapi.json");
        reply.Message.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        return reply.Json;
    }
}
