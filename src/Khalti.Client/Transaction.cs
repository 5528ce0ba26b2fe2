using System.Text.Json;

namespace Khalti.Client;

/// <summary>
/// A transaction record of verify, list and detail (documents: verification, transaction, transaction details). Only id, state
/// and amount are always present.
/// </summary>
/// <param name="Id">Khalti's id of the transaction (<c>idx</c>), about 22 characters, case-sensitive: for detail and refund.</param>
/// <param name="State">The state. Only <see cref="TransactionState.Completed"/> means that the money has moved.</param>
/// <param name="StateName">The state as Khalti wrote it.</param>
/// <param name="Amount">The amount paid, in paisa. Compare it with the order's amount.</param>
/// <param name="Fee">Khalti's fee in paisa (<c>fee_amount</c>), included in <paramref name="Amount"/>: never subtract it before
/// comparing. Null when absent.</param>
/// <param name="Refunded">Whether Khalti flags the payment as refunded. May contradict the state: check both.</param>
/// <param name="ProductIdentity">The product identity given to the widget. It comes from the browser: check the amount as well.
/// Null when absent (the documented verify answer lacks it).</param>
/// <param name="CreatedOn">When the payment was initiated; Khalti writes Nepal time (+05:45). Null when absent or unreadable.</param>
/// <param name="TypeName">The type of the transaction, e.g. <c>Wallet payment</c>, <c>Ebanking payment</c> or <c>Fee</c>
/// (<c>type.name</c>). Null when absent.</param>
public sealed record Transaction(
    string Id, TransactionState State, string StateName, Paisa Amount, Paisa? Fee, bool Refunded, string? ProductIdentity,
    DateTimeOffset? CreatedOn, string? TypeName = null)
{
    internal static Transaction? Read(JsonElement body)
    {
        string? id = body.Id("idx");
        string? state = body.Member("state") is { } named ? named.Text("name") : null;
        if (id is null || state is null || body.Amount("amount") is not { } amount)
        {
            return null;
        }

        return new(
            id, TransactionStates.OfRecord(state), state, amount, body.Amount("fee_amount"), body.Flag("refunded"),
            body.Text("product_identity") ?? body.Member("meta")?.Text("product_identity"), body.Instant("created_on"),
            body.Member("type")?.Text("name"));
    }
}

/// <summary>One page of the merchant's transactions, newest first (document: transaction).</summary>
/// <param name="Records">The readable records.</param>
/// <param name="CurrentPage">The number of this page, from 1; the requested one when absent.</param>
/// <param name="TotalPages">Number of pages; this page's number when absent.</param>
/// <param name="TotalRecords">Number of transactions in every state, unconfirmed ones included; this page's when absent.</param>
/// <param name="HasNext">Whether another page follows (<c>next</c>).</param>
/// <param name="UnreadableRecords">The records left out because they lack id, state or amount.</param>
public sealed record TransactionPage(
    IReadOnlyList<Transaction> Records, int CurrentPage, int TotalPages, int TotalRecords, bool HasNext,
    IReadOnlyList<UnreadableRecord> UnreadableRecords)
{
    /// <summary>How many records of this page were left out because they lack id, state or amount.</summary>
    public int Unreadable => UnreadableRecords.Count;

    internal static TransactionPage? Read(JsonElement body, int page)
    {
        if (body.Member("records") is not { ValueKind: JsonValueKind.Array } listed)
        {
            return null;
        }

        List<Transaction> records = [];
        List<UnreadableRecord> unreadable = [];
        foreach (JsonElement record in listed.EnumerateArray())
        {
            if (Transaction.Read(record) is { } transaction)
            {
                records.Add(transaction);
            }
            else
            {
                unreadable.Add(new(record.Id("idx"), record.Instant("created_on")));
            }
        }

        return new(
            records, body.Count("current_page") ?? page, body.Count("total_pages") ?? page,
            body.Count("total_records") ?? records.Count, body.Text("next") is not null,
            unreadable);
    }
}

/// <summary>A record of the list that lacks id, state or amount.</summary>
/// <param name="Id">Khalti's id of the transaction; null when absent or unreadable.</param>
/// <param name="CreatedOn">When the payment was initiated; null when absent or unreadable.</param>
public sealed record UnreadableRecord(string? Id, DateTimeOffset? CreatedOn);

/// <summary>One transaction with the members of the detail call (document: transaction details).</summary>
/// <param name="Transaction">The record.</param>
/// <param name="CanRefund">Whether Khalti would refund it.</param>
/// <param name="CanComplete">Whether it can be verified.</param>
/// <param name="Children">Child transactions, e.g. Khalti's fee; unreadable ones are left out.</param>
public sealed record TransactionDetail(
    Transaction Transaction, bool CanRefund, bool CanComplete, IReadOnlyList<Transaction> Children)
{
    internal static TransactionDetail? Read(JsonElement body)
    {
        if (Transaction.Read(body) is not { } transaction)
        {
            return null;
        }

        List<Transaction> children = [];
        if (body.Member("child_transactions") is { ValueKind: JsonValueKind.Array } listed)
        {
            foreach (JsonElement child in listed.EnumerateArray())
            {
                if (Transaction.Read(child) is { } readable)
                {
                    children.Add(readable);
                }
            }
        }

        return new(transaction, body.Flag("can_refund"), body.Flag("can_complete"), children);
    }
}

/// <summary>The answer of the status call (document: transaction status).</summary>
/// <param name="State">The state. Decide on this alone: Khalti answers <c>status: true</c> for Initiated and Confirmed, too.</param>
/// <param name="StateName">The state in Khalti's own word.</param>
public sealed record TransactionStatus(TransactionState State, string StateName)
{
    internal static TransactionStatus? Read(JsonElement body) =>
        body.Text("state") is { } state ? new(TransactionStates.Parse(state), state) : null;
}
