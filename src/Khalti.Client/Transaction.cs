using System.Text.Json;

namespace Khalti.Client;

/// <summary>
/// A transaction record, as verify, list and detail give it (documents: verification, transaction, transaction details).
/// Only id, state and amount are certain; everything else has been absent from a genuine answer at some time.
/// </summary>
/// <param name="Id">Khalti's id of the transaction (<c>idx</c>), about 22 characters, case-sensitive: for detail and refund.</param>
/// <param name="State">The state. Only <see cref="TransactionState.Completed"/> means that the money has moved.</param>
/// <param name="StateName">The state in Khalti's own word.</param>
/// <param name="Amount">What the payer paid, in paisa. Compare it with the order.</param>
/// <param name="Fee">Khalti's fee in paisa (<c>fee_amount</c>), already inside <paramref name="Amount"/>: never subtract it
/// before comparing. Null where absent.</param>
/// <param name="Refunded">Whether Khalti says that money was given back. Contradicts the state at times: look at both.</param>
/// <param name="ProductIdentity">What the shop called the product when the widget was opened. Given by the browser, so it
/// adds to the check of the amount and never replaces it. Null where absent (the documented verify answer lacks it).</param>
/// <param name="CreatedOn">When the payment was initiated; Khalti writes Nepal time (+05:45). Null where absent or unreadable.</param>
/// <param name="TypeName">What kind of transaction it is, e.g. <c>Wallet payment</c>, <c>Ebanking payment</c> or <c>Fee</c>
/// (<c>type.name</c>). Null where absent.</param>
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
/// <param name="Records">The records that could be read.</param>
/// <param name="CurrentPage">This page's number, from 1; the one asked for where Khalti does not say.</param>
/// <param name="TotalPages">How many pages there are; this one's number where Khalti does not say.</param>
/// <param name="TotalRecords">How many transactions there are, in every state, never confirmed ones included; this page's
/// where Khalti does not say.</param>
/// <param name="HasNext">Whether another page follows (<c>next</c>).</param>
/// <param name="UnreadableCreatedOn">When the payments were initiated whose records were left out because they lack id, state or
/// amount, one entry a record; null where even that is absent or unreadable.</param>
public sealed record TransactionPage(
    IReadOnlyList<Transaction> Records, int CurrentPage, int TotalPages, int TotalRecords, bool HasNext,
    IReadOnlyList<DateTimeOffset?> UnreadableCreatedOn)
{
    /// <summary>How many records of this page were left out because they lack id, state or amount.</summary>
    public int Unreadable => UnreadableCreatedOn.Count;

    internal static TransactionPage? Read(JsonElement body, int page)
    {
        if (body.Member("records") is not { ValueKind: JsonValueKind.Array } listed)
        {
            return null;
        }

        List<Transaction> records = [];
        List<DateTimeOffset?> unreadable = [];
        foreach (JsonElement record in listed.EnumerateArray())
        {
            if (Transaction.Read(record) is { } transaction)
            {
                records.Add(transaction);
            }
            else
            {
                unreadable.Add(record.Instant("created_on"));
            }
        }

        return new(
            records, body.Count("current_page") ?? page, body.Count("total_pages") ?? page,
            body.Count("total_records") ?? records.Count, body.Text("next") is not null,
            unreadable);
    }
}

/// <summary>One transaction with what only the detail call tells (document: transaction details).</summary>
/// <param name="Transaction">The record.</param>
/// <param name="CanRefund">Whether Khalti would refund it.</param>
/// <param name="CanComplete">Whether it waits to be verified.</param>
/// <param name="Children">Transactions made because of this one, e.g. Khalti's fee; those that can't be read are left out.</param>
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
/// <param name="State">The state. Decide on this alone: Khalti's <c>status: true</c> stands beside Initiated and Confirmed, too.</param>
/// <param name="StateName">The state in Khalti's own word.</param>
public sealed record TransactionStatus(TransactionState State, string StateName)
{
    internal static TransactionStatus? Read(JsonElement body) =>
        body.Text("state") is { } state ? new(TransactionStates.Parse(state), state) : null;
}
