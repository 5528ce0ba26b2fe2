using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace KhaltiCheckout.KillTest;

/// <summary>What the shoppers did, and in the end the comparison with what shop and sandbox say.</summary>
internal sealed class Ledger
{
    internal const string Key = "a-key-for-this-test-only";

    // Longer than a process that was killed, or gave up waiting, can have a call on its way.
    private static readonly TimeSpan OnItsWay = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, long> _orders = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _abandoned = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _answers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _byLink = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _wishes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _refunds = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _refundCalls = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<string> _broken = [];

    internal int Orders => _orders.Count;

    internal int PaidByLinks => _byLink.Count;

    internal void Ordered(string id, long amount) => _orders[id] = amount;

    internal void Abandoned(string id) => _abandoned[id] = true;

    internal void Answered(string id, int status) => _answers[id] = status;

    internal void PaidByLink(string id) => _byLink[id] = true;

    internal int RefundsWished => _wishes.Count;

    internal int RefundsDone => _refunds.Count(answer => answer.Value == 201);

    internal int RefundsUnknown => _refunds.Count(answer => answer.Value == 202);

    internal int RefundsRefused => _refunds.Count(answer => answer.Value >= 400);

    internal int RefundCalls => _refundCalls.Count;

    /// <summary>Refunds that Khalti was never asked for, because the shop was killed before.</summary>
    internal int RefundsNeverSent { get; private set; }

    internal void Wished(string id, long amount) => _wishes[id] = amount;

    internal void Refunded(string id, int status, string? code)
    {
        _refunds[id] = status;
        if (status is not (201 or 202) && code != "not_refundable")
        {
            Broke($"{id}: a refund was answered {status} {code}");
        }
    }

    /// <summary>The sandbox keeps its last ten thousand calls: looked at from time to time.</summary>
    internal async Task NoteCallsAsync(HttpClient khalti)
    {
        foreach (JsonNode? call in (await khalti.GetFromJsonAsync<JsonArray>("/_sandbox/requests"))!)
        {
            if ((string?)call!["operation"] == "refund")
            {
                _refundCalls[$"{call["at"]} {call["path"]}"] = (string)call["path"]!;
            }
        }
    }

    internal void Broke(string answer) => _broken.Add(answer);

    /// <summary>In words, the refunds that are open; when none is, the payments that are. None at all: everything is settled.</summary>
    internal async Task<List<string>> OpenAsync(HttpClient shop, HttpClient khalti)
    {
        List<string> open = [];
        RefundsNeverSent = 0;
        ILookup<string, JsonNode> transactions = await TransactionsAsync(khalti);
        foreach (string id in _wishes.Keys)
        {
            JsonNode order = (await shop.GetFromJsonAsync<JsonNode>($"/api/v1/admin/orders/{id}"))!;
            foreach (JsonNode? refund in order["refunds"]!.AsArray().Where(refund => (string?)refund!["status"] is "requested" or "unknown"))
            {
                // The shop waits a quarter of an hour before it believes that, longer than this test. Khalti's books tell now.
                bool isOld = DateTimeOffset.Parse((string)refund!["createdAt"]!, CultureInfo.InvariantCulture) + OnItsWay < TimeProvider.System.GetUtcNow();
                bool isNeverSent = isOld && (string?)refund["status"] == "unknown" && Given(transactions[id]) == 0;
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
            // A link that nobody paid stays open for its hour.
            JsonNode order = await ReadAsync(shop, id);
            if (order["payments"]!.AsArray().Any(payment => (string?)payment!["status"] == "verifying"))
            {
                open.Add($"{id}: a payment is being verified");
            }
            else if (_byLink.ContainsKey(id) && (string?)order["status"] == "pending")
            {
                open.Add($"{id}: paid by link, and not known to be");
            }
        }

        return open;
    }

    /// <summary>Every disagreement, in words; none is what we want.</summary>
    internal async Task<List<string>> CompareAsync(HttpClient shop, HttpClient khalti)
    {
        List<string> wrong = [.. _broken.Select(answer => "an answer was HTTP 500: " + answer)];
        ILookup<string, JsonNode> transactions = await TransactionsAsync(khalti);
        ILookup<string, JsonNode> completed = transactions
            .SelectMany(group => group.Select(transaction => (group.Key, Value: transaction)))
            .Where(pair => ((string)pair.Value["state"]!).ToUpperInvariant() is "COMPLETED" or "REFUNDED" or "PARTIALLY REFUNDED")
            .ToLookup(pair => pair.Key, pair => pair.Value);
        wrong.AddRange(_refundCalls.GroupBy(call => call.Value, StringComparer.Ordinal).Where(calls => calls.Count() > 1)
            .Select(calls => $"{calls.Key} was called {calls.Count()} times"));
        foreach ((string id, long amount) in _orders)
        {
            JsonNode order = await ReadAsync(shop, id);
            string status = (string)order["status"]!;
            JsonNode[] paid = [.. order["payments"]!.AsArray().Where(payment => IsPaid((string)payment!["status"]!)).Select(payment => payment!)];
            JsonNode[] moved = [.. completed[id]];
            bool isPaid = IsPaid(status);
            if (isPaid != (moved.Length > 0))
            {
                wrong.Add($"{id} is {status}, and Khalti completed {moved.Length} payments of it");
            }

            if (paid.Length > 1 || moved.Length > 1)
            {
                wrong.Add($"{id} has {paid.Length} completed payments here and {moved.Length} at Khalti");
            }

            if (moved.Any(transaction => (long)transaction["amount"]! != amount)
                || paid.Any(payment => moved.All(transaction => (string?)transaction["idx"] != (string?)payment["transactionId"])))
            {
                wrong.Add($"{id}: amount or transaction differ");
            }

            if (!isPaid && _byLink.ContainsKey(id))
            {
                wrong.Add($"{id} was paid by link and is {status}");
            }

            if (!isPaid && !_abandoned.ContainsKey(id) && _answers.TryGetValue(id, out int answer) && answer is 200 or 202)
            {
                wrong.Add($"{id} was answered {_answers[id]} and is {status}");
            }

            long given = Given(transactions[id]);
            long wished = _wishes.GetValueOrDefault(id);
            long said = (long)order["amountRefunded"]!;
            if (given != said || (given > 0 && given != wished) || (given == 0 && _refunds.GetValueOrDefault(id) == 201)
                || (status is "partially_refunded" or "refunded") != (given > 0) || (status == "refunded") != (given == amount))
            {
                wrong.Add($"{id} is {status}: Khalti gave back {given}, the shop says {said}, {wished} were wished for");
            }
        }

        foreach (IGrouping<string, JsonNode> unknown in completed.Where(group => !_orders.ContainsKey(group.Key)))
        {
            // The shopper never heard of an order whose create was not answered: it can't have been paid.
            wrong.Add($"Khalti completed a payment of {unknown.Key}, which no shopper ordered");
        }

        return wrong;
    }

    private static bool IsPaid(string status) => status is "paid" or "completed" or "partially_refunded" or "refunded";

    private static long Given(IEnumerable<JsonNode> transactions) => transactions.Sum(transaction => (long)transaction["refundedAmount"]!);

    private static async Task<ILookup<string, JsonNode>> TransactionsAsync(HttpClient khalti) =>
        (await khalti.GetFromJsonAsync<JsonArray>("/_sandbox/transactions"))!
            .ToLookup(transaction => ((string?)transaction!["purchaseOrderId"] ?? (string?)transaction["productIdentity"])!, transaction => transaction!);

    private static async Task<JsonNode> ReadAsync(HttpClient shop, string id) =>
        (await shop.GetFromJsonAsync<JsonNode>($"/api/v1/orders/{id}"))!;
}
