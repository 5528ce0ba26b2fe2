using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace KhaltiCheckout.KillTest;

/// <summary>Records what the shoppers did and compares it with shop and sandbox at the end.</summary>
internal sealed class Ledger
{
    internal const string Key = "a-key-for-this-test-only";

    // Longer than a call of a killed process, or one that timed out, can be in flight.
    private static readonly TimeSpan MaxCallDuration = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, long> _orders = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _abandoned = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _verifyAnswers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _paidByLink = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _refundRequests = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _refundAnswers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _refundCalls = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _lostTokens = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<string> _errors = [];

    internal int Orders => _orders.Count;

    internal int PaidByLinks => _paidByLink.Count;

    internal void OrderPlaced(string id, long amount) => _orders[id] = amount;

    internal void OrderAbandoned(string id) => _abandoned[id] = true;

    internal void VerifyAnswered(string id, int status) => _verifyAnswers[id] = status;

    internal void LinkPaid(string id) => _paidByLink[id] = true;

    /// <summary>Khalti takes the money, and the token never reaches the shop.</summary>
    internal void TokenLost(string id, bool isOtherAmount) => _lostTokens[id] = isOtherAmount;

    internal int LostTokens => _lostTokens.Count;

    internal int LostTokensOfOtherAmount => _lostTokens.Count(lost => lost.Value);

    internal int RefundsRequested => _refundRequests.Count;

    internal int RefundsDone => _refundAnswers.Count(answer => answer.Value == 201);

    internal int RefundsUnknown => _refundAnswers.Count(answer => answer.Value == 202);

    internal int RefundsRefused => _refundAnswers.Count(answer => answer.Value >= 400);

    internal int RefundCalls => _refundCalls.Count;

    /// <summary>Refunds that were never sent to Khalti, because the shop was killed before.</summary>
    internal int RefundsNeverSent { get; private set; }

    internal void RefundRequested(string id, long amount) => _refundRequests[id] = amount;

    internal void RefundAnswered(string id, int status, string? code)
    {
        _refundAnswers[id] = status;
        if (status is not (201 or 202) && code != "not_refundable")
        {
            ReportError($"{id}: a refund was answered {status} {code}");
        }
    }

    /// <summary>Records the refund calls. Must run regularly, as the sandbox keeps its last 10,000 calls only.</summary>
    internal async Task RecordCallsAsync(HttpClient khalti)
    {
        foreach (JsonNode? call in (await khalti.GetFromJsonAsync<JsonArray>("/_sandbox/requests"))!)
        {
            if ((string?)call!["operation"] == "refund")
            {
                _refundCalls[$"{call["at"]} {call["path"]}"] = (string)call["path"]!;
            }
        }
    }

    internal void ReportError(string answer) => _errors.Add(answer);

    /// <summary>Describes the pending refunds, or without any the pending payments. Empty when nothing is pending.</summary>
    internal async Task<List<string>> OpenAsync(HttpClient shop, HttpClient khalti)
    {
        List<string> open = [];
        RefundsNeverSent = 0;
        ILookup<string, JsonNode> transactions = await TransactionsAsync(khalti);
        foreach (string id in _refundRequests.Keys)
        {
            JsonNode order = (await shop.GetFromJsonAsync<JsonNode>($"/api/v1/admin/orders/{id}"))!;
            foreach (JsonNode? refund in order["refunds"]!.AsArray()
                .Where(refund => (string?)refund!["status"] is "requested" or "unknown"))
            {
                // The shop waits 15 minutes before it treats a refund as not sent; the sandbox's ledger shows it now.
                bool isOld = DateTimeOffset.Parse((string)refund!["createdAt"]!, CultureInfo.InvariantCulture)
                    + MaxCallDuration < TimeProvider.System.GetUtcNow();
                bool isNeverSent = isOld && (string?)refund["status"] == "unknown" && RefundedAmount(transactions[id]) == 0;
                if (isNeverSent)
                {
                    RefundsNeverSent++;
                }
                else
                {
                    open.Add($"{id}: refund {refund["id"]} of {refund["createdAt"]} is {refund["status"]}");
                }
            }
        }

        if (open.Count > 0)
        {
            return open;
        }

        foreach (string id in _orders.Keys)
        {
            // An unpaid link stays open for an hour.
            JsonNode order = await ReadAsync(shop, id);
            if (order["payments"]!.AsArray().Any(payment => (string?)payment!["status"] == "verifying"))
            {
                open.Add($"{id}: a payment is being verified");
            }
            else if (_lostTokens.TryGetValue(id, out bool isOtherAmount) && !await IsAccountedForAsync(shop, id, isOtherAmount))
            {
                open.Add($"{id}: its token was lost, and its transaction is not found yet");
            }
            else if (_paidByLink.ContainsKey(id) && (string?)order["status"] == "pending")
            {
                open.Add($"{id}: paid by link, and not known to be");
            }
        }

        return open;
    }

    /// <summary>Describes every disagreement between shop and sandbox.</summary>
    internal async Task<List<string>> CompareAsync(HttpClient shop, HttpClient khalti)
    {
        List<string> disagreements = [.. _errors.Select(answer => "an answer was HTTP 500: " + answer)];
        ILookup<string, JsonNode> transactions = await TransactionsAsync(khalti);
        ILookup<string, JsonNode> completed = transactions
            .SelectMany(group => group.Select(transaction => (group.Key, Value: transaction)))
            .Where(pair => ((string)pair.Value["state"]!).ToUpperInvariant() is "COMPLETED" or "REFUNDED" or "PARTIALLY REFUNDED")
            .ToLookup(pair => pair.Key, pair => pair.Value);
        disagreements.AddRange(_refundCalls.GroupBy(call => call.Value, StringComparer.Ordinal).Where(calls => calls.Count() > 1)
            .Select(calls => $"{calls.Key} was called {calls.Count()} times"));
        foreach ((string id, long amount) in _orders)
        {
            JsonNode order = await ReadAsync(shop, id);
            string status = (string)order["status"]!;
            JsonNode[] paid = [
                .. order["payments"]!.AsArray().Where(payment => IsPaid((string)payment!["status"]!)).Select(payment => payment!)];
            JsonNode[] moved = [.. completed[id]];
            bool isPaid = IsPaid(status);
            if (_lostTokens.TryGetValue(id, out bool isOtherAmount))
            {
                if (isOtherAmount)
                {
                    continue;
                }

                JsonNode only = paid.Length == 1 && moved.Length == 1 ? paid[0] : JsonValue.Create(0);
                if (paid.Length != 1 || moved.Length != 1 || (string?)only["transactionId"] != (string?)moved[0]["idx"])
                {
                    disagreements.Add($"{id}: its token was lost; {paid.Length} payments here and {moved.Length} at Khalti");
                }

                continue;
            }

            if (isPaid != (moved.Length > 0))
            {
                disagreements.Add($"{id} is {status}, and Khalti completed {moved.Length} payments of it");
            }

            if (paid.Length > 1 || moved.Length > 1)
            {
                disagreements.Add($"{id} has {paid.Length} completed payments here and {moved.Length} at Khalti");
            }

            if (moved.Any(transaction => (long)transaction["amount"]! != amount)
                || paid.Any(payment => moved.All(transaction => (string?)transaction["idx"] != (string?)payment["transactionId"])))
            {
                disagreements.Add($"{id}: amount or transaction differ");
            }

            if (!isPaid && _paidByLink.ContainsKey(id))
            {
                disagreements.Add($"{id} was paid by link and is {status}");
            }

            if (!isPaid && !_abandoned.ContainsKey(id) && _verifyAnswers.TryGetValue(id, out int answer) && answer is 200 or 202)
            {
                disagreements.Add($"{id} was answered {_verifyAnswers[id]} and is {status}");
            }

            long refunded = RefundedAmount(transactions[id]);
            long requested = _refundRequests.GetValueOrDefault(id);
            long reported = (long)order["amountRefunded"]!;
            if (refunded != reported || (refunded > 0 && refunded != requested)
                || (refunded == 0 && _refundAnswers.GetValueOrDefault(id) == 201)
                || (status is "partially_refunded" or "refunded") != (refunded > 0) || (status == "refunded") != (refunded == amount))
            {
                disagreements.Add($"{id} is {status}: Khalti refunded {refunded}, the shop says {reported}, {requested} were requested");
            }
        }

        foreach (IGrouping<string, JsonNode> unknown in completed.Where(group => !_orders.ContainsKey(group.Key)))
        {
            // An order whose create was not answered is unknown to the shopper and can't have been paid.
            disagreements.Add($"Khalti completed a payment of {unknown.Key}, which no shopper ordered");
        }

        return disagreements;
    }

    /// <summary>Whether each rupee that Khalti took without telling the shop is a paid order or an open reason.</summary>
    internal async Task<List<string>> CompareLostTokensAsync(HttpClient desk)
    {
        List<string> disagreements = [];
        foreach ((string id, bool isOtherAmount) in _lostTokens)
        {
            if (!await IsAccountedForAsync(desk, id, isOtherAmount))
            {
                disagreements.Add($"{id}: Khalti has its money, and it is neither paid nor a reason to look");
            }
        }

        return disagreements;
    }

    private static async Task<bool> IsAccountedForAsync(HttpClient desk, string id, bool isOtherAmount)
    {
        JsonNode order = (await desk.GetFromJsonAsync<JsonNode>($"/api/v1/admin/orders/{id}"))!;
        return isOtherAmount
            ? order["reasons"]!.AsArray().Any(reason => (string?)reason!["reason"] == "unmatched_transaction")
            : IsPaid((string)order["status"]!);
    }

    private static bool IsPaid(string status) => status is "paid" or "completed" or "partially_refunded" or "refunded";

    private static long RefundedAmount(IEnumerable<JsonNode> transactions) =>
        transactions.Sum(transaction => (long)transaction["refundedAmount"]!);

    private static async Task<ILookup<string, JsonNode>> TransactionsAsync(HttpClient khalti) =>
        (await khalti.GetFromJsonAsync<JsonArray>("/_sandbox/transactions"))!
            .ToLookup(
                transaction => ((string?)transaction!["purchaseOrderId"] ?? (string?)transaction["productIdentity"])!,
                transaction => transaction!);

    private static async Task<JsonNode> ReadAsync(HttpClient shop, string id) =>
        (await shop.GetFromJsonAsync<JsonNode>($"/api/v1/orders/{id}"))!;
}
