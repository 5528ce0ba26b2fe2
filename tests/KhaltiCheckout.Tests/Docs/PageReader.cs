using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Docs;

/// <summary>Somebody who does what a page says, to the letter, and remembers what the answers held.</summary>
internal sealed partial class PageReader : IDisposable
{
    private readonly Shop _shop;
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });

    // {{name}} of the page and $NAME of its shell.
    private readonly Dictionary<string, string> _known = new(StringComparer.Ordinal);

    internal PageReader(Shop shop)
    {
        _shop = shop;
        _known["shop"] = _known["SHOP"] = shop.Http.BaseAddress!.GetLeftPart(UriPartial.Authority);
        _known["khalti"] = _known["KHALTI"] = shop.Sandbox.Address.GetLeftPart(UriPartial.Authority);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _http.Dispose();

    internal Task DoAsync(PageStep step) => step switch
    {
        CallStep call => CallAsync(call),
        CurlStep curl => CurlAsync(curl),
        _ => _shop.PassAfterAsync(TimeSpan.FromSeconds(10)),
    };

    private async Task CallAsync(CallStep step)
    {
        (string[] head, string body) = Parts(Filled(step.Request));
        string[] first = head[0].Split(' ', 2);
        using HttpRequestMessage request = Request(first[0], first[1], head[1..], body);
        using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Stop);
        bool isStream = response.Content.Headers.ContentType?.MediaType == "text/event-stream";
        string text = isStream ? await FirstEventAsync(response) : await response.Content.ReadAsStringAsync(Stop);
        string where = $"line {step.Line}: {head[0]}\nanswered {(int)response.StatusCode} {text}";
        if (step.Answer is null)
        {
            response.IsSuccessStatusCode.ShouldBeTrue(where);
            return;
        }

        (string[] promised, string promisedBody) = Parts(step.Answer);
        ((int)response.StatusCode).ShouldBe(int.Parse(promised[0].Split(' ')[1], CultureInfo.InvariantCulture), where);
        foreach (string[] header in promised.Skip(1).Select(line => line.Split(": ", 2)))
        {
            string? sent = response.Headers.Concat(response.Content.Headers)
                .FirstOrDefault(one => one.Key.Equals(header[0], StringComparison.OrdinalIgnoreCase)).Value?.Single();
            Compare(header[1], header[0] == "Content-Type" ? sent?.Split(';')[0] : sent, $"{header[0]}, {where}");
        }

        if (isStream)
        {
            (promisedBody, text) = (DataOf(promisedBody), DataOf(text));
        }

        if (promisedBody.Length > 0)
        {
            Compare(JsonNode.Parse(promisedBody), JsonNode.Parse(text), where);
        }
    }

    // As curl does it: a body makes it a POST, and a form unless a header says otherwise.
    private async Task CurlAsync(CurlStep step)
    {
        List<string> words = [.. Word().Matches(step.Arguments).Select(word => Unquoted(word.Value))];
        List<string> headers = [];
        string body = "";
        string address = "";
        for (int index = 0; index < words.Count; index++)
        {
            switch (words[index])
            {
                case "-H":
                    headers.Add(words[++index]);
                    break;
                case "-d":
                    body = words[++index];
                    break;
                default:
                    address.ShouldBeEmpty($"line {step.Line}: two addresses");
                    address = words[index];
                    break;
            }
        }

        if (body.Length > 0 && !headers.Exists(header => header.StartsWith("Content-Type:", StringComparison.OrdinalIgnoreCase)))
        {
            headers.Add("Content-Type: application/x-www-form-urlencoded");
        }

        using HttpRequestMessage request = Request(body.Length > 0 ? "POST" : "GET", address, [.. headers], body);
        using HttpResponseMessage response = await _http.SendAsync(request, Stop);
        string text = await response.Content.ReadAsStringAsync(Stop);
        ((int)response.StatusCode).ShouldBeLessThan(400, $"line {step.Line}: {text}");
        if (step.Variable is { } variable)
        {
            JsonNode? member = step.Member!.Split('.').Aggregate(JsonNode.Parse(text), (node, name) => node?[name]);
            _known[variable] = member.ShouldNotBeNull($"line {step.Line}: no {step.Member} in {text}").ToString();
        }
    }

    private static HttpRequestMessage Request(string method, string address, string[] headers, string body)
    {
        HttpRequestMessage request = new(new HttpMethod(method), address);
        if (body.Length > 0)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        }

        foreach (string[] header in headers.Select(line => line.Split(": ", 2)))
        {
            if (header[0] == "Content-Type")
            {
                request.Content!.Headers.ContentType = MediaTypeHeaderValue.Parse(header[1]);
            }
            else
            {
                request.Headers.TryAddWithoutValidation(header[0], header[1]).ShouldBeTrue(header[0]);
            }
        }

        return request;
    }

    private static async Task<string> FirstEventAsync(HttpResponseMessage response)
    {
        using StreamReader stream = new(await response.Content.ReadAsStreamAsync(Stop));
        StringBuilder text = new();
        while (await stream.ReadLineAsync(Stop) is { Length: > 0 } line)
        {
            text.Append(line).Append('\n');
        }

        return text.ToString();
    }

    private static string DataOf(string text) =>
        text.Split('\n').Single(line => line.StartsWith("data: ", StringComparison.Ordinal))["data: ".Length..];

    private static (string[] Head, string Body) Parts(string block)
    {
        string[] parts = block.Split("\n\n", 2);
        return (parts[0].Split('\n'), parts.Length > 1 ? parts[1].Trim() : "");
    }

    /// <summary>What the page shows must be there; what it leaves out may be anything.</summary>
    private void Compare(JsonNode? shown, JsonNode? sent, string where)
    {
        switch (shown)
        {
            case JsonObject members:
                foreach ((string name, JsonNode? value) in members)
                {
                    sent.ShouldBeOfType<JsonObject>(where).ContainsKey(name).ShouldBeTrue($"{name}, {where}");
                    Compare(value, sent[name], $"{name}, {where}");
                }

                break;
            case JsonArray items:
                sent.ShouldBeOfType<JsonArray>(where).Count.ShouldBe(items.Count, where);
                foreach ((JsonNode? first, JsonNode? second) in items.Zip(sent.AsArray()))
                {
                    Compare(first, second, where);
                }

                break;
            case JsonValue text when text.TryGetValue(out string? words):
                Compare(words, sent?.ToString(), where);
                break;
            default:
                sent?.ToJsonString().ShouldBe(shown?.ToJsonString(), where);
                break;
        }
    }

    private void Compare(string shown, string? sent, string where)
    {
        sent.ShouldNotBeNull(where);
        if (shown == "…")
        {
            return;
        }

        // The first unknown name stands for whatever is in its place, and for the same ever after.
        if (Name().Matches(shown).FirstOrDefault(name => !_known.ContainsKey(name.Groups["name"].Value)) is { } unknown)
        {
            string before = Filled(shown[..unknown.Index]);
            sent.ShouldStartWith(before, Case.Sensitive, where);
            shown.Length.ShouldBe(unknown.Index + unknown.Length, $"nothing may follow an unknown name, {where}");
            _known[unknown.Groups["name"].Value] = sent[before.Length..];
        }

        sent.ShouldBe(Filled(shown), where);
    }

    private string Filled(string text) => Name().Replace(text, name => _known[name.Groups["name"].Value]);

    private string Unquoted(string word)
    {
        if (word[0] == '\'')
        {
            return word[1..^1];
        }

        string inside = word[0] == '"' ? word[1..^1].Replace("\\\"", "\"", StringComparison.Ordinal) : word;
        return Variable().Replace(
            inside.Replace("$(uuidgen)", Guid.NewGuid().ToString(), StringComparison.Ordinal), name => _known[name.Groups["name"].Value]);
    }

    [GeneratedRegex(@"\{\{(?<name>\w+)\}\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();

    [GeneratedRegex(@"\$(?<name>[A-Z]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Variable();

    [GeneratedRegex(@"'[^']*'|""(\\.|[^""\\])*""|[^\s'""]+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Word();
}
