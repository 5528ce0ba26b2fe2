using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Khalti.Sandbox;

/// <summary>
/// A client of the control API of a sandbox, in this process or elsewhere. A method throws <see cref="InvalidOperationException"/> with
/// the sandbox's sentence when it refuses.
/// </summary>
/// <param name="http">Its base address is the sandbox's; the caller disposes of it.</param>
public sealed class SandboxControl(HttpClient http)
{
    private static readonly JsonSerializerOptions Wire = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>All transactions and links, newest first.</summary>
    public Task<IReadOnlyList<SandboxTransaction>> GetTransactionsAsync(CancellationToken cancellationToken = default) =>
        SendAsync<IReadOnlyList<SandboxTransaction>>(HttpMethod.Get, "transactions", null, cancellationToken);

    /// <summary>The calls that were received, oldest first, without secrets.</summary>
    public Task<IReadOnlyList<SandboxCall>> GetCallsAsync(CancellationToken cancellationToken = default) =>
        SendAsync<IReadOnlyList<SandboxCall>>(HttpMethod.Get, "requests", null, cancellationToken);

    /// <summary>Pays a link from the wallet, as the payer would on Khalti's page.</summary>
    /// <returns>The address that Khalti sends the payer's browser to.</returns>
    public Task<Uri> PayAsync(string pidx, string? mobile = null, CancellationToken cancellationToken = default) =>
        SetOutcomeAsync(pidx, LinkOutcome.Completed, mobile, cancellationToken: cancellationToken);

    /// <summary>Sets the outcome of a link.</summary>
    /// <param name="pidx">The link.</param>
    /// <param name="outcome">How it ends.</param>
    /// <param name="mobile">The payer, ten digits; 9800000000 by default.</param>
    /// <param name="mode">How it was paid: <c>KHALTI</c>, the default, or a bank's such as <c>EBANKING</c>.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The address that Khalti sends the payer's browser to.</returns>
    public async Task<Uri> SetOutcomeAsync(
        string pidx, LinkOutcome outcome, string? mobile = null, string? mode = null, CancellationToken cancellationToken = default)
    {
        JsonNode answer = await SendAsync<JsonNode>(
            HttpMethod.Post, $"epayments/{Uri.EscapeDataString(pidx)}/outcome", new { outcome, mobile, mode }, cancellationToken)
            .ConfigureAwait(false);
        return new Uri((string)answer["redirectUrl"]!);
    }

    /// <summary>Makes a payment of the widget product that the payer has confirmed: what is left is verify.</summary>
    public Task<ConfirmedPayment> MakePaymentAsync(
        long amount, string productIdentity, string? publicKey = null, CancellationToken cancellationToken = default) =>
        SendAsync<ConfirmedPayment>(HttpMethod.Post, "payments", new { amount, productIdentity, publicKey }, cancellationToken);

    /// <summary>Adds a fault.</summary>
    public Task AddFaultAsync(SandboxFault fault, CancellationToken cancellationToken = default) =>
        SendAsync<JsonNode>(HttpMethod.Post, "faults", fault, cancellationToken);

    /// <summary>The next call is carried out and its answer is lost.</summary>
    /// <param name="operation">Such as <c>verify</c> or <c>epayment_lookup</c>; any but the bank lists by default.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task LoseNextAnswerAsync(string operation = "*", CancellationToken cancellationToken = default) =>
        AddFaultAsync(new SandboxFault(operation, "drop_after") { Times = 1 }, cancellationToken);

    /// <summary>Removes all faults.</summary>
    public Task ClearFaultsAsync(CancellationToken cancellationToken = default) =>
        SendAsync<JsonNode>(HttpMethod.Delete, "faults", null, cancellationToken);

    /// <summary>Moves a transaction to another state, as a merchant or Khalti does in the dashboard.</summary>
    /// <param name="idx">The transaction's id.</param>
    /// <param name="state">Khalti's name of the state.</param>
    /// <param name="refundedAmount">What was refunded in total, in paisa.</param>
    /// <param name="force">Allows a transition and a state that Khalti does not have.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task SetStateAsync(
        string idx, string state, long? refundedAmount = null, bool force = false, CancellationToken cancellationToken = default) =>
        SendAsync<JsonNode>(
            HttpMethod.Post, $"transactions/{Uri.EscapeDataString(idx)}/state", new { state, refundedAmount, force }, cancellationToken);

    /// <summary>Moves the sandbox's clock forward.</summary>
    public Task AdvanceClockAsync(TimeSpan by, CancellationToken cancellationToken = default) =>
        SendAsync<JsonNode>(HttpMethod.Post, "clock", new { advanceSeconds = (long)by.TotalSeconds }, cancellationToken);

    /// <summary>Changes one switch, a member of <see cref="SandboxBehaviour"/> by its name in JSON: <c>verifyAgain</c>.</summary>
    public Task SetSwitchAsync(string name, object? value, CancellationToken cancellationToken = default) =>
        SendAsync<JsonNode>(
            HttpMethod.Post, "switches", new JsonObject { [name] = JsonSerializer.SerializeToNode(value, Wire) }, cancellationToken);

    /// <summary>As freshly started: no transactions, calls and faults but those of the seed file.</summary>
    public Task ResetAsync(CancellationToken cancellationToken = default) =>
        SendAsync<JsonNode>(HttpMethod.Post, "reset", new { }, cancellationToken);

    private async Task<T> SendAsync<T>(HttpMethod method, string call, object? body, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(method, $"{ControlGuard.Prefix}/{call}")
        {
            Content = body is null ? null : JsonContent.Create(body, body.GetType(), options: Wire),
        };
        using HttpResponseMessage answer = await http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (!answer.IsSuccessStatusCode)
        {
            string text = await answer.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
            throw new InvalidOperationException($"Khalti Sandbox answered {(int)answer.StatusCode} to {method} {call}: {text}");
        }

        return (await answer.Content.ReadFromJsonAsync<T>(Wire, cancellationToken).ConfigureAwait(false))!;
    }
}

/// <summary>How an ePayment link ends.</summary>
public enum LinkOutcome
{
    Completed,
    Pending,
    Canceled,
    Expired,
    Failed,
}

/// <summary>A transaction or link. Amounts are in paisa.</summary>
/// <param name="Idx">The transaction's id.</param>
/// <param name="Token">The widget's token; null for a link.</param>
/// <param name="Pidx">The link's id; null for the widget.</param>
/// <param name="Flow"><c>widget</c> or <c>epayment</c>.</param>
/// <param name="State">The state in Khalti's words.</param>
/// <param name="Amount">The amount.</param>
/// <param name="Fee">Khalti's fee.</param>
/// <param name="RefundedAmount">What was refunded in total.</param>
/// <param name="Mobile">The payer's number, empty before one is known.</param>
/// <param name="ProductIdentity">The merchant's id of the order.</param>
/// <param name="PurchaseOrderId">The same of a link.</param>
/// <param name="CreatedOn">When it began.</param>
public sealed record SandboxTransaction(
    string Idx, string? Token, string? Pidx, string Flow, string State, long Amount, long Fee, long RefundedAmount, string Mobile,
    string ProductIdentity, string? PurchaseOrderId, DateTimeOffset CreatedOn);

/// <summary>A call that the sandbox received.</summary>
/// <param name="Id">Counts the calls since the start.</param>
/// <param name="At">When, by the sandbox's clock.</param>
/// <param name="Operation">Its name in fault rules; <c>none</c> when no endpoint took it.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path.</param>
/// <param name="Status">The HTTP status; null when the connection was cut, or the call is not answered yet.</param>
/// <param name="Fields">The fields of query and body, without secrets.</param>
/// <param name="Headers">The headers, without secrets.</param>
/// <param name="Hint">What Khalti expects, for a call that no endpoint took or whose key or content type is wrong.</param>
/// <param name="Query">The query as it was sent, without secrets.</param>
/// <param name="Body">The body as it was sent, without secrets; of a long one the beginning.</param>
public sealed record SandboxCall(
    long Id, DateTimeOffset At, string Operation, string Method, string Path, int? Status, JsonObject Fields, JsonObject Headers,
    string? Hint, string Query, string Body);

/// <summary>A payment that waits for verify.</summary>
/// <param name="Token">What the widget gives to the page.</param>
/// <param name="Idx">The transaction's id.</param>
public sealed record ConfirmedPayment(string Token, string Idx);

/// <summary>A fault.</summary>
/// <param name="Operation">Such as <c>verify</c>; <c>*</c> is any but the bank lists.</param>
/// <param name="Kind"><c>delay</c>, <c>error</c>, <c>drop_before</c>, <c>drop_after</c>, <c>garbage</c>, <c>not_found</c>.</param>
public sealed record SandboxFault(string Operation, string Kind)
{
    /// <summary>The HTTP status of kind <c>error</c>.</summary>
    public int? Status { get; init; }

    /// <summary>Wait before it, in milliseconds.</summary>
    public int? DelayMs { get; init; }

    /// <summary>From 0 to 1.</summary>
    public double? Probability { get; init; }

    /// <summary>How many calls it applies to; null is unlimited.</summary>
    public int? Times { get; init; }

    /// <summary><c>Retry-After</c> of status 429 and 503, in seconds.</summary>
    public int? RetryAfterSeconds { get; init; }
}
