using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Khalti.Sandbox.Tool;

/// <summary>
/// A sandbox that is asked what Khalti is asked. It learns from Khalti's answers which of its own links and transactions stand for
/// Khalti's, and in which state they are.
/// </summary>
internal sealed class ShadowSandbox : IAsyncDisposable
{
    private const string WrongKey = "live_secret_key_00000000000000000000000000000000";

    private readonly KhaltiSandbox _sandbox;
    private readonly HttpClient _http;
    private readonly Dictionary<string, string> _ours = new(StringComparer.Ordinal); // Khalti's id to the sandbox's

    private ShadowSandbox(KhaltiSandbox sandbox)
    {
        _sandbox = sandbox;
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = sandbox.Address };
    }

    internal static async Task<ShadowSandbox> StartAsync(SandboxBehaviour behaviour, CancellationToken cancellationToken) =>
        new(await KhaltiSandbox.StartAsync(options => options.Switches = behaviour, cancellationToken: cancellationToken));

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _sandbox.DisposeAsync();
    }

    /// <summary>The sandbox's answer to the call that Khalti answered; null when the sandbox cannot know what the call is about.</summary>
    internal async Task<(int Status, string Body)?> AskAsync(
        RecordedCall call, int status, JsonNode? answer, CancellationToken cancellationToken)
    {
        if (status >= 500 || !await PrepareAsync(call, status, answer as JsonObject, cancellationToken))
        {
            return null; // trouble of Khalti's own, or something that began before the recording
        }

        using HttpRequestMessage request = new(
            new HttpMethod(call.Method), _sandbox.Address.GetLeftPart(UriPartial.Authority) + Translate(call.PathAndQuery));
        if (call.Body.Length > 0)
        {
            request.Content = new StringContent(Translate(call.Body), Encoding.UTF8);
            request.Content.Headers.ContentType =
                MediaTypeHeaderValue.TryParse(call.ContentType, out MediaTypeHeaderValue? type) ? type : null;
        }

        if (call.Authorization is { } authorization)
        {
            request.Headers.TryAddWithoutValidation("Authorization", TranslateKey(authorization, call.Path, status));
        }

        using HttpResponseMessage response = await _http.SendAsync(request, cancellationToken);
        string body = await response.Content.ReadAsStringAsync(cancellationToken);
        Learn(answer as JsonObject, AnswerComparison.TryParse(body, out JsonNode? ours) ? ours as JsonObject : null);
        return ((int)response.StatusCode, body);
    }

    /// <summary>Brings the sandbox's twin into the state that Khalti's answer tells.</summary>
    private async Task<bool> PrepareAsync(RecordedCall call, int status, JsonObject? answer, CancellationToken cancellationToken)
    {
        if (call.Path.Contains("/epayment/lookup", StringComparison.Ordinal) && call.Text("pidx") is { } pidx)
        {
            if (!_ours.TryGetValue(pidx, out string? link))
            {
                return answer?["status"] is null; // Khalti does not know it either
            }

            SandboxTransaction twin = (await _sandbox.Control.GetTransactionsAsync(cancellationToken)).Single(one => one.Pidx == link);
            if ((string?)answer?["status"] is { } state && twin.State != state)
            {
                await BringToAsync(twin, state, cancellationToken);
            }

            return true;
        }

        if (call.Path.EndsWith("/payment/verify/", StringComparison.Ordinal) && call.Text("token") is { } token
            && status == 200 && !_ours.ContainsKey(token) && call.Amount is { } amount)
        {
            ConfirmedPayment payment = await _sandbox.Control.MakePaymentAsync(
                amount, "recorded", SandboxKeys.BothProductsPublicKey, cancellationToken);
            _ours[token] = payment.Token;
        }

        return !call.Path.Contains("/merchant-transaction/", StringComparison.Ordinal)
            || status is 401 or 404 || call.Path.Split('/').Any(_ours.ContainsKey);
    }

    private Task BringToAsync(SandboxTransaction twin, string state, CancellationToken cancellationToken) => state switch
    {
        "Completed" when twin.State is "Initiated" or "Pending" =>
            _sandbox.Control.PayAsync(twin.Pidx!, cancellationToken: cancellationToken),
        "Refunded" or "Partially Refunded" when twin.State is "Initiated" or "Pending" => RefundAsync(twin, state, cancellationToken),
        _ => _sandbox.Control.SetStateAsync(twin.Idx, state, force: true, cancellationToken: cancellationToken),
    };

    private async Task RefundAsync(SandboxTransaction twin, string state, CancellationToken cancellationToken)
    {
        await _sandbox.Control.PayAsync(twin.Pidx!, cancellationToken: cancellationToken);
        await _sandbox.Control.SetStateAsync(twin.Idx, state, cancellationToken: cancellationToken);
    }

    private void Learn(JsonObject? theirs, JsonObject? ours)
    {
        foreach (string member in (string[])["pidx", "transaction_id", "idx", "token"])
        {
            if (theirs?[member] is JsonValue one && ours?[member] is JsonValue other
                && one.TryGetValue(out string? khaltis) && other.TryGetValue(out string? sandboxs))
            {
                _ours[khaltis] = sandboxs;
            }
        }
    }

    private string Translate(string text) => _ours.Aggregate(
        text, (changed, pair) => changed.Replace(pair.Key, pair.Value, StringComparison.Ordinal));

    private static string TranslateKey(string authorization, string path, int status)
    {
        int space = authorization.IndexOf(' ', StringComparison.Ordinal);
        bool isPlain = space > 0 && authorization.LastIndexOf(' ') == space;
        string key = status == 401 ? WrongKey
            : path.Contains("/lookup-sdk/", StringComparison.Ordinal) || path.EndsWith("/epayment/detail/", StringComparison.Ordinal)
                ? SandboxKeys.BothProductsPublicKey
            : SandboxKeys.BothProductsSecretKey;
        return isPlain ? $"{authorization[..space]} {key}" : authorization;
    }
}
