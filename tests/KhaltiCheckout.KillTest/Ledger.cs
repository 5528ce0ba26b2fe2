using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace KhaltiCheckout.KillTest;

/// <summary>What the shoppers did, and in the end the comparison with what shop and sandbox say.</summary>
internal sealed class Ledger
{
    private readonly ConcurrentDictionary<string, long> _orders = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _abandoned = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _answers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _byLink = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<string> _broken = [];

    internal int Orders => _orders.Count;

    internal int PaidByLinks => _byLink.Count;

    internal void Ordered(string id, long amount) => _orders[id] = amount;

    internal void Abandoned(string id) => _abandoned[id] = true;

    internal void Answered(string id, int status) => _answers[id] = status;

    internal void PaidByLink(string id) => _byLink[id] = true;

    internal void Broke(string answer) => _broken.Add(answer);

    /// <summary>Whether no payment is open any more.</summary>
    internal async Task<bool> IsSettledAsync(HttpClient shop)
    {
        foreach (string id in _orders.Keys)
        {
            // A link that nobody paid stays open for its hour.
            JsonNode order = await ReadAsync(shop, id);
            if (order["payments"]!.AsArray().Any(payment => (string?)payment!["status"] == "verifying")
                || (_byLink.ContainsKey(id) && (string?)order["status"] == "pending"))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Every disagreement, in words; none is what we want.</summary>
    internal async Task<List<string>> CompareAsync(HttpClient shop, HttpClient khalti)
    {
        List<string> wrong = [.. _broken.Select(answer => "an answer was HTTP 500: " + answer)];
        JsonArray transactions = (await khalti.GetFromJsonAsync<JsonArray>("/_sandbox/transactions"))!;
        ILookup<string, JsonNode> completed = transactions
            .Where(transaction => (string?)transaction!["state"] == "Completed")
            .ToLookup(transaction => ((string?)transaction!["purchaseOrderId"] ?? (string?)transaction["productIdentity"])!, transaction => transaction!);
        foreach ((string id, long amount) in _orders)
        {
            JsonNode order = await ReadAsync(shop, id);
            string status = (string)order["status"]!;
            JsonNode[] paid = [.. order["payments"]!.AsArray().Where(payment => (string?)payment!["status"] == "completed").Select(payment => payment!)];
            JsonNode[] moved = [.. completed[id]];
            if ((status == "paid") != (moved.Length > 0))
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

            if (status != "paid" && _byLink.ContainsKey(id))
            {
                wrong.Add($"{id} was paid by link and is {status}");
            }

            if (status != "paid" && !_abandoned.ContainsKey(id) && _answers.TryGetValue(id, out int answer) && answer is 200 or 202)
            {
                wrong.Add($"{id} was answered {_answers[id]} and is {status}");
            }
        }

        foreach (IGrouping<string, JsonNode> unknown in completed.Where(group => !_orders.ContainsKey(group.Key)))
        {
            // The shopper never heard of an order whose create was not answered: it can't have been paid.
            wrong.Add($"Khalti completed a payment of {unknown.Key}, which no shopper ordered");
        }

        return wrong;
    }

    private static async Task<JsonNode> ReadAsync(HttpClient shop, string id) =>
        (await shop.GetFromJsonAsync<JsonNode>($"/api/v1/orders/{id}"))!;
}
