using System.Text.Json.Nodes;

namespace Khalti.Sandbox.Tests.Support;

/// <summary>An HTTP answer.</summary>
internal sealed record Reply(int Status, string Text, HttpResponseMessage Message)
{
    internal JsonNode Json => JsonNode.Parse(Text)!;

    internal string Header(string name) =>
        Message.Headers.TryGetValues(name, out IEnumerable<string>? values) ? string.Join(",", values) : "";

    /// <summary>Compares status and JSON body, ignoring the order of members.</summary>
    internal void ShouldBe(int status, string json)
    {
        Text.ShouldNotBeNull();
        JsonNode.DeepEquals(JsonNode.Parse(Text), JsonNode.Parse(json)).ShouldBeTrue($"{Text} instead of {json}");
        Status.ShouldBe(status);
    }
}
