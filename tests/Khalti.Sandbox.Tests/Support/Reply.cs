using System.Text.Json.Nodes;

namespace Khalti.Sandbox.Tests.Support;

/// <summary>An answer as it came over the wire.</summary>
internal sealed record Reply(int Status, string Text, HttpResponseMessage Message)
{
    internal JsonNode Json => JsonNode.Parse(Text)!;

    internal string Header(string name) => Message.Headers.TryGetValues(name, out IEnumerable<string>? values) ? string.Join(",", values) : "";

    /// <summary>Body and status to the letter; the order of the keys does not matter.</summary>
    internal void ShouldBe(int status, string json)
    {
        Text.ShouldNotBeNull();
        JsonNode.DeepEquals(JsonNode.Parse(Text), JsonNode.Parse(json)).ShouldBeTrue($"{Text} instead of {json}");
        Status.ShouldBe(status);
    }
}
