using Microsoft.Data.Sqlite;

namespace KhaltiCheckout.Benchmarks;

/// <summary>The order tables of the shop, with the columns that are filled.</summary>
internal sealed class Tables(SqliteConnection connection) : IDisposable
{
    internal Table Orders { get; } = new(
        connection, "Orders", "Id", "Status", "Attention", "Amount", "AmountRefunded", "CustomerName", "CustomerEmail", "CustomerPhone",
        "CreatedAt", "ExpiresAt", "PaidAt", "MismatchesKept", "Version", "PlacedOn", "ReceiptYear", "ReceiptCount", "Number");

    internal Table Lines { get; } =
        new(connection, "OrderLines", "Position", "ProductId", "Name", "UnitPrice", "Quantity", "Amount", "OrderId");

    internal Table Payments { get; } = new(
        connection, "Payments", "Id", "OrderId", "Method", "Status", "KhaltiState", "Amount", "Fee", "Token", "TransactionId", "Failure",
        "CreatedAt", "CompletedAt", "AmountPaid", "AmountRefunded", "CompletedOn", "Checks", "Denials", "LastAskUnanswered", "Version");

    /// <summary>Payment links that can still be paid.</summary>
    internal Table Links { get; } = new(
        connection, "Payments", "Id", "OrderId", "Method", "Status", "KhaltiState", "Amount", "Pidx", "PaymentUrl", "LinkExpiresAt",
        "CreatedAt", "NextCheckAt", "AmountRefunded", "Checks", "Denials", "LastAskUnanswered", "Version");

    internal Table Refunds { get; } = new(
        connection, "Refunds", "Id", "OrderId", "PaymentId", "Status", "Origin", "Amount", "RefundedBefore", "Reason", "CreatedAt",
        "CompletedAt", "CompletedOn", "Checks", "Denials", "LastAskUnanswered", "Version", "Method", "PersonWasCalled", "TakenOffOrder",
        "CreditNoteYear", "CreditNoteCount");

    internal Table Reasons { get; } = new(connection, "AttentionReasons", "Id", "OrderId", "Reason", "RaisedAt");

    internal Table Timeline { get; } = new(connection, "Timeline", "OrderId", "Id", "PaymentId", "At", "What", "By", "Note");

    internal Table Words { get; } = new(connection, "OrderWords", "Key", "OrderId", "Words");

    public void Dispose()
    {
        foreach (Table table in (Table[])[Orders, Lines, Payments, Links, Refunds, Reasons, Timeline, Words])
        {
            table.Dispose();
        }
    }
}

/// <summary>A prepared INSERT of one table.</summary>
internal sealed class Table : IDisposable
{
    private readonly SqliteCommand _insert;
    private readonly SqliteParameter[] _values;

    internal Table(SqliteConnection connection, string name, params string[] columns)
    {
        _insert = connection.CreateCommand();
        string[] places = [.. columns.Select((_, at) => FormattableString.Invariant($"@p{at}"))];
#pragma warning disable CA2100 // Table and column names are constants of this file.
        _insert.CommandText =
            $"INSERT INTO \"{name}\" ({string.Join(", ", columns.Select(column => $"\"{column}\""))}) VALUES ({string.Join(", ", places)})";
#pragma warning restore CA2100
        _values = [.. places.Select(place => _insert.Parameters.Add(new SqliteParameter(place, null)))];
    }

    internal void Add(params ReadOnlySpan<object?> row)
    {
        for (int at = 0; at < _values.Length; at++)
        {
            _values[at].Value = row[at] ?? DBNull.Value;
        }

        _insert.ExecuteNonQuery();
    }

    public void Dispose() => _insert.Dispose();
}
